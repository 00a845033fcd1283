-- Townships, villages, groups and units are merged, split and shifted.
ALTER TABLE registry.unit ADD COLUMN successor text;
ALTER TABLE registry.grid ADD COLUMN successors text[];
ALTER TABLE registry.pack ADD COLUMN boundary text;

-- The risk record of a change of boundaries, and the versions of packs that
-- follow others.
CREATE TABLE dispatcher.boundary (
	id           text PRIMARY KEY,
	casefile     text NOT NULL,
	division     text NOT NULL,
	state        text NOT NULL,
	title        text NOT NULL,
	kind         text NOT NULL,
	places       text[],
	risk         text NOT NULL,
	unit         text NOT NULL,
	assessed_at  timestamptz NOT NULL,
	clear_by     timestamptz,
	cleared_at   timestamptz,
	document     text,
	approver     text,
	complete_by  timestamptz,
	begun_at     timestamptz,
	evaluate_by  timestamptz,
	evaluated_at timestamptz
);
CREATE INDEX ON dispatcher.boundary (casefile);
CREATE TABLE dispatcher.version (
	id       text PRIMARY KEY,
	casefile text NOT NULL,
	division text NOT NULL,
	state    text NOT NULL,
	pack     text NOT NULL,
	number   text NOT NULL,
	begins   timestamptz NOT NULL,
	boundary text
);
CREATE INDEX ON dispatcher.version (casefile);

-- Cadres whom a township gave back; what a front desk asks of a back office.
CREATE TABLE dispatcher.cadre (
	id          text PRIMARY KEY,
	casefile    text NOT NULL,
	division    text NOT NULL,
	state       text NOT NULL,
	cadre       text NOT NULL,
	unit        text NOT NULL,
	home        text NOT NULL,
	returned_at timestamptz NOT NULL
);
CREATE INDEX ON dispatcher.cadre (casefile);
CREATE TABLE dispatcher.support (
	id          text PRIMARY KEY,
	casefile    text NOT NULL,
	division    text NOT NULL,
	state       text NOT NULL,
	task        text NOT NULL,
	unit        text NOT NULL,
	office      text NOT NULL,
	asked_at    timestamptz NOT NULL,
	answer_by   timestamptz NOT NULL,
	answered_at timestamptz
);
CREATE INDEX ON dispatcher.support (casefile);

-- A later version tells its first day: what is open follows it then.
CREATE OR REPLACE FUNCTION registry.announce(pack text, version text) RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE
	this  registry.pack;
	pairs text[] := ARRAY['pack', pack, 'version', version];
	place bigint;
BEGIN
	SELECT * INTO STRICT this FROM registry.pack p
		WHERE p.name = announce.pack AND p.version = announce.version;
	IF EXISTS (SELECT FROM registry.pack p
			WHERE p.name = announce.pack AND p.version <> announce.version) THEN
		pairs := pairs || ARRAY['begins',
			run.rfc3339(this.valid_from::timestamp AT TIME ZONE INTERVAL '08:00')];
	END IF;
	IF this.boundary IS NOT NULL THEN
		pairs := pairs || ARRAY['boundary', this.boundary];
	END IF;
	place := run.announce('/registry', 'registry.changed',
		'pack-' || pack || '-' || version || '-' || (journal.head() + 1),
		run.pack_map(VARIADIC pairs));
	UPDATE registry.pack p SET seq = place
		WHERE p.name = announce.pack AND p.version = announce.version;
	RETURN place;
END $$;

-- A province at once: rows are compared by hash, never each with each, which
-- the planner cannot know of a table that is an argument.
ALTER FUNCTION registry.take(text, json, text, date) SET enable_nestloop = off;
ALTER FUNCTION registry.take(text, json, text, date) SET work_mem = '64MB';

