-- The vault's keys by id, who looked, and what was erased.  All of it goes
-- through functions, for one role (huying_vault); nobody but the owner reads
-- the tables.  What happens here is told to everybody as facts of /vault.

-- A key that locks identities, or one whose public half seals reports.
CREATE TABLE vault.key (
	id         text PRIMARY KEY,
	kind       text NOT NULL CHECK (kind IN ('lock', 'seal')),
	since_at   timestamptz NOT NULL DEFAULT run.now(),
	retired_at timestamptz
);
INSERT INTO vault.key (id, kind) SELECT DISTINCT key_id, 'lock' FROM vault.identity;

-- Which sealing key opened the box; NULL: taken in before that was noted.
ALTER TABLE vault.identity ADD COLUMN box_key text;

-- Nothing is locked with a key that was retired: the writer reads its keys
-- anew and tries again (40001), so that the moment does not matter.
CREATE FUNCTION vault.hold_keys(ids text[]) RETURNS void LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp AS $$
BEGIN
	INSERT INTO vault.key (id, kind) SELECT DISTINCT u, 'lock' FROM unnest(ids) u
		ON CONFLICT (id) DO NOTHING;
	PERFORM FROM vault.key k WHERE k.id = ANY (ids) FOR KEY SHARE;
	IF EXISTS (SELECT FROM vault.key k WHERE k.id = ANY (ids) AND k.retired_at IS NOT NULL) THEN
		RAISE EXCEPTION 'this key of the vault was retired' USING ERRCODE = '40001';
	END IF;
END $$;
CREATE FUNCTION vault.hold_written() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp AS $$
BEGIN
	PERFORM vault.hold_keys(ARRAY(SELECT DISTINCT w.key_id FROM written w WHERE w.sealed IS NOT NULL));
	RETURN NULL;
END $$;
CREATE TRIGGER hold_keys AFTER INSERT ON vault.identity REFERENCING NEW TABLE AS written
	FOR EACH STATEMENT EXECUTE FUNCTION vault.hold_written();

-- A fact of the vault's; its data is a msgpack map that is ready.
CREATE FUNCTION vault.announce(type text, casefile text, division text, data bytea)
RETURNS void LANGUAGE plpgsql AS $$
DECLARE
	id     text := gen_random_uuid();
	body   bytea;
	status text;
BEGIN
	body := set_byte('\x00'::bytea, 0, 133 + (casefile <> '')::int + (division <> '')::int)
		|| run.pack_str('specversion') || run.pack_str('1.0')
		|| run.pack_str('id') || run.pack_str(id)
		|| run.pack_str('source') || run.pack_str('/vault')
		|| run.pack_str('type') || run.pack_str(type);
	IF casefile <> '' THEN
		body := body || run.pack_str('subject') || run.pack_str(casefile);
	END IF;
	IF division <> '' THEN
		body := body || run.pack_str('division') || run.pack_str(division);
	END IF;
	body := body || run.pack_str('data') || data;
	SELECT a.status INTO status FROM journal.append(ARRAY['/vault'], ARRAY[id], ARRAY[type],
		ARRAY[nullif(casefile, '')], ARRAY[division], ARRAY[sha256(body)], ARRAY[body]) a;
	IF status IS DISTINCT FROM 'stored' THEN
		RAISE EXCEPTION 'the journal did not take it: %', status;
	END IF;
END $$;

-- Shortest form, as everywhere on the bus.
CREATE FUNCTION vault.pack_count(n bigint) RETURNS bytea LANGUAGE sql IMMUTABLE AS $$
	SELECT CASE WHEN n < 128 THEN substr(int4send(n::int), 4)
		WHEN n < 256 THEN '\xcc'::bytea || substr(int4send(n::int), 4)
		WHEN n < 65536 THEN '\xcd'::bytea || substr(int4send(n::int), 3)
		ELSE '\xce'::bytea || substr(int8send(n), 5) END
$$;

