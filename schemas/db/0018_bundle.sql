-- One thing (一件事): what its templates say, and what becomes of them.

ALTER TABLE registry.bundle RENAME TO template;
ALTER TABLE registry.template
	ADD by_itself boolean NOT NULL DEFAULT false,
	ADD papers    text[];
ALTER TABLE registry.template ALTER by_itself DROP DEFAULT;

-- What was one text is the list of papers that the step makes.
ALTER TABLE registry.bundle_step
	ADD optional    boolean NOT NULL DEFAULT false,
	ADD condition   text,
	ADD asks        text[],
	ADD needs       text[],
	ADD makes       text[],
	ADD source_note text;
UPDATE registry.bundle_step SET makes = string_to_array(documents_zh, '、')
	WHERE documents_zh <> '';
ALTER TABLE registry.bundle_step
	ALTER optional DROP DEFAULT,
	DROP documents_zh;

CREATE TABLE dispatcher.bundle (
	id            text PRIMARY KEY,
	casefile      text NOT NULL,
	division      text NOT NULL,
	state         text NOT NULL,
	template      text NOT NULL,
	lead          text NOT NULL,
	started_at    timestamptz NOT NULL,
	finish_by     timestamptz NOT NULL,
	decompose_by  timestamptz NOT NULL,
	integrate_by  timestamptz,
	integrated_at timestamptz,
	yes           text[],
	no            text[],
	papers        text[],
	lagged        boolean,
	reopened      bigint
);
CREATE INDEX ON dispatcher.bundle (casefile);

CREATE TABLE dispatcher.step (
	id         text PRIMARY KEY,
	casefile   text NOT NULL,
	division   text NOT NULL,
	state      text NOT NULL,
	bundle     text NOT NULL,
	template   text NOT NULL,
	owner      text NOT NULL,
	after      text[],
	task       text,
	rework     bigint,
	term       text,
	since      timestamptz,
	finish_by  timestamptz,
	asked_at   timestamptz,
	asked      text[],
	papers_by  timestamptz,
	decide_by  timestamptz,
	done_at    timestamptz
);
CREATE INDEX ON dispatcher.step (casefile);

-- A task may be for a step.
ALTER TABLE dispatcher.task ADD step text;
