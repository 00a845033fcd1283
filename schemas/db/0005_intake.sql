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

-- What a new report may be about: all that open casefiles carry.
CREATE VIEW intake.nearby AS
	SELECT r.id AS report, r.casefile, p.matter, r.division, r.place,
		left(r.text, 1000) AS text,
		encode(i.person, 'hex') AS person, r.lat, r.lon,
		r.received_at AS at
	FROM intake.report r
	JOIN intake.report p ON p.id = r.casefile
		AND p.state = 'accepted' AND p.closed_at IS NULL
	LEFT JOIN vault.identity i ON i.token = r.token
	WHERE r.state IN ('accepted', 'merged');
