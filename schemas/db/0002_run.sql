-- What every service needs: a clock, cursors, deadlines, a place for poison.
CREATE SCHEMA IF NOT EXISTS run; -- the migrator made it for its list

-- One row.  base_at is NULL on a real system: the clock is the server's.
-- In a sandbox it stands still at base_at, or runs from there.
CREATE TABLE run.clock (
	one        boolean PRIMARY KEY DEFAULT true CHECK (one),
	sandbox    boolean NOT NULL,
	base_at    timestamptz,
	running_at timestamptz
);
INSERT INTO run.clock (sandbox) VALUES (false);

CREATE FUNCTION run.now() RETURNS timestamptz LANGUAGE sql VOLATILE SECURITY DEFINER
SET search_path = pg_catalog, pg_temp AS $$
	SELECT CASE WHEN base_at IS NULL THEN clock_timestamp()
		WHEN running_at IS NULL THEN base_at
		ELSE base_at + (clock_timestamp() - running_at) END
	FROM run.clock
$$;

-- Where each service is; the row lock is the right to work on the slot.
CREATE TABLE run.cursor (
	service text NOT NULL,
	slot    smallint NOT NULL,
	seq     bigint NOT NULL DEFAULT 0,
	at      timestamptz NOT NULL DEFAULT clock_timestamp(),
	PRIMARY KEY (service, slot)
) WITH (fillfactor = 50);
INSERT INTO run.cursor (service, slot)
	SELECT s, n FROM unnest(ARRAY['intake', 'dispatcher', 'enforcement',
		'mediation', 'scoring']) s, generate_series(0, 7) n;

-- A limit that runs.  kind: duty (warned of, then overdue), quiet (overdue
-- without a warning), window (closes a door, nobody is late).
CREATE TABLE run.deadline (
	service    text NOT NULL,
	thing      text NOT NULL,
	name       text NOT NULL,          -- of the limit: finish, sign, ...
	casefile   text NOT NULL,
	division   text NOT NULL,
	unit       text,
	kind       text NOT NULL CHECK (kind IN ('duty', 'quiet', 'window')),
	state      text NOT NULL CHECK (state IN ('armed', 'paused', 'fired', 'cancelled')),
	rule       text NOT NULL,          -- clock:amount, as it was then
	armed_at   timestamptz NOT NULL,   -- what it counts from
	soon_at    timestamptz,            -- NULL once warned, or never to be
	due_at     timestamptz NOT NULL,
	wake_at    timestamptz,            -- the earlier of the two while armed
	provisional boolean NOT NULL DEFAULT false,
	cycle      int NOT NULL DEFAULT 1, -- how often it was armed
	met_at     timestamptz,            -- when it was cancelled
	cause      text NOT NULL,          -- id of the event that armed it
	trace      text NOT NULL,          -- correlationid
	PRIMARY KEY (service, thing, name)
) WITH (fillfactor = 70);
CREATE INDEX deadline_wake ON run.deadline (service, wake_at) WHERE wake_at IS NOT NULL;
CREATE INDEX deadline_casefile ON run.deadline (casefile);

-- The ledger of pauses; to_at is NULL while one is open.
CREATE TABLE run.pause (
	service text NOT NULL,
	thing   text NOT NULL,
	name    text NOT NULL,
	from_at timestamptz NOT NULL,
	to_at   timestamptz,
	reason  text NOT NULL,
	PRIMARY KEY (service, thing, name, from_at)
);

-- An event that a service cannot digest, and those of its casefile behind.
CREATE TABLE run.parked (
	service text NOT NULL,
	seq     bigint NOT NULL,
	subject text,
	reason  text NOT NULL,
	at      timestamptz NOT NULL DEFAULT clock_timestamp(),
	PRIMARY KEY (service, seq)
);
CREATE INDEX parked_subject ON run.parked (service, subject);

