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

-- Open casefiles that lie where nothing is any more, or wait for a unit that
-- is gone: they are to be rehomed, unless they were told so since PACK.
CREATE FUNCTION registry.homeless(pack text, after text, n bigint)
RETURNS TABLE (casefile text, division text) LANGUAGE sql STABLE AS $$
	WITH today AS MATERIALIZED (
		SELECT (run.now() AT TIME ZONE INTERVAL '08:00')::date AS day
	), unit AS (
		SELECT u.code, u.valid_from <= day AS begun,
			u.valid_from <= day AND (u.valid_to IS NULL OR u.valid_to > day)
				AND u.successor IS NULL AS holds
		FROM registry.unit u, today
	), gone AS MATERIALIZED (
		SELECT u.code FROM unit u GROUP BY u.code
		HAVING bool_or(u.begun) AND NOT bool_or(u.holds)
	), moved AS MATERIALIZED (
		SELECT d.code FROM registry.division d, today
		WHERE d.successors <> '{}' AND d.valid_from <= day
			AND (d.valid_to IS NULL OR d.valid_to > day)
		UNION ALL SELECT g.code FROM registry.grid g, today
		WHERE g.successors <> '{}' AND g.valid_from <= day
			AND (g.valid_to IS NULL OR g.valid_to > day)
	), waits AS MATERIALIZED (
		SELECT DISTINCT l.casefile FROM gone JOIN run.deadline l
			ON l.unit = gone.code AND l.met_at IS NULL
	)
	SELECT c.id, c.division FROM dispatcher.casefile c
	WHERE c.id > after AND c.state <> 'archived' AND (
		c.division IN (SELECT code FROM moved)
		OR left(c.division, 12) IN (SELECT code FROM moved)
		OR left(c.division, 9) IN (SELECT code FROM moved)
		OR c.casefile IN (SELECT w.casefile FROM waits w))
		AND NOT EXISTS (SELECT FROM journal.event_key k
			WHERE k.source = '/boundary' AND k.id = 'rehome-' || pack || '-' || c.id)
	ORDER BY c.id LIMIT n
$$;

-- The dispatcher tells them when the first day of PACK has come, so many at a
-- time; behind a full page a command of its own asks for the next one.  By
-- hand it is `huying pack follow`, and twice is once.
CREATE FUNCTION dispatcher.follow(pack text, version text, after text) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp SET enable_seqscan = on AS $$
DECLARE
	page CONSTANT bigint := 1000;
	told bigint;
BEGIN
	WITH one AS (
		SELECT h.casefile, h.division, 'casefile.rehome' AS type,
			'rehome-' || pack || '-' || h.casefile AS id,
			run.pack_map('casefile', h.casefile) AS data
		FROM registry.homeless(pack, after, page) h
	), next AS (
		SELECT split_part(version, '/', 1), ''::text, 'version.follow',
			'follow-' || pack || '-' || max(o.casefile),
			run.pack_map('version', version, 'after', max(o.casefile))
		FROM one o HAVING count(*) = page
	), said AS (
		SELECT u.casefile, u.division, u.type, u.id, set_byte('\x00'::bytea, 0,
				128 + CASE WHEN u.division = '' THEN 6 ELSE 7 END)
			|| run.pack_str('specversion') || run.pack_str('1.0')
			|| run.pack_str('id') || run.pack_str(u.id)
			|| run.pack_str('source') || run.pack_str('/boundary')
			|| run.pack_str('type') || run.pack_str(u.type)
			|| run.pack_str('subject') || run.pack_str(u.casefile)
			|| CASE WHEN u.division = '' THEN ''::bytea
				ELSE run.pack_str('division') || run.pack_str(u.division) END
			|| run.pack_str('data') || u.data AS body
		FROM (TABLE one UNION ALL TABLE next) u(casefile, division, type, id, data)
	)
	SELECT count(*) INTO told FROM (SELECT journal.append(
		array_agg('/boundary'::text), array_agg(s.id ORDER BY n), array_agg(s.type ORDER BY n),
		array_agg(s.casefile ORDER BY n), array_agg(s.division ORDER BY n),
		array_agg(sha256(s.body) ORDER BY n), array_agg(s.body ORDER BY n))
		FROM (SELECT *, row_number() OVER (ORDER BY type, casefile) AS n FROM said) s) a;
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
