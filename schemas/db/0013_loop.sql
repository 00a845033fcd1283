-- Several instances of a service, parked events that somebody sees to, lag,
-- and a registry that is known as it was at any place of the journal.

-- What each instance has done since it began.
ALTER TABLE run.instance
	ADD COLUMN events bigint NOT NULL DEFAULT 0, -- taken to their end
	ADD COLUMN facts  bigint NOT NULL DEFAULT 0, -- said
	ADD COLUMN fired  bigint NOT NULL DEFAULT 0; -- limits that ran out

-- Poison.  The first row of a casefile is the event that could not be
-- digested; it has been tried.  Those behind it wait (tries 0).
ALTER TABLE run.parked RENAME COLUMN subject TO casefile;
ALTER TABLE run.parked
	ADD COLUMN tries    int NOT NULL DEFAULT 1,
	ADD COLUMN retry_at timestamptz; -- by itself, then; NULL: when asked
UPDATE run.parked SET tries = 0 WHERE reason = 'behind a parked event';
UPDATE run.parked p SET casefile = coalesce(e.subject,
		CASE WHEN length(e.division) >= 6 THEN left(e.division, 6) ELSE '000000' END
		|| to_char(e.at AT TIME ZONE INTERVAL '08:00', '-YY-')
		|| lpad(e.seq::text, greatest(7, length(e.seq::text)), '0'))
	FROM journal.event e WHERE e.seq = p.seq AND p.casefile IS NULL;
ALTER TABLE run.parked ALTER COLUMN casefile SET NOT NULL;
DROP INDEX run.parked_subject;
CREATE INDEX parked_casefile ON run.parked (service, casefile, seq);
CREATE INDEX parked_retry ON run.parked (service, retry_at) WHERE retry_at IS NOT NULL;

-- What a person asks of a service; the service does it and writes down how
-- it went.
CREATE TABLE run.parked_request (
	id       bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY,
	service  text NOT NULL,
	action   text NOT NULL CHECK (action IN ('retry', 'drop')),
	casefile text NOT NULL,
	seq      bigint NOT NULL,       -- of the event that was meant
	who      text NOT NULL CHECK (who <> ''),
	reason   text NOT NULL CHECK (reason <> '' OR action = 'retry'),
	asked_at timestamptz NOT NULL DEFAULT clock_timestamp(),
	done_at  timestamptz,
	outcome  text
);
CREATE INDEX parked_request_open ON run.parked_request (service, id) WHERE done_at IS NULL;

-- How each parked event ended.  With the journal it says all that decides
-- on a service's rows: an event took effect at its place, or where its slot
-- was at AFTER_SEQ, or never.
CREATE TABLE run.parked_log (
	service   text NOT NULL,
	seq       bigint NOT NULL,
	casefile  text NOT NULL,
	action    text NOT NULL CHECK (action IN ('taken', 'dropped')),
	after_seq bigint NOT NULL,      -- cursor of its slot
	tries     int NOT NULL,
	why       text NOT NULL,        -- it was parked
	parked_at timestamptz NOT NULL,
	who       text NOT NULL,        -- the service itself, or who asked
	reason    text NOT NULL,
	at        timestamptz NOT NULL DEFAULT clock_timestamp(),
	PRIMARY KEY (service, seq)
);
CREATE FUNCTION run.refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
	RAISE EXCEPTION 'the log of parked events is append only: % on %', TG_OP, TG_TABLE_NAME;
END $$;
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON run.parked_log
	FOR EACH ROW EXECUTE FUNCTION run.refuse();
CREATE TRIGGER no_truncate BEFORE TRUNCATE ON run.parked_log
	FOR EACH STATEMENT EXECUTE FUNCTION run.refuse();

-- How far behind each slot is.  AGE: of the oldest event not worked on.
CREATE VIEW run.lag AS
	SELECT c.service, c.slot, c.seq AS cursor, h.head, h.head - c.seq AS lag,
		coalesce(greatest(extract(epoch FROM run.now() - (SELECT e.at
			FROM journal.event e WHERE e.seq = c.seq + 1)), 0), 0)::float8 AS age
	FROM run.cursor c, (SELECT journal.head() AS head) h;

-- Nothing under way: every service has seen every event, nothing is due but
-- for casefiles that are held up.  STABLE: true of the caller's own snapshot,
-- so that what the caller reads beside it is of the same moment.
CREATE OR REPLACE FUNCTION run.quiet() RETURNS boolean LANGUAGE sql STABLE AS $$
	SELECT (SELECT min(seq) FROM run.cursor) >= journal.head()
		AND NOT EXISTS (SELECT FROM run.deadline d WHERE wake_at <= run.now()
			AND NOT EXISTS (SELECT FROM run.parked p
				WHERE p.service = d.service AND p.casefile = d.casefile))
$$;