-- What may not be in a pack that is about to be closed on FROM_DAY: codes that
-- ended without a word on who goes on, while something of theirs is open,
-- codes that come back, changes of boundaries whose risk is not cleared
-- (BOUNDARY is the record that the pack names), and cadres who are taken away
-- from where they were locked (双锁定): gone, or with another unit, unless the
-- unit itself goes on there or the township gave them back (反向否决权).
-- Unlocking takes a version of its own, so that it cannot go unseen.
CREATE FUNCTION registry.orphans(pack text, from_day date, boundary text)
RETURNS TABLE (code text, why text) LANGUAGE sql STABLE AS $$
	SELECT d.code, 'ended without a successor: keep its row and name one'
	FROM registry.division d
	WHERE d.valid_to = from_day AND split_part(d.pack, ' ', 1) = split_part($1, ' ', 1)
		AND NOT EXISTS (SELECT FROM registry.division n
			WHERE n.code = d.code AND n.valid_to IS NULL)
	UNION ALL
	SELECT DISTINCT u.code, 'ended without a successor, and has work in hand'
	FROM registry.unit u JOIN run.deadline l ON l.unit = u.code
		AND l.wake_at IS NOT NULL AND l.met_at IS NULL
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
	SELECT n.code, 'was used until ' || max(o.valid_to) || ': a code is never used again'
	FROM registry.grid n JOIN registry.grid o ON o.code = n.code AND o.valid_to < n.valid_from
	WHERE n.pack = $1 AND n.valid_from = from_day
		AND NOT EXISTS (SELECT FROM registry.grid b
			WHERE b.code = n.code AND b.valid_to = from_day)
	GROUP BY n.code
	UNION ALL
	SELECT n.code, 'went on in ' || n.heirs || ': a code is never used again'
	FROM (SELECT d.code, array_to_string(o.successors, ', ') AS heirs
			FROM registry.division d JOIN registry.division o
				ON o.code = d.code AND o.valid_to = d.valid_from AND o.successors <> '{}'
			WHERE d.pack = $1 AND d.valid_from = from_day AND coalesce(d.successors, '{}') = '{}'
		UNION ALL SELECT g.code, array_to_string(o.successors, ', ')
			FROM registry.grid g JOIN registry.grid o
				ON o.code = g.code AND o.valid_to = g.valid_from AND o.successors <> '{}'
			WHERE g.pack = $1 AND g.valid_from = from_day AND coalesce(g.successors, '{}') = '{}'
		UNION ALL SELECT u.code, o.successor
			FROM registry.unit u JOIN registry.unit o
				ON o.code = u.code AND o.valid_to = u.valid_from AND o.successor IS NOT NULL
			WHERE u.pack = $1 AND u.valid_from = from_day AND u.successor IS NULL) n
	UNION ALL
	(SELECT d.code, CASE WHEN coalesce($3, '') = ''
		THEN 'changes its boundaries: pack.csv names no record of its risk (boundary)'
		ELSE 'changes its boundaries: ' || $3 || ' is ' || coalesce(
			(SELECT b.state FROM dispatcher.boundary b WHERE b.id = $3),
			'no record of a change') || ', not cleared' END
	FROM (SELECT n.code, n.successors FROM registry.division n
			WHERE n.pack = $1 AND n.valid_from = from_day
		UNION ALL SELECT g.code, g.successors FROM registry.grid g
			WHERE g.pack = $1 AND g.valid_from = from_day AND g.successors <> '{}') d
	WHERE EXISTS (SELECT FROM registry.pack p WHERE p.name = split_part($1, ' ', 1))
		AND NOT EXISTS (SELECT FROM registry.division o
			WHERE o.code = d.code AND o.valid_to = from_day
				AND coalesce(o.successors, '{}') = coalesce(d.successors, '{}'))
		AND NOT EXISTS (SELECT FROM registry.grid o
			WHERE o.code = d.code AND o.valid_to = from_day
				AND o.successors = d.successors)
		AND NOT EXISTS (SELECT FROM dispatcher.boundary b
			WHERE b.id = $3 AND b.state IN ('cleared', 'effective'))
	ORDER BY d.code LIMIT 1)
	UNION ALL
	SELECT o.id, 'is locked at ' || o.unit || ': unlock first'
	FROM registry.officer o
	LEFT JOIN registry.officer n ON n.id = o.id AND n.valid_to IS NULL
	WHERE o.valid_to = from_day AND split_part(o.pack, ' ', 1) = split_part($1, ' ', 1)
		AND o.locked AND n.unit IS DISTINCT FROM o.unit
		AND NOT EXISTS (SELECT FROM dispatcher.cadre c
			WHERE c.cadre = o.id AND c.unit = o.unit)
		AND NOT EXISTS (SELECT FROM registry.unit a JOIN registry.unit b
			ON b.code = n.unit AND b.valid_to IS NULL
			WHERE a.code = o.unit AND (a.successor = b.code
				OR a.kind = b.kind AND a.module IS NOT DISTINCT FROM b.module
				AND EXISTS (SELECT FROM registry.division d
					WHERE d.code = a.division AND d.valid_to IS NULL
						AND b.division = ANY (d.successors))))
	ORDER BY 1
$$;
ALTER FUNCTION registry.orphans(text, date, text) SET enable_nestloop = off;
CREATE INDEX deadline_unit ON run.deadline (unit)
	WHERE met_at IS NULL AND unit IS NOT NULL;

