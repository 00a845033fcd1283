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

-- What is watched of the whole installation, as rows of /metrics: the name,
-- the labels as they stand there, and the value (times in thousandths of a
-- second).  WHAT is 'lag', which costs nothing, or 'limits', where all that are
-- armed are counted: in an index; of those that ran out, of calls and cards
-- only what is open is read.
CREATE INDEX deadline_overdue ON run.deadline (service, name)
	WHERE state = 'fired' AND met_at IS NULL AND kind <> 'window';
CREATE INDEX call_open ON dispatcher.call (main)
	WHERE state IN ('drafted', 'gathering', 'working', 'submitted');
CREATE FUNCTION run.stock(now_at timestamptz) RETURNS TABLE (metric text, labels text, value bigint)
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp AS $$
BEGIN
	RETURN QUERY SELECT 'huying_deadlines',
		format('service="%s",limit="%s",state="%s"', d.service, d.name, d.state), d.n
		FROM (SELECT x.service, x.name,
				CASE WHEN x.wake_at <= now_at THEN 'due' ELSE 'armed' END AS state,
				count(*) AS n
			FROM (SELECT a.service, a.name, a.wake_at FROM run.deadline a
				WHERE a.wake_at IS NOT NULL AND NOT a.urgent
				UNION ALL
				SELECT a.service, a.name, a.wake_at FROM run.deadline a
				WHERE a.wake_at IS NOT NULL AND a.urgent) x
			GROUP BY 1, 2, 3
			UNION ALL
			SELECT o.service, o.name, 'overdue', count(*) FROM run.deadline o
			WHERE o.state = 'fired' AND o.met_at IS NULL AND o.kind <> 'window'
			GROUP BY 1, 2) d;
	-- A call's own limits, and those of its departments: <call>/<unit>.
	RETURN QUERY SELECT 'huying_calls', format('class="%s",unit_kind="%s",state="%s"',
			c.class, coalesce(u.kind, 'gone'), c.state), count(*)
		FROM (SELECT k.class, k.main, CASE WHEN EXISTS (SELECT FROM run.deadline d
				WHERE d.service = 'dispatcher' AND d.thing >= k.id
					AND d.thing < k.id || '0' AND d.state = 'fired'
					AND d.met_at IS NULL AND d.kind <> 'window')
				THEN 'overdue' ELSE 'open' END AS state
			FROM dispatcher.call k
			WHERE k.state IN ('drafted', 'gathering', 'working', 'submitted')) c
		LEFT JOIN registry.unit u ON u.code = c.main AND u.valid_to IS NULL
		GROUP BY c.class, u.kind, c.state;
	RETURN QUERY SELECT 'huying_cards', format('colour="%s"', s.state), count(k.state)
		FROM unnest(ARRAY['blue', 'yellow', 'orange', 'red', 'excused']) s (state)
		LEFT JOIN dispatcher.card k ON k.state = s.state AND k.state <> 'lifted'
		GROUP BY s.state;
END $$;
CREATE FUNCTION run.figures(what text) RETURNS TABLE (metric text, labels text, value bigint)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
	IF what = 'limits' THEN
		RETURN QUERY SELECT * FROM run.stock(run.now());
		RETURN;
	END IF;
	RETURN QUERY SELECT v.m, v.l, v.n FROM run.lag g, LATERAL (VALUES
		('huying_lag_events', format('service="%s",slot="%s"', g.service, g.slot), g.lag),
		('huying_lag_seconds', format('service="%s",slot="%s"', g.service, g.slot),
			(g.age * 1000)::bigint)) v (m, l, n);
	RETURN QUERY SELECT 'huying_oldest_unprocessed_age_seconds',
		format('service="%s"', g.service), (max(g.age) * 1000)::bigint
		FROM run.lag g GROUP BY g.service;
	RETURN QUERY SELECT 'huying_parked_events',
		format('service="%s",state="%s"', c.service, s.state),
		(SELECT count(*) FROM run.parked p WHERE p.service = c.service
			AND (p.tries > 0) = (s.state = 'poison'))
		FROM (SELECT DISTINCT x.service FROM run.cursor x) c,
			(VALUES ('poison'), ('behind')) s (state);
	RETURN QUERY SELECT 'huying_database_size_bytes', '',
		pg_database_size(current_database());
	RETURN QUERY SELECT 'huying_key_next_expiry_timestamp_seconds', '',
		(extract(epoch FROM min(k.expires_at)) * 1000)::bigint FROM access.key k
		WHERE k.revoked_at IS NULL AND k.expires_at > clock_timestamp()
		HAVING min(k.expires_at) IS NOT NULL;
END $$;

-- Tells casefiles that their limits are to be counted again, as the registry;
-- of one pack each is told once.  Says how many were told.
CREATE FUNCTION registry.recount(pack text, casefiles text[], divisions text[]) RETURNS bigint
LANGUAGE sql AS $$
	WITH e AS (SELECT u.casefile, u.division, u.o,
			'calendar-' || pack || '-' || u.casefile AS id
		FROM unnest(casefiles, divisions) WITH ORDINALITY AS u (casefile, division, o)),
	b AS (SELECT e.*, set_byte('\x00'::bytea, 0, 128 + 7)
			|| run.pack_str('specversion') || run.pack_str('1.0')
			|| run.pack_str('id') || run.pack_str(e.id)
			|| run.pack_str('source') || run.pack_str('/registry')
			|| run.pack_str('type') || run.pack_str('calendar.changed')
			|| run.pack_str('subject') || run.pack_str(e.casefile)
			|| run.pack_str('division') || run.pack_str(e.division)
			|| run.pack_str('data') || run.pack_map('casefile', e.casefile) AS body
		FROM e),
	a AS (SELECT array_agg('/registry'::text) AS sources, array_agg(b.id ORDER BY b.o) AS ids,
			array_agg('calendar.changed'::text) AS types,
			array_agg(b.casefile ORDER BY b.o) AS subjects,
			array_agg(b.division ORDER BY b.o) AS places,
			array_agg(sha256(b.body) ORDER BY b.o) AS digests,
			array_agg(b.body ORDER BY b.o) AS bodies
		FROM b)
	SELECT count(*) FROM a, journal.append(a.sources, a.ids, a.types, a.subjects,
		a.places, a.digests, a.bodies) AS r
	WHERE r.status = 'stored'
$$;