-- The bus does not speak for the vault, either.
CREATE OR REPLACE FUNCTION journal.check_sources(sources text[]) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
	IF session_user NOT LIKE 'huying\_%' OR
		(session_user = 'huying_bus' AND NOT sources && ARRAY['/bus', '/intake',
			'/dispatcher', '/enforcement', '/mediation', '/scoring', '/registry', '/clock', '/vault']) OR
		sources <@ ARRAY['/' || substr(session_user, 8)] THEN
		RETURN;
	END IF;
	RAISE insufficient_privilege USING MESSAGE = session_user || ' does not speak as that source';
END $$;

-- Who typed it, beside the officer in whose name it was.
ALTER TABLE vault.reveal_log ADD COLUMN typed_by text;

-- The identities of everybody who reported a casefile, still locked.  They
-- come out of the statement that has written down who looks and why.
CREATE FUNCTION vault.reveal(which text, officer text, why text, typist text)
RETURNS TABLE (number text, token text, sealed bytea) LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp AS $$
DECLARE
	one record;
	day date := (run.now() AT TIME ZONE INTERVAL '08:00')::date;
BEGIN
	IF why !~ '\S' OR octet_length(why) > 240 OR why ~ '[0-9]{7}' THEN
		RAISE EXCEPTION 'a reason is one sentence of up to 240 bytes, without anybody''s number'
			USING ERRCODE = '22023';
	END IF;
	IF NOT EXISTS (SELECT FROM registry.officer o WHERE o.id = officer
		AND o.valid_from <= day AND (o.valid_to IS NULL OR o.valid_to > day)) THEN
		RAISE EXCEPTION 'no officer % today', officer USING ERRCODE = '22023';
	END IF;
	FOR one IN SELECT i.report, i.token, i.sealed, coalesce(r.casefile, i.report) AS casefile,
			coalesce(r.division, '') AS division
		FROM vault.identity i LEFT JOIN intake.report r ON r.id = i.report
		WHERE i.sealed IS NOT NULL AND i.report = ANY (SELECT which
			UNION SELECT m.id FROM intake.report m WHERE m.casefile = which)
		ORDER BY i.report
	LOOP
		INSERT INTO vault.reveal_log (token, who, reason, typed_by)
			VALUES (one.token, officer, why, typist);
		PERFORM vault.announce('identity.revealed', one.casefile, one.division,
			run.pack_map('casefile', one.casefile, 'report', one.report,
				'token', one.token, 'officer', officer, 'reason', why));
		number := one.report; token := one.token; sealed := one.sealed;
		RETURN NEXT;
	END LOOP;
END $$;
CREATE FUNCTION vault.looked(which text)
RETURNS TABLE (at timestamptz, number text, who text, typed_by text, reason text)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
	SELECT l.at, i.report, l.who, coalesce(l.typed_by, ''), l.reason
	FROM vault.reveal_log l JOIN vault.identity i USING (token)
	LEFT JOIN intake.report r ON r.id = i.report
	WHERE which IN ('', i.report, r.casefile) ORDER BY l.at, i.report
$$;

-- What every key holds: identities locked with it, or boxes that it opened.
CREATE FUNCTION vault.keys()
RETURNS TABLE (id text, kind text, since_at timestamptz, retired_at timestamptz, held bigint)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
	SELECT k.id, k.kind, k.since_at, k.retired_at, coalesce(l.n, s.n, 0)
	FROM vault.key k
	LEFT JOIN (SELECT i.key_id, count(*) AS n FROM vault.identity i
		WHERE i.sealed IS NOT NULL GROUP BY 1) l ON k.kind = 'lock' AND l.key_id = k.id
	LEFT JOIN (SELECT i.box_key, count(*) AS n FROM vault.identity i
		WHERE i.sealed IS NOT NULL GROUP BY 1) s ON k.kind = 'seal' AND s.box_key = k.id
	ORDER BY k.kind, k.since_at, k.id