-- What is open of (AFTER, UPTO], by the numbers of the folders, and whose it
-- is: one row a thing or limit.  A thing that has ended stays as it was; what
-- is known of a casefile is open until that is archived.
CREATE FUNCTION registry.open_rows(after text, upto text)
RETURNS TABLE (service text, thing text, id text, casefile text, division text, units text[])
LANGUAGE sql STABLE AS $$
	SELECT o.* FROM (
		SELECT 'dispatcher' AS service, 'casefile' AS thing, c.id, c.casefile, c.division, ARRAY[c.handler] AS units
		FROM dispatcher.casefile c WHERE c.state <> 'archived'
		UNION ALL SELECT 'dispatcher', 'child', c.id, c.casefile, c.division, ARRAY[c.unit]
		FROM dispatcher.child c WHERE c.state <> 'ended'
		UNION ALL SELECT 'dispatcher', 'task', t.id, t.casefile, t.division, ARRAY[t.unit, t.giver] || t.units
		FROM dispatcher.task t WHERE t.state NOT IN ('accepted', 'moved', 'withdrawn')
		UNION ALL SELECT 'dispatcher', 'dispute', d.id, d.casefile, d.division,
			ARRAY[d.unit, d.main] || d.assisting || d.agreed
		FROM dispatcher.dispute d WHERE d.state NOT IN ('settled', 'decided', 'dropped')
		UNION ALL SELECT 'dispatcher', 'call', c.id, c.casefile, c.division,
			ARRAY[c.room, c.main, c.partner] || c.assisting
		FROM dispatcher.call c WHERE c.state NOT IN ('ended', 'declined', 'cancelled')
		UNION ALL SELECT 'dispatcher', 'attendance', a.id, a.casefile, a.division, ARRAY[a.unit]
		FROM dispatcher.attendance a WHERE a.state IN ('asked', 'signed', 'refusing', 'lost', 'present')
		UNION ALL SELECT 'dispatcher', 'support', s.id, s.casefile, s.division, ARRAY[s.unit, s.office]
		FROM dispatcher.support s WHERE s.state NOT IN ('answered', 'dropped')
		UNION ALL SELECT 'dispatcher', 'bundle', b.id, b.casefile, b.division, ARRAY[b.lead]
		FROM dispatcher.bundle b WHERE b.state NOT IN ('completed', 'stopped')
		UNION ALL SELECT 'dispatcher', 'step', s.id, s.casefile, s.division, ARRAY[s.owner]
		FROM dispatcher.step s WHERE s.state NOT IN ('closed', 'stopped')
		UNION ALL SELECT 'dispatcher', 'campaign', g.id, g.casefile, g.division, ARRAY[g.unit] || g.members
		FROM dispatcher.campaign g WHERE g.state NOT IN ('closed', 'stopped')
		UNION ALL SELECT 'dispatcher', 'receipt', r.id, r.casefile, r.division, ARRAY[r.unit, r.above]
		FROM dispatcher.receipt r WHERE r.state NOT IN ('accepted', 'ended')
		UNION ALL SELECT 'dispatcher', 'receipt', r.id, r.casefile, r.division, ARRAY[r.unit, r.above]
		FROM dispatcher.receipt r JOIN dispatcher.campaign g ON g.id = r.campaign
		WHERE r.state = 'accepted' AND g.state NOT IN ('closed', 'stopped')
		UNION ALL SELECT 'dispatcher', 'fault', f.id, f.casefile, f.division, ARRAY[f.unit, f.above]
		FROM dispatcher.fault f WHERE f.state <> 'written_off'
		UNION ALL SELECT 'dispatcher', 'admission', a.id, a.casefile, a.division, ARRAY[a.unit] || a.units
		FROM dispatcher.admission a WHERE a.state NOT IN ('expired', 'refused', 'withdrawn')
		UNION ALL SELECT 'dispatcher', 'boundary', b.id, b.casefile, b.division, ARRAY[b.unit]
		FROM dispatcher.boundary b WHERE b.state NOT IN ('dropped', 'evaluated')
		UNION ALL SELECT 'dispatcher', 'version', v.id, v.casefile, v.division, NULL
		FROM dispatcher.version v WHERE v.state <> 'in_force'
		UNION ALL SELECT 'dispatcher', 'card', k.id, k.casefile, k.division, ARRAY[k.unit]
		FROM dispatcher.card k WHERE k.state <> 'lifted'
		UNION ALL SELECT 'dispatcher', 'talk', y.id, y.casefile, y.division, ARRAY[y.unit]
		FROM dispatcher.talk y WHERE y.state <> 'held'
		UNION ALL SELECT 'dispatcher', 'warning', w.id, w.casefile, w.division, ARRAY[w.unit]
		FROM dispatcher.warning w WHERE w.state <> 'handled'
		UNION ALL SELECT 'intake', 'report', r.id, r.casefile, r.division, ARRAY[r.desk, r.unit]
		FROM intake.report r WHERE r.state IN ('received', 'checking')
		UNION ALL SELECT 'intake', 'report', r.id, r.casefile, r.division, ARRAY[r.desk, r.unit]
		FROM intake.report r JOIN dispatcher.casefile l ON l.id = r.casefile
		WHERE r.state = 'accepted' AND l.state <> 'archived'
		UNION ALL SELECT 'intake', 'agency', a.id, a.casefile, a.division, ARRAY[a.unit, a.carried_to]
		FROM intake.agency a WHERE a.state <> 'returned'
		UNION ALL SELECT 'intake', 'request', v.id, v.casefile, v.division, ARRAY[v.unit, v.handler]
		FROM intake.request v WHERE v.state <> 'looked_back'
		UNION ALL SELECT 'intake', 'booking', b.id, b.casefile, b.division, ARRAY[b.room]
		FROM intake.booking b WHERE b.state IN ('booked', 'missed')
		UNION ALL SELECT 'intake', 'callback', b.id, b.casefile, b.division, ARRAY[b.handler]
		FROM intake.callback b WHERE b.state = 'due'
		UNION ALL SELECT 'enforcement', 'casefile', c.id, c.casefile, c.division, ARRAY[c.unit]
		FROM enforcement.casefile c JOIN dispatcher.casefile l ON l.id = c.casefile
		WHERE l.state <> 'archived'
		UNION ALL SELECT 'enforcement', 'penalty', p.id, p.casefile, p.division, ARRAY[p.unit]
		FROM enforcement.penalty p WHERE p.state NOT IN ('closed', 'ended')
		UNION ALL SELECT 'mediation', 'casefile', c.id, c.casefile, c.division, NULL
		FROM mediation.casefile c JOIN dispatcher.casefile l ON l.id = c.casefile
		WHERE l.state <> 'archived'
		UNION ALL SELECT 'mediation', 'mediation', m.id, m.casefile, m.division, ARRAY[m.unit, m.applicant]
		FROM mediation.mediation m WHERE m.state NOT IN ('closed', 'ended')
		UNION ALL SELECT 'mediation', 'agreement', a.id, a.casefile, a.division, ARRAY[a.unit]
		FROM mediation.agreement a WHERE a.state <> 'performed'
		UNION ALL SELECT l.service, 'limit', l.thing || ' ' || l.name, l.casefile, l.division, ARRAY[l.unit]
		FROM run.deadline l WHERE l.state IN ('armed', 'paused')
	) o WHERE o.casefile > after AND o.casefile <= upto
