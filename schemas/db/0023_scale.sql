-- Many limits at one instant, many casefiles open.

-- A limit of an hour or less: what waits for it waits at a place.
ALTER TABLE run.deadline ADD COLUMN urgent boolean NOT NULL
	GENERATED ALWAYS AS (due_at - armed_at <= interval '1 hour') STORED;

-- In the order in which limits run out, so that the first of very many need
-- no sorting.
DROP INDEX run.deadline_wake;
CREATE INDEX deadline_wake ON run.deadline (service, wake_at, thing, name)
	WHERE wake_at IS NOT NULL AND NOT urgent;
CREATE INDEX deadline_urgent ON run.deadline (service, wake_at, thing, name)
	WHERE wake_at IS NOT NULL AND urgent;

-- The first N limits of SERVICE that are due, or to be warned of, and not held
-- up.  The time is asked once, and the order asked for: else every limit that
-- is armed might be looked at.  Not SQL: that would be planned anew wherever it
-- is used.  And not by a plan that fetches all that is due to sort it: of very
-- many, the first are in the index.
CREATE FUNCTION run.waiting(service text, n bigint) RETURNS TABLE (casefile text)
LANGUAGE plpgsql STABLE SET plan_cache_mode = force_generic_plan
	SET enable_bitmapscan = off SET enable_sort = off AS $$
DECLARE
	now_at timestamptz := run.now();
BEGIN
	RETURN QUERY
		(SELECT d.casefile FROM run.deadline d
		WHERE d.service = $1 AND d.urgent AND d.wake_at <= now_at
			AND NOT EXISTS (SELECT FROM run.parked p
				WHERE p.service = $1 AND p.casefile = d.casefile)
		ORDER BY d.wake_at, d.thing, d.name LIMIT n)
		UNION ALL
		(SELECT d.casefile FROM run.deadline d
		WHERE d.service = $1 AND NOT d.urgent AND d.wake_at <= now_at
			AND NOT EXISTS (SELECT FROM run.parked p
				WHERE p.service = $1 AND p.casefile = d.casefile)
		ORDER BY d.wake_at, d.thing, d.name LIMIT n)
		LIMIT n;
END $$;

CREATE OR REPLACE FUNCTION run.quiet() RETURNS boolean LANGUAGE sql STABLE AS $$
	SELECT (SELECT min(seq) FROM run.cursor) >= journal.head()
		AND NOT EXISTS (SELECT FROM (SELECT DISTINCT service FROM run.cursor) c,
			run.waiting(c.service, 1))
$$;
