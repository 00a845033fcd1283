-- What mediation stores; columns are those of services/mediation/rows.def.
CREATE SCHEMA mediation;

-- A casefile as mediation knows it.
CREATE TABLE mediation.casefile (
	id        text PRIMARY KEY,
	casefile  text NOT NULL,
	division  text NOT NULL,
	state     text NOT NULL,
	matter    text NOT NULL,
	opened_at timestamptz NOT NULL
);
CREATE INDEX ON mediation.casefile (casefile);

CREATE TABLE mediation.mediation (
	id         text PRIMARY KEY,
	casefile   text NOT NULL,
	division   text NOT NULL,
	state      text NOT NULL,
	kind       text NOT NULL,
	level      text NOT NULL,
	unit       text NOT NULL,
	applicant  text NOT NULL,
	parties    text[] NOT NULL,
	consented  text[],
	declined   text,
	applied_at timestamptz NOT NULL,
	consent_by timestamptz NOT NULL,
	began_at   timestamptz,
	level_by   timestamptz,
	total_by   timestamptz,
	climbs     bigint,
	why        text
);
CREATE INDEX ON mediation.mediation (casefile);

CREATE TABLE mediation.agreement (
	id           text PRIMARY KEY,
	casefile     text NOT NULL,
	division     text NOT NULL,
	state        text NOT NULL,
	mediation    text NOT NULL,
	unit         text NOT NULL,
	mediator     text NOT NULL,
	parties      text[] NOT NULL,
	form         text NOT NULL,
	sha256       text NOT NULL,
	made_at      timestamptz NOT NULL,
	confirm_by   timestamptz NOT NULL,
	perform_by   timestamptz NOT NULL,
	asked_at     timestamptz,
	performed_at timestamptz,
	late         boolean
);
CREATE INDEX ON mediation.agreement (casefile);
