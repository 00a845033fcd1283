-- Intake: one table a thing; columns are the fields of rows.def.
CREATE SCHEMA intake;

CREATE TABLE intake.report (
	id          text PRIMARY KEY,   -- its number, given once
	casefile    text NOT NULL,      -- its own number; merged: the parent's
	division    text NOT NULL,
	state       text NOT NULL,
	channel     text NOT NULL,
	reporter    text NOT NULL,
	place       text,
	text        text,               -- scrubbed
	token       text,
	reachable   boolean,
	matter      text,
	desk        text,
	unit        text,
	officer     text,
	urgent      boolean,
	occurred_at timestamptz,
	lat         double precision,
	lon         double precision,
	received_at timestamptz NOT NULL,
	closed_at   timestamptz         -- of the casefile; NULL: open
);
CREATE INDEX report_casefile ON intake.report (casefile);
-- What else was reported around here lately?
CREATE INDEX report_nearby ON intake.report (left(division, 9), received_at)
	WHERE state IN ('accepted', 'merged');

CREATE TABLE intake.callback (
	id        text PRIMARY KEY,
	casefile  text NOT NULL,
	division  text NOT NULL,
	state     text NOT NULL,
	report    text NOT NULL,
	token     text,
	handler   text NOT NULL,
	outcome   text NOT NULL,
	tries     bigint,
	opened_at timestamptz NOT NULL,
	call_by   timestamptz
);
CREATE INDEX callback_casefile ON intake.callback (casefile);
