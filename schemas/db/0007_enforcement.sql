-- What enforcement stores; columns are those of services/enforcement/rows.def.
CREATE SCHEMA enforcement;

-- A casefile as enforcement knows it: who has jurisdiction.
CREATE TABLE enforcement.casefile (
	id        text PRIMARY KEY,
	casefile  text NOT NULL,
	division  text NOT NULL,
	state     text NOT NULL,
	matter    text NOT NULL,
	opened_at timestamptz NOT NULL,
	reporter  text,
	domain    text,
	item      text,
	unit      text,
	listed    boolean,
	why       text
);
CREATE INDEX ON enforcement.casefile (casefile);

CREATE TABLE enforcement.penalty (
	id          text PRIMARY KEY,
	casefile    text NOT NULL,
	division    text NOT NULL,
	state       text NOT NULL,
	unit        text NOT NULL,
	item        text NOT NULL,
	severity    text NOT NULL,
	party       text NOT NULL,
	party_kind  text NOT NULL,
	officers    text[] NOT NULL,
	listed      boolean,
	form        text NOT NULL,
	pack        text NOT NULL,
	acted_at    timestamptz,
	filed_at    timestamptz NOT NULL,
	decide_by   timestamptz NOT NULL,
	evidence    bigint,
	kind        text,
	fine_fen    bigint,
	noticed_at  timestamptz,
	notice_kind text,
	notice_fen  bigint,
	heard       text,
	reviewer    text,
	returns     bigint,
	held        text,
	held_at     timestamptz,
	pauses      text[],
	number      text,
	decided_at  timestamptz,
	late        boolean,
	served_at   timestamptz,
	paid_fen    bigint,
	outcome     text
);
CREATE INDEX ON enforcement.penalty (casefile);