-- Holds the journal still until the transaction ends, and tells the time;
-- NULL when it is not at HEAD any more.  What is recorded after that is
-- recorded later than this: a limit that has run out by then has run out,
-- whatever is on its way.  A service takes the journal's lock in no other way.
CREATE FUNCTION journal.still(seen bigint) RETURNS timestamptz LANGUAGE plpgsql
SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
	PERFORM pg_advisory_xact_lock(7255, 1);
	RETURN CASE WHEN journal.head() = seen THEN run.now() END;
END $$;

-- The place in the journal at which a pack came into force: its
-- registry.changed.  What lies before it is decided without it.
ALTER TABLE registry.pack ADD COLUMN seq bigint;
UPDATE registry.pack p SET seq = (SELECT min(e.seq) FROM journal.event e
	WHERE e.source = '/registry' AND e.type = 'registry.changed'
		AND e.id LIKE 'pack-' || p.name || '-' || p.version || '-%');
CREATE OR REPLACE FUNCTION registry.announce(pack text, version text) RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE
	place bigint := run.announce('/registry', 'registry.changed',
		'pack-' || pack || '-' || version || '-' || (journal.head() + 1),
		run.pack_map('pack', pack, 'version', version));
BEGIN
	UPDATE registry.pack p SET seq = place
		WHERE p.name = announce.pack AND p.version = announce.version;
	RETURN place;
END $$;

-- What tells matters apart, once for each pack that was loaded: an event
-- that came before a pack is decided by the grams of the one before it.  The
-- sum is exact: it must not depend on the order in which rows are found.
ALTER TABLE registry.matter_gram ADD COLUMN generation int;
UPDATE registry.matter_gram SET generation = (SELECT greatest(count(*), 1) FROM registry.pack);
ALTER TABLE registry.matter_gram DROP CONSTRAINT matter_gram_pkey,
	ADD PRIMARY KEY (generation, gram, matter) INCLUDE (weight);

-- For the pack that is being loaded: the one after those that are.
CREATE OR REPLACE FUNCTION registry.index_matters() RETURNS void
LANGUAGE sql AS $$
	DELETE FROM registry.matter_gram g
	 WHERE g.generation = (SELECT count(*) + 1 FROM registry.pack);
	WITH piece (matter, gram, weight) AS (
		SELECT m.code, g, max(p.weight)
		  FROM registry.matter m,
		       LATERAL (VALUES
			   (m.title_zh, 3.0), (m.class_zh, 1.0),
			   (m.filing_condition_zh, 1.0),
			   (array_to_string(m.words_zh, ' '), 3.0))
			   AS p (body, weight),
		       registry.grams(p.body) g
		 WHERE m.valid_to IS NULL
		 GROUP BY m.code, g, p.body
	), gram AS (
		SELECT matter, gram, sum(weight) AS weight,
		       count(*) OVER (PARTITION BY gram) AS n_matters
		  FROM piece GROUP BY matter, gram
	), weighed AS (
		SELECT matter, gram, weight * ln(1 +
		    (SELECT count(DISTINCT matter) FROM piece)::float8
		    / n_matters) ^ 2 AS weight
		  FROM gram
	), sized AS (
		SELECT matter, gram, weight, sqrt(sqrt(sum(weight * weight)
		    OVER (PARTITION BY matter))) AS size
		  FROM weighed
	)
	INSERT INTO registry.matter_gram (generation, gram, matter, weight)
	SELECT (SELECT count(*) + 1 FROM registry.pack), gram, matter,
	    weight / size / max(size) OVER ()
	  FROM sized;
$$;

DROP FUNCTION registry.propose_matters(text, int);
CREATE FUNCTION registry.propose_matters(body text, n int,
    which int DEFAULT NULL) -- generation; NULL: the newest
RETURNS TABLE (matter text, score double precision)
LANGUAGE sql STABLE ROWS 5 AS $$
	WITH hit AS MATERIALIZED (
		SELECT m.matter, m.gram, m.weight
		  FROM (SELECT DISTINCT g
			  FROM registry.grams(left(body, 2000)) g) q
		  JOIN registry.matter_gram m ON m.gram = q.g
		   AND m.generation = coalesce(which,
		       (SELECT max(x.generation) FROM registry.matter_gram x))
	)
	SELECT hit.matter, sum(hit.weight::numeric)::float8
	    / sqrt((SELECT count(DISTINCT gram) FROM hit)) AS score
	  FROM hit
	 GROUP BY hit.matter
	 ORDER BY score DESC, hit.matter
	 LIMIT n
$$;

-- Intake looks at whatever was reported around here, in any state: what it
-- has become since is in the batch, or in the row.
DROP VIEW intake.nearby;
DROP INDEX intake.report_nearby;
CREATE INDEX report_nearby ON intake.report (left(division, 9), received_at, id);