$$;

-- Of these, what lies where nothing is any more today, or is with who is gone.
CREATE FUNCTION registry.strays(after text DEFAULT '', upto text DEFAULT 'z')
RETURNS TABLE (service text, thing text, id text, casefile text, division text, gone text[])
LANGUAGE sql STABLE AS $$
	WITH today AS MATERIALIZED (
		SELECT (run.now() AT TIME ZONE INTERVAL '08:00')::date AS day
	), o AS MATERIALIZED (
		SELECT * FROM registry.open_rows(after, upto)
	), moved AS MATERIALIZED (
		SELECT p.code FROM (SELECT DISTINCT o.division AS code FROM o) p, today
		WHERE EXISTS (SELECT FROM registry.division d
			WHERE d.code = left(p.code, CASE WHEN length(p.code) = 15 THEN 12 ELSE 15 END)
				AND d.successors <> '{}' AND d.valid_from <= day
				AND (d.valid_to IS NULL OR d.valid_to > day))
			OR EXISTS (SELECT FROM registry.grid g
			WHERE g.code = p.code AND g.successors <> '{}' AND g.valid_from <= day
				AND (g.valid_to IS NULL OR g.valid_to > day))
	), gone AS MATERIALIZED (
		SELECT n.code FROM (SELECT DISTINCT u.code FROM o, unnest(o.units) u(code)) n, today
		WHERE EXISTS (SELECT FROM registry.unit u
			WHERE u.code = n.code AND u.valid_from <= day)
			AND NOT EXISTS (SELECT FROM registry.unit u
			WHERE u.code = n.code AND u.valid_from <= day AND u.successor IS NULL
				AND (u.valid_to IS NULL OR u.valid_to > day))
	)
	SELECT o.service, o.thing, o.id, o.casefile, o.division,
		ARRAY(SELECT u.code FROM unnest(o.units) u(code) WHERE u.code IN (SELECT g.code FROM gone g))
	FROM o WHERE o.division IN (SELECT m.code FROM moved m)
		OR EXISTS (SELECT FROM unnest(o.units) u(code) WHERE u.code IN (SELECT g.code FROM gone g))