$$;
CREATE FUNCTION vault.add_key(which text, what text) RETURNS void LANGUAGE sql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp AS $$
	INSERT INTO vault.key (id, kind) VALUES (which, what) ON CONFLICT (id) DO NOTHING
$$;

-- Re-locking: the next rows behind AFTER that another key than the newest
-- locks, held until the transaction ends; and what came of them.
CREATE FUNCTION vault.next_locked(newest text, after text, n int)
RETURNS TABLE (token text, sealed bytea) LANGUAGE sql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp AS $$
	SELECT i.token, i.sealed FROM vault.identity i
	WHERE i.token > after AND i.key_id <> newest AND i.sealed IS NOT NULL
	ORDER BY i.token LIMIT n FOR NO KEY UPDATE
$$;
CREATE FUNCTION vault.relock(newest text, tokens text[], boxes bytea[])
RETURNS bigint LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
	n bigint;
BEGIN
	PERFORM vault.hold_keys(ARRAY[newest]);
	UPDATE vault.identity i SET sealed = u.s, key_id = newest
		FROM unnest(tokens, boxes) AS u(t, s)
		WHERE i.token = u.t AND i.sealed IS NOT NULL;
	GET DIAGNOSTICS n = ROW_COUNT;
	RETURN n;
END $$;
-- Boxes of which nobody noted the key: they may want any.
CREATE FUNCTION vault.unnoted(after_source text, after_id text, n int)
RETURNS TABLE (source text, id text, box bytea) LANGUAGE sql STABLE SECURITY DEFINER
SET search_path = pg_catalog, pg_temp AS $$
	SELECT s.source, s.id, s.box FROM vault.sealed s
	WHERE (s.source, s.id) > (after_source, after_id) AND NOT EXISTS (SELECT FROM vault.identity i
		WHERE i.source = s.source AND i.id = s.id AND i.box_key IS NOT NULL)
	ORDER BY s.source, s.id LIMIT n
$$;
CREATE INDEX identity_box ON vault.identity (source, id);
-- Takes a key out of use, or says how much it still holds and leaves it.
CREATE FUNCTION vault.retire(which text) RETURNS bigint LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp AS $$
DECLARE
	held bigint;
BEGIN
	PERFORM FROM vault.key k WHERE k.id = which FOR UPDATE;
	SELECT k.held INTO held FROM vault.keys() k WHERE k.id = which;
	IF held = 0 THEN
		UPDATE vault.key SET retired_at = coalesce(retired_at, run.now()) WHERE id = which;
	END IF;
	RETURN held;
END $$;

-- How long an identity is kept after its casefile went to the archive (or
-- its report was refused or answered at once, its booked day is over): the longest term that fits it.  A term of N days
-- ends with the last second of its last day.
CREATE FUNCTION vault.over()
RETURNS TABLE (token text, source text, id text, channel text) LANGUAGE sql STABLE AS $$
	WITH today AS (SELECT (run.now() AT TIME ZONE INTERVAL '08:00')::date AS day),
	term AS (SELECT l.key, substring(l.amount FROM '^(\d+)d$')::int AS days
		FROM registry.limit l, today t WHERE l.key LIKE 'vault.keep%' AND l.clock = 'calendar'
			AND l.valid_from <= t.day AND (l.valid_to IS NULL OR l.valid_to > t.day)),
	ended AS (SELECT i.token, i.source, i.id, r.channel, r.casefile, coalesce(m.kind, '') AS kind,
			CASE WHEN r.state IN ('refused', 'answered') THEN r.received_at ELSE p.closed_at END AS at
		FROM vault.identity i JOIN intake.report r ON r.id = i.report
		LEFT JOIN intake.report p ON p.id = r.casefile
		LEFT JOIN dispatcher.casefile c ON c.id = r.casefile
		LEFT JOIN LATERAL (SELECT x.kind FROM registry.matter x WHERE x.code = c.matter
			ORDER BY x.valid_from DESC LIMIT 1) m ON true
		WHERE i.shredded_at IS NULL AND (r.state IN ('refused', 'answered')
			OR c.state = 'archived')
		UNION ALL SELECT i.token, i.source, i.id, 'reception', NULL, '', b.comes_at
		FROM vault.identity i JOIN intake.booking b ON b.id = i.report
		WHERE i.shredded_at IS NULL AND b.state IN ('kept', 'cancelled', 'asked')),
	last AS (SELECT e.*, t.day - (SELECT max(x.days) FROM term x WHERE x.key IN ('vault.keep',
			'vault.keep.' || e.channel, 'vault.keep.kind.' || e.kind)) AS day
		FROM ended e, today t)
	SELECT l.token, l.source, l.id, l.channel FROM last l
	WHERE (l.at AT TIME ZONE INTERVAL '08:00')::date < l.day
		AND NOT EXISTS (SELECT FROM journal.event j WHERE j.subject = l.casefile
			AND j.type = 'casefile.archived' AND (j.at AT TIME ZONE INTERVAL '08:00')::date >= l.day)
	ORDER BY l.token
