-- Townships, villages and units are merged, split and shifted.
ALTER TABLE registry.unit ADD COLUMN successor text;

-- A province at once: rows are compared by hash, never each with each, which
-- the planner cannot know of a table that is an argument.
ALTER FUNCTION registry.take(text, json, text, date) SET enable_nestloop = off;
ALTER FUNCTION registry.take(text, json, text, date) SET work_mem = '64MB';

-- What may not be in a pack that is about to be closed on FROM_DAY: codes that
-- ended without a word on who goes on, while something of theirs is open,
-- codes that come back, and cadres who are taken away from where they were
-- locked (双锁定): gone, or with another unit, unless the unit itself goes on
-- there.  Unlocking takes a version of its own, so that it cannot go unseen.
CREATE FUNCTION registry.orphans(pack text, from_day date)
RETURNS TABLE (code text, why text) LANGUAGE sql STABLE AS $$
	SELECT d.code, 'ended without a successor: keep its row and name one'
	FROM registry.division d
	WHERE d.valid_to = from_day AND split_part(d.pack, ' ', 1) = split_part($1, ' ', 1)
		AND NOT EXISTS (SELECT FROM registry.division n
			WHERE n.code = d.code AND n.valid_to IS NULL)
	UNION ALL
	SELECT DISTINCT u.code, 'ended without a successor, and has work in hand'
	FROM registry.unit u JOIN run.deadline l ON l.unit = u.code AND l.wake_at IS NOT NULL
	WHERE u.valid_to = from_day AND split_part(u.pack, ' ', 1) = split_part($1, ' ', 1)
		AND NOT EXISTS (SELECT FROM registry.unit n
			WHERE n.code = u.code AND n.valid_to IS NULL)
		AND NOT EXISTS (SELECT FROM registry.division d
			WHERE d.code = u.division AND d.valid_to IS NULL AND d.successors <> '{}')
	UNION ALL
	SELECT n.code, 'was used until ' || max(o.valid_to) || ': a code is never used again'
	FROM registry.division n JOIN registry.division o ON o.code = n.code AND o.valid_to < n.valid_from
	WHERE n.pack = $1 AND n.valid_from = from_day
		AND NOT EXISTS (SELECT FROM registry.division b
			WHERE b.code = n.code AND b.valid_to = from_day)
	GROUP BY n.code
	UNION ALL
	SELECT n.code, 'was used until ' || max(o.valid_to) || ': a code is never used again'
	FROM registry.unit n JOIN registry.unit o ON o.code = n.code AND o.valid_to < n.valid_from
	WHERE n.pack = $1 AND n.valid_from = from_day
		AND NOT EXISTS (SELECT FROM registry.unit b
			WHERE b.code = n.code AND b.valid_to = from_day)
	GROUP BY n.code
	UNION ALL
	SELECT o.id, 'is locked at ' || o.unit || ': unlock first'
	FROM registry.officer o
	LEFT JOIN registry.officer n ON n.id = o.id AND n.valid_to IS NULL
	WHERE o.valid_to = from_day AND split_part(o.pack, ' ', 1) = split_part($1, ' ', 1)
		AND o.locked AND n.unit IS DISTINCT FROM o.unit
		AND NOT EXISTS (SELECT FROM registry.unit a JOIN registry.unit b
			ON b.code = n.unit AND b.valid_to IS NULL
			WHERE a.code = o.unit AND (a.successor = b.code
				OR a.kind = b.kind AND a.module IS NOT DISTINCT FROM b.module
				AND EXISTS (SELECT FROM registry.division d
					WHERE d.code = a.division AND d.valid_to IS NULL
						AND b.division = ANY (d.successors))))
	ORDER BY 1
$$;
CREATE INDEX deadline_unit ON run.deadline (unit)
	WHERE wake_at IS NOT NULL AND unit IS NOT NULL;

-- Open casefiles that lie where nothing is any more, or wait for a unit that
-- is gone: they are to be rehomed, unless they were told so since PACK.
CREATE FUNCTION registry.homeless(pack text, after text, n bigint)
RETURNS TABLE (casefile text, division text) LANGUAGE sql STABLE AS $$
	WITH gone AS MATERIALIZED (
		SELECT DISTINCT u.code FROM registry.unit u
		WHERE NOT EXISTS (SELECT FROM registry.unit v WHERE v.code = u.code
				AND v.valid_from <= (run.now() AT TIME ZONE INTERVAL '08:00')::date
				AND (v.valid_to IS NULL OR v.valid_to > (run.now() AT TIME ZONE INTERVAL '08:00')::date))
			OR u.successor IS NOT NULL
	), moved AS MATERIALIZED (
		SELECT d.code FROM registry.division d
		WHERE d.successors <> '{}'
			AND d.valid_from <= (run.now() AT TIME ZONE INTERVAL '08:00')::date
	)
	SELECT c.id, c.division FROM dispatcher.casefile c
	WHERE c.id > after AND c.state <> 'archived' AND (
		c.division IN (SELECT code FROM moved)
		OR left(c.division, 12) IN (SELECT code FROM moved)
		OR left(c.division, 9) IN (SELECT code FROM moved)
		OR EXISTS (SELECT FROM run.deadline l JOIN gone ON gone.code = l.unit
			WHERE l.casefile = c.casefile AND l.wake_at IS NOT NULL))
		AND NOT EXISTS (SELECT FROM journal.event_key k
			WHERE k.source = '/boundary' AND k.id = 'rehome-' || pack || '-' || c.id)
	ORDER BY c.id LIMIT n
$$;
