-- Offers, disputes, extensions and suspensions of tasks.
ALTER TABLE dispatcher.task
	ADD COLUMN finish_rule text,
	ADD COLUMN finish_from timestamptz,
	ADD COLUMN assisting   boolean,
	ADD COLUMN take_by     timestamptz,
	ADD COLUMN units       text[],
	ADD COLUMN members     text[],
	ADD COLUMN handed_to   text,
	ADD COLUMN contact_by  timestamptz,
	ADD COLUMN onsite_by   timestamptz,
	ADD COLUMN urged       bigint,
	ADD COLUMN urged_at    timestamptz,
	ADD COLUMN dispute_by  timestamptz,
	ADD COLUMN extend_to   timestamptz,
	ADD COLUMN extend_why  text,
	ADD COLUMN extended    bigint,
	ADD COLUMN suspend_to  timestamptz,
	ADD COLUMN suspend_why text,
	ADD COLUMN suspended   bigint,
	ADD COLUMN paused_at   timestamptz,
	ADD COLUMN pauses      text[];

CREATE TABLE dispatcher.dispute (
	id        text PRIMARY KEY,
	casefile  text NOT NULL,
	division  text NOT NULL,
	state     text NOT NULL,
	task      text NOT NULL,
	unit      text NOT NULL,
	headless  boolean,
	raised_at timestamptz NOT NULL,
	rung_by   timestamptz NOT NULL,
	main      text,
	assisting text[],
	agreed    text[]
);
CREATE INDEX ON dispatcher.dispute (casefile);
