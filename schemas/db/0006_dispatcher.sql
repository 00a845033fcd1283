-- What dispatcher stores; columns are those of services/dispatcher/rows.def.
CREATE SCHEMA dispatcher;

CREATE TABLE dispatcher.casefile (
	id        text PRIMARY KEY,
	casefile  text NOT NULL,
	division  text NOT NULL,
	state     text NOT NULL,
	matter    text NOT NULL,
	channel   text NOT NULL,
	urgent    boolean,
	place     text,
	lat       double precision,
	lon       double precision,
	reporter  text,
	opened_at timestamptz NOT NULL,
	finish_by timestamptz NOT NULL,
	route_by  timestamptz,
	close_by  timestamptz,
	tier      text,
	handler   text,
	result    boolean,
	done_at   timestamptz,
	late      boolean,
	outcome   text,
	reopened  bigint
);
CREATE INDEX ON dispatcher.casefile (casefile);

CREATE TABLE dispatcher.task (
	id           text PRIMARY KEY,
	casefile     text NOT NULL,
	division     text NOT NULL,
	state        text NOT NULL,
	unit         text NOT NULL,
	giver        text NOT NULL,
	rework       bigint,
	rejected     bigint,
	designated   boolean,
	returned     boolean,
	assigned_at  timestamptz NOT NULL,
	sign_by      timestamptz NOT NULL,
	return_by    timestamptz NOT NULL,
	finish_by    timestamptz NOT NULL,
	answer_by    timestamptz,
	check_by     timestamptz,
	submitted_at timestamptz,
	officer      text,
	late         boolean
);
CREATE INDEX ON dispatcher.task (casefile);

CREATE TABLE dispatcher.call (
	id           text PRIMARY KEY,
	casefile     text NOT NULL,
	division     text NOT NULL,
	state        text NOT NULL,
	class        text NOT NULL,
	room         text NOT NULL,
	main         text NOT NULL,
	approvers    text[],
	place        text,
	lat          double precision,
	lon          double precision,
	raised_at    timestamptz NOT NULL,
	finish_by    timestamptz,
	check_by     timestamptz,
	grade_by     timestamptz,
	submitted_at timestamptz,
	officer      text,
	late         boolean,
	vetoed       bigint
);
CREATE INDEX ON dispatcher.call (casefile);

-- One department in one call.
CREATE TABLE dispatcher.attendance (
	id           text PRIMARY KEY,
	casefile     text NOT NULL,
	division     text NOT NULL,
	state        text NOT NULL,
	call         text NOT NULL,
	n            bigint NOT NULL,
	unit         text NOT NULL,
	role         text NOT NULL,
	asked_at     timestamptz NOT NULL,
	sign_by      timestamptz NOT NULL,
	report_in_by timestamptz NOT NULL,
	refused      bigint,
	present_at   timestamptz,
	officer      text,
	late         boolean,
	graded       boolean,
	score        bigint
);
CREATE INDEX ON dispatcher.attendance (casefile);

-- Supervision of one unit in one casefile; the state is the colour.
CREATE TABLE dispatcher.card (
	id        text PRIMARY KEY,
	casefile  text NOT NULL,
	division  text NOT NULL,
	state     text NOT NULL,
	unit      text NOT NULL,
	causes    text[],
	issued_at timestamptz NOT NULL,
	next_by   timestamptz,
	reds      bigint
);
CREATE INDEX ON dispatcher.card (casefile);
-- One matter, one unit, one card.
CREATE UNIQUE INDEX ON dispatcher.card (casefile, unit)
	WHERE state <> 'lifted';

-- Work of another service on the casefile, seen through its facts.
CREATE TABLE dispatcher.child (
	id        text PRIMARY KEY,
	casefile  text NOT NULL,
	division  text NOT NULL,
	state     text NOT NULL,
	kind      text NOT NULL,
	unit      text,
	opened_at timestamptz NOT NULL,
	ended_at  timestamptz
);
CREATE INDEX ON dispatcher.child (casefile);
