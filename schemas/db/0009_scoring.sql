-- Scoring: facts that count for a unit, and the scores made of them.
CREATE SCHEMA scoring;

-- One row a fact; written once, never changed.
CREATE TABLE scoring.tally (
	id        text PRIMARY KEY,       -- <casefile>/S<seq>
	casefile  text NOT NULL,
	division  text NOT NULL,
	state     text NOT NULL,
	unit      text NOT NULL,
	what      text NOT NULL,
	at        timestamptz NOT NULL,   -- recorded: decides the period
	seq       bigint NOT NULL,        -- of the fact, in the journal
	about     text,
	late      boolean NOT NULL,
	contacted boolean NOT NULL,
	solved    boolean NOT NULL,
	satisfied text
);
CREATE INDEX tally_casefile ON scoring.tally (casefile);
CREATE INDEX tally_at ON scoring.tally (at);

-- A unit's figures of a period, as last published.
CREATE TABLE scoring.score (
	id               text PRIMARY KEY,      -- <period>/<unit>
	casefile         text NOT NULL,         -- number of the publication
	division         text NOT NULL,
	state            text NOT NULL,
	unit             text NOT NULL,
	period           text NOT NULL,
	kind             text,
	from_at          timestamptz NOT NULL,
	to_at            timestamptz NOT NULL,
	interim          boolean NOT NULL,
	at               timestamptz NOT NULL,
	seq              bigint NOT NULL,
	revision         bigint NOT NULL,
	casefiles        bigint NOT NULL,
	late             bigint NOT NULL,
	reopened         bigint NOT NULL,
	valid            bigint NOT NULL,
	contacted        bigint NOT NULL,
	solved           bigint NOT NULL,
	satisfied        bigint NOT NULL,
	basic            bigint NOT NULL,
	response_bp      bigint NOT NULL,
	resolution_bp    bigint NOT NULL,
	satisfaction_bp  bigint NOT NULL,
	composite_tenths bigint NOT NULL,
	rank             bigint NOT NULL,
	peers            bigint NOT NULL,
	calls_asked      bigint NOT NULL,
	calls_in_time    bigint NOT NULL
);
CREATE INDEX score_casefile ON scoring.score (casefile);
CREATE INDEX score_period ON scoring.score (period);

-- What the tallies of each unit come to, of those in [FROM_AT, TO_AT) whose
-- facts lie before BEFORE_SEQ.  A casefile has one voice: the last answer in
-- that time counts, whichever unit it is about; what it replaced is told.
CREATE FUNCTION scoring.counts(from_at timestamptz, to_at timestamptz,
	before_seq bigint)
RETURNS TABLE (unit text, casefiles bigint, handled bigint, late bigint,
	reopened bigint, valid bigint, contacted bigint, solved bigint,
	satisfied bigint, basic bigint, replaced bigint, no_answer bigint,
	not_due bigint, tasks bigint, reworks bigint, submitted bigint,
	submitted_late bigint, rejected bigint, returns_asked bigint,
	returns_agreed bigint, returns_declined bigint, calls_asked bigint,
	calls_in_time bigint, calls_late bigint, calls_missed bigint,
	calls_refused bigint, cards_blue bigint, cards_yellow bigint,
	cards_red bigint)
LANGUAGE sql STABLE AS $$
	SELECT s.unit,
		count(DISTINCT s.casefile) FILTER (WHERE s.what = 'closed'),
		count(DISTINCT s.casefile) FILTER (WHERE s.what = 'handled'),
		count(DISTINCT s.casefile)
			FILTER (WHERE s.what = 'handled' AND s.late),
		count(*) FILTER (WHERE s.what = 'reopened'),
		count(*) FILTER (WHERE s.votes),
		count(*) FILTER (WHERE s.votes AND s.contacted),
		count(*) FILTER (WHERE s.votes AND s.solved),
		count(*) FILTER (WHERE s.votes AND s.satisfied = 'yes'),
		count(*) FILTER (WHERE s.votes AND s.satisfied = 'basic'),
		count(*) FILTER (WHERE s.what = 'answer' AND NOT s.votes),
		count(*) FILTER (WHERE s.what = 'no_answer'),
		count(*) FILTER (WHERE s.what = 'not_due'),
		count(*) FILTER (WHERE s.what = 'assigned'),
		count(*) FILTER (WHERE s.what = 'rework'),
		count(*) FILTER (WHERE s.what = 'submitted'),
		count(*) FILTER (WHERE s.what = 'submitted' AND s.late),
		count(*) FILTER (WHERE s.what = 'rejected'),
		count(*) FILTER (WHERE s.what = 'return_asked'),
		count(*) FILTER (WHERE s.what = 'return_agreed'),
		count(*) FILTER (WHERE s.what = 'return_declined'),
		count(*) FILTER (WHERE s.what = 'called'),
		count(*) FILTER (WHERE s.what = 'came' AND NOT s.late),
		count(*) FILTER (WHERE s.what = 'came' AND s.late),
		count(*) FILTER (WHERE s.what = 'missed'),
		count(*) FILTER (WHERE s.what = 'refused'),
		count(*) FILTER (WHERE s.what = 'blue'),
		count(*) FILTER (WHERE s.what = 'yellow'),
		count(*) FILTER (WHERE s.what = 'red')
	FROM (SELECT t.*, t.what = 'answer' AND t.seq =
			max(t.seq) FILTER (WHERE t.what = 'answer')
			OVER (PARTITION BY t.casefile) AS votes
		FROM scoring.tally t
		WHERE t.at >= counts.from_at AND t.at < counts.to_at
			AND t.seq < counts.before_seq) s
	GROUP BY s.unit
	ORDER BY s.unit COLLATE "C"
$$;