-- Who is running.
CREATE TABLE run.instance (
	service    text NOT NULL,
	pid        int NOT NULL,
	started_at timestamptz NOT NULL DEFAULT clock_timestamp(),
	seen_at    timestamptz NOT NULL DEFAULT clock_timestamp(),
	PRIMARY KEY (service, pid)
);

-- Nothing under way: every service has seen every event, nothing is due.
CREATE FUNCTION run.quiet() RETURNS boolean LANGUAGE sql VOLATILE AS $$
	SELECT (SELECT min(seq) FROM run.cursor) >= journal.head()
		AND NOT EXISTS (SELECT FROM run.deadline WHERE wake_at <= run.now())
$$;

-- Says something in the name of the system itself: a small msgpack map of
-- strings (each shorter than 256 bytes), as the envelope and its message.
CREATE FUNCTION run.pack_str(t text) RETURNS bytea LANGUAGE sql IMMUTABLE AS $$
	SELECT CASE WHEN octet_length(t) < 32
		THEN set_byte('\x00'::bytea, 0, 160 + octet_length(t))
		ELSE '\xd9'::bytea || set_byte('\x00'::bytea, 0, octet_length(t)) END
		|| convert_to(t, 'UTF8')
$$;
CREATE FUNCTION run.pack_map(VARIADIC pairs text[]) RETURNS bytea LANGUAGE sql IMMUTABLE AS $$
	SELECT set_byte('\x00'::bytea, 0, 128 + array_length(pairs, 1) / 2)
		|| string_agg(run.pack_str(p), ''::bytea ORDER BY o)
	FROM unnest(pairs) WITH ORDINALITY AS u(p, o)
$$;
CREATE FUNCTION run.announce(source text, type text, id text, data bytea) RETURNS bigint
LANGUAGE sql AS $$
	WITH e AS (SELECT set_byte('\x00'::bytea, 0, 128 + 5)
		|| run.pack_str('specversion') || run.pack_str('1.0')
		|| run.pack_str('id') || run.pack_str(id)
		|| run.pack_str('source') || run.pack_str(source)
		|| run.pack_str('type') || run.pack_str(type)
		|| run.pack_str('data') || data AS body)
	SELECT (r).seq FROM (SELECT journal.append(ARRAY[source], ARRAY[id], ARRAY[type],
		ARRAY[NULL::text], ARRAY[''], ARRAY[sha256(e.body)], ARRAY[e.body]) AS r
		FROM e) x
$$;
CREATE FUNCTION run.rfc3339(at timestamptz) RETURNS text LANGUAGE sql STABLE AS $$
	SELECT to_char(at AT TIME ZONE INTERVAL '08:00', 'YYYY-MM-DD"T"HH24:MI:SS"+08:00"')
$$;

-- Moves the sandbox clock forward and tells everybody.
CREATE FUNCTION run.set_clock(to_at timestamptz) RETURNS timestamptz LANGUAGE plpgsql AS $$
DECLARE
	was  timestamptz := run.now();
	last timestamptz;
BEGIN
	IF NOT (SELECT sandbox FROM run.clock) THEN
		RAISE EXCEPTION 'this database is not a sandbox: its clock is real';
	END IF;
	SELECT greatest(max(e.at), CASE WHEN c.base_at IS NOT NULL THEN was END)
		INTO last FROM run.clock c LEFT JOIN journal.event e ON e.seq = journal.head()
		GROUP BY c.base_at;
	IF to_at < last THEN
		RAISE EXCEPTION 'the clock only goes forward: it is %', run.rfc3339(last);
	END IF;
	UPDATE run.clock SET base_at = to_at,
		running_at = CASE WHEN running_at IS NOT NULL THEN clock_timestamp() END;
	PERFORM run.announce('/clock', 'clock.advanced',
		'clock-' || (journal.head() + 1) || '-' || extract(epoch FROM to_at)::bigint,
		run.pack_map('from', run.rfc3339(was), 'to', run.rfc3339(to_at)));
	RETURN to_at;
END $$;
