-- Downward: campaigns, what each unit owes for them, problems on the books.
CREATE TABLE dispatcher.campaign (
	id        text PRIMARY KEY,
	casefile  text NOT NULL,
	division  text NOT NULL,
	state     text NOT NULL,
	class     text,
	level     text,
	unit      text NOT NULL,
	matters   text[],
	targets   text[],
	theme     text,
	problems  text[],
	goals     text,
	warning   text,
	cause     text,
	alarm     text,
	begin_at  timestamptz,
	plan_by   timestamptz,
	issue_by  timestamptz,
	finish_by timestamptz,
	check_by  timestamptz,
	members   text[],
	measured  text,
	chosen_at   timestamptz,
	chosen_seq  bigint,
	stopped_seq bigint,
	results     text[]
);
CREATE INDEX ON dispatcher.campaign (casefile);
CREATE INDEX campaign_chosen ON dispatcher.campaign (chosen_at)
	WHERE chosen_at IS NOT NULL;

CREATE TABLE dispatcher.receipt (
	id         text PRIMARY KEY,
	casefile   text NOT NULL,
	division   text NOT NULL,
	state      text NOT NULL,
	campaign   text NOT NULL,
	part_of    text,
	unit       text NOT NULL,
	above      text NOT NULL,
	matter     text NOT NULL,
	receive_by timestamptz NOT NULL,
	report_by  timestamptz,
	check_by   timestamptz,
	checked    bigint,
	found      bigint,
	fixed      bigint,
	carried    bigint,
	missing    boolean
);
CREATE INDEX ON dispatcher.receipt (casefile);

CREATE TABLE dispatcher.fault (
	id        text PRIMARY KEY,
	casefile  text NOT NULL,
	division  text NOT NULL,
	state     text NOT NULL,
	campaign  text,
	unit      text NOT NULL,
	above     text NOT NULL,
	matter    text,
	booked_at timestamptz NOT NULL,
	fix_by    timestamptz NOT NULL,
	verify_by timestamptz,
	fixer     text,
	owner     text,
	receipt   text
);
CREATE INDEX ON dispatcher.fault (casefile);