$$;
-- Boxes that nobody's identity came out of: refused, or not to be opened.
-- One that belongs to a parked event is still waited for.
CREATE FUNCTION vault.stray() RETURNS TABLE (source text, id text) LANGUAGE sql STABLE AS $$
	SELECT s.source, s.id FROM vault.sealed s
	WHERE (s.at AT TIME ZONE INTERVAL '08:00')::date < (run.now() AT TIME ZONE INTERVAL '08:00')::date
			- (SELECT substring(l.amount FROM '^(\d+)d$')::int FROM registry.limit l
				WHERE l.key = 'vault.keep' ORDER BY l.valid_from DESC LIMIT 1)
		AND NOT EXISTS (SELECT FROM vault.identity i WHERE i.source = s.source AND i.id = s.id)
		AND NOT EXISTS (SELECT FROM journal.event_key k JOIN run.parked p ON p.seq = k.seq
			WHERE k.source = s.source AND k.id = s.id)
	ORDER BY 1, 2
$$;
CREATE FUNCTION vault.count_over() RETURNS TABLE (what text, n bigint)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
	SELECT o.channel, count(*) FROM vault.over() o GROUP BY 1
	UNION ALL SELECT '', count(*) FROM vault.stray()
	ORDER BY 1
$$;

-- Erases up to MOST of them, and says how many: never whom.
CREATE FUNCTION vault.shred_over(most int) RETURNS TABLE (identities bigint, boxes bigint)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
	gone  text[];
	stray bigint;
BEGIN
	SELECT coalesce(array_agg(x.token), '{}') INTO gone FROM
		(SELECT o.token FROM vault.over() o LIMIT most) x;
	DELETE FROM vault.sealed s USING vault.identity i
		WHERE i.token = ANY (gone) AND s.source = i.source AND s.id = i.id;
	GET DIAGNOSTICS boxes = ROW_COUNT;
	UPDATE vault.identity i SET sealed = NULL, person = NULL, shredded_at = run.now()
		WHERE i.token = ANY (gone) AND i.shredded_at IS NULL;
	GET DIAGNOSTICS identities = ROW_COUNT;
	DELETE FROM vault.sealed s USING (SELECT * FROM vault.stray() LIMIT most) x
		WHERE s.source = x.source AND s.id = x.id;
	GET DIAGNOSTICS stray = ROW_COUNT;
	boxes := boxes + stray;
	IF identities + boxes > 0 THEN
		PERFORM vault.announce('identity.shredded', '', '',
			'\x82'::bytea || run.pack_str('n') || vault.pack_count(identities)
			|| run.pack_str('boxes') || vault.pack_count(boxes));
	END IF;
	RETURN NEXT;
END $$;

-- A try belongs into another half of a day than the last one.
ALTER TABLE intake.callback ADD COLUMN tried_at timestamptz;