$$;

-- Folders with strays, unless they were told since PACK; and a service that
-- has some of them, others than the dispatcher first.
CREATE FUNCTION registry.homeless(pack text, after text, upto text)
RETURNS TABLE (casefile text, division text, service text) LANGUAGE sql STABLE AS $$
	SELECT s.casefile, min(s.division),
		coalesce(min(s.service) FILTER (WHERE s.service <> 'dispatcher'), 'dispatcher')
	FROM registry.strays(after, upto) s
	WHERE NOT EXISTS (SELECT FROM journal.event_key k
		WHERE k.source = '/boundary' AND k.id = 'rehome-' || pack || '-' || s.casefile)
	GROUP BY s.casefile ORDER BY s.casefile
$$;

-- Where the next N limits behind AFTER end, by the numbers of their folders:
-- what is between is looked at together.  NULL: all that is left.
CREATE FUNCTION registry.page_end(after text, n bigint) RETURNS text
LANGUAGE sql STABLE AS $$
	SELECT l.casefile FROM run.deadline l WHERE l.casefile > after
	ORDER BY l.casefile OFFSET greatest(n, 1) - 1 LIMIT 1
$$;

-- The dispatcher tells them when the first day of PACK has come, a page at a
-- time; behind it a command of its own asks for the next one.  By hand it is
-- `huying pack follow`, and twice is once.
CREATE FUNCTION dispatcher.follow(pack text, version text, after text, page bigint) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp SET enable_seqscan = on AS $$
DECLARE
	upto text := registry.page_end(after, page);
	told bigint;
BEGIN
	WITH said AS (
		SELECT u.n, u.casefile, u.type, u.id, u.division,
			set_byte('\x00'::bytea, 0, 128 + CASE WHEN u.division = '' THEN 6 ELSE 7 END)
			|| run.pack_str('specversion') || run.pack_str('1.0')
			|| run.pack_str('id') || run.pack_str(u.id)
			|| run.pack_str('source') || run.pack_str('/boundary')
			|| run.pack_str('type') || run.pack_str(u.type)
			|| run.pack_str('subject') || run.pack_str(u.casefile)
			|| CASE WHEN u.division = '' THEN ''::bytea
				ELSE run.pack_str('division') || run.pack_str(u.division) END
			|| run.pack_str('data') || u.data AS body
		FROM (SELECT row_number() OVER (ORDER BY h.casefile), h.casefile, 'casefile.rehome',
				'rehome-' || pack || '-' || h.casefile, h.division,
				run.pack_map('casefile', h.casefile, 'of', h.service)
			FROM registry.homeless(pack, after, coalesce(upto, 'z')) h
			UNION ALL SELECT 9223372036854775807, split_part(version, '/', 1), 'version.follow',
				'follow-' || pack || '-' || upto, '',
				run.pack_map('version', version, 'after', upto)
			WHERE upto IS NOT NULL) u(n, casefile, type, id, division, data)
	)
	SELECT count(*) INTO told FROM (SELECT journal.append(
		array_agg('/boundary'::text), array_agg(s.id ORDER BY n), array_agg(s.type ORDER BY n),
		array_agg(s.casefile ORDER BY n), array_agg(s.division ORDER BY n),
		array_agg(sha256(s.body) ORDER BY n), array_agg(s.body ORDER BY n))
		FROM said s HAVING count(*) > 0) a;
	RETURN told;
END $$;

-- The dispatcher speaks as that hand, and nobody else does.
CREATE OR REPLACE FUNCTION journal.check_sources(sources text[]) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
	IF session_user NOT LIKE 'huying\_%' OR
		(session_user = 'huying_bus' AND NOT sources && ARRAY['/bus', '/intake',
			'/dispatcher', '/enforcement', '/mediation', '/scoring', '/registry', '/clock', '/vault']) OR
		sources <@ ARRAY['/' || substr(session_user, 8)] OR
		(session_user = 'huying_dispatcher' AND sources <@ ARRAY['/boundary']) THEN
		RETURN;
	END IF;
	RAISE insufficient_privilege USING MESSAGE = session_user || ' does not speak as that source';
END $$;
