-- The bus: epochs that follow the server, places of readers, ranges that
-- can be retired, and an append that is quick when nothing is a repeat.

-- Which history this is: the server's identity and its timeline.  A promoted
-- standby, a restored backup, another cluster: all of them are another line.
CREATE FUNCTION journal.line() RETURNS text LANGUAGE sql VOLATILE AS $$
	SELECT (SELECT system_identifier::text FROM pg_control_system())
		|| '/' || substr(pg_walfile_name(pg_current_wal_lsn()), 1, 8)
$$;
ALTER TABLE journal.epoch ADD COLUMN line text;
UPDATE journal.epoch SET line = journal.line();

-- What was acknowledged from FROM_SEQ on, in an older epoch, may be gone.
CREATE FUNCTION journal.begin_epoch(head bigint, reason text) RETURNS int
LANGUAGE sql AS $$
	INSERT INTO journal.epoch (epoch, from_seq, reason, line)
	SELECT max(epoch) + 1, $1 + 1, $2, journal.line() FROM journal.epoch
	RETURNING epoch
$$;

-- By hand, after something that a server cannot see itself.
CREATE FUNCTION journal.raise_epoch(reason text) RETURNS int LANGUAGE plpgsql AS $$
BEGIN
	PERFORM pg_advisory_xact_lock(7255, 1);
	RETURN journal.begin_epoch(journal.head(), reason);
END $$;

-- Has the line changed since the last epoch began?
CREATE FUNCTION journal.check_line() RETURNS int LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp AS $$
DECLARE
	this journal.epoch;
	line text := journal.line();
BEGIN
	PERFORM pg_advisory_xact_lock(7255, 1);
	SELECT * INTO this FROM journal.epoch e ORDER BY e.epoch DESC LIMIT 1;
	IF this.line = line THEN
		RETURN this.epoch;
	END IF;
	RETURN journal.begin_epoch(journal.head(), 'line ' || line);
END $$;

-- A named outside reader's place: all at or below seq is worked off.
CREATE TABLE journal.reader (
	client text NOT NULL,           -- whose key it is
	name   text NOT NULL,
	seq    bigint NOT NULL,
	epoch  bigint NOT NULL,
	at     timestamptz NOT NULL DEFAULT clock_timestamp(),
	PRIMARY KEY (client, name)
) WITH (fillfactor = 50);

-- The last event of each type, as of the row whose type is empty: where the
-- bus goes on counting after a restart.
CREATE TABLE journal.type_last (
	type text PRIMARY KEY,
	seq  bigint NOT NULL
) WITH (fillfactor = 50);

-- How many events lie in a partition.
CREATE TABLE journal.shape (
	one        boolean PRIMARY KEY DEFAULT true CHECK (one),
	range_size bigint NOT NULL CHECK (range_size >= 1000)
);
INSERT INTO journal.shape (range_size) VALUES (4000000);

CREATE OR REPLACE FUNCTION journal.add_range() RETURNS void LANGUAGE plpgsql AS $$
DECLARE
	size  bigint := (SELECT range_size FROM journal.shape);
	first bigint := coalesce((SELECT max(to_seq) FROM journal.range), 1);
	part  text := 'event_' || first;
BEGIN
	EXECUTE format('CREATE TABLE journal.%I PARTITION OF journal.event
		FOR VALUES FROM (%s) TO (%s)', part, first, first + size);
	EXECUTE format('CREATE TRIGGER no_truncate BEFORE TRUNCATE ON journal.%I
		FOR EACH STATEMENT EXECUTE FUNCTION journal.refuse()', part);
	INSERT INTO journal.range VALUES (first, first + size, clock_timestamp());
END $$;

-- The oldest seq there is.
CREATE FUNCTION journal.first() RETURNS bigint LANGUAGE sql STABLE AS $$
	SELECT min(from_seq) FROM journal.range
$$;

-- Drops the partitions that lie wholly below BEFORE and below whoever still
-- has to read them; says the oldest seq that is left.  The hashes stay, and
-- so does the memory of every (source, id).
CREATE FUNCTION journal.retire(before bigint) RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE
	bound bigint;
	r     journal.range;
BEGIN
	PERFORM pg_advisory_xact_lock(7255, 1);
	bound := least(before, (SELECT min(seq) + 1 FROM run.cursor),
		(SELECT min(seq) FROM run.parked),
		(SELECT min(seq) + 1 FROM journal.reader), journal.head());
	FOR r IN SELECT * FROM journal.range WHERE to_seq <= bound ORDER BY from_seq LOOP
		EXECUTE format('DROP TABLE journal.%I', 'event_' || r.from_seq);
		DELETE FROM journal.range WHERE from_seq = r.from_seq;
	END LOOP;
	RETURN journal.first();
END $$;

-- Commands name no casefile: half of the index was empty entries.
DROP INDEX journal.event_subject;
CREATE INDEX event_subject ON journal.event (subject, seq) WHERE subject IS NOT NULL;

ALTER TYPE journal.receipt ADD ATTRIBUTE epoch int CASCADE;

-- The journal knows who writes: a service says what is its own to say, and
-- the bus nothing that is a service's.  The owner (huying) may say anything.
CREATE FUNCTION journal.check_sources(sources text[]) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
	IF session_user NOT LIKE 'huying\_%' OR
		(session_user = 'huying_bus' AND NOT sources && ARRAY['/bus', '/intake',
			'/dispatcher', '/enforcement', '/mediation', '/scoring', '/registry', '/clock']) OR
		sources <@ ARRAY['/' || substr(session_user, 8)] THEN
		RETURN;
	END IF;
	RAISE insufficient_privilege USING MESSAGE = session_user || ' does not speak as that source';
END $$;

-- As before: the last statement of its transaction, in one flush with COMMIT.
CREATE OR REPLACE FUNCTION journal.append(sources text[], ids text[], types text[],
	subjects text[], divisions text[], digests bytea[], envelopes bytea[])
RETURNS SETOF journal.receipt LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp AS $$
DECLARE
	n         constant int := coalesce(array_length(ids, 1), 0);
	head      bigint;
	last_at   timestamptz;
	now_at    timestamptz;
	fresh     int;
	this      journal.epoch;
	prev_hash bytea;
BEGIN
	IF n = 0 THEN
		RETURN;
	END IF;
	PERFORM journal.check_sources(sources);
	PERFORM pg_advisory_xact_lock(7255, 1);
	SELECT e.seq, e.at INTO head, last_at FROM journal.event e ORDER BY e.seq DESC LIMIT 1;
	head := coalesce(head, (SELECT min(r.from_seq) - 1 FROM journal.range r));
	now_at := greatest(run.now(), last_at);
	SELECT * INTO this FROM journal.epoch e ORDER BY e.epoch DESC LIMIT 1;
	IF right(this.line, 8) <> substr(pg_walfile_name(pg_current_wal_lsn()), 1, 8) THEN
		this.epoch := journal.begin_epoch(head, 'line ' || journal.line());
	END IF;
	WHILE head + n >= (SELECT max(r.to_seq) FROM journal.range r) LOOP
		PERFORM journal.add_range();
	END LOOP;

	SELECT l.hash INTO prev_hash FROM journal.link l ORDER BY l.last_seq DESC LIMIT 1;
	prev_hash := coalesce(prev_hash, sha256('huying'));

	-- The usual case: none of them was here before.  Nobody else writes keys
	-- while the lock is held, so a violation tells of a repeat.
	BEGIN
		INSERT INTO journal.event_key (source, id, seq, digest)
			SELECT u.s, u.i, head + u.o, u.d
			FROM unnest(sources, ids, digests) WITH ORDINALITY AS u(s, i, d, o);
		INSERT INTO journal.event
			(seq, epoch, at, slot, source, id, type, subject, division, envelope)
			SELECT head + u.o, this.epoch, now_at, journal.slot_of(u.su, head + u.o),
				u.s, u.i, u.t, u.su, coalesce(u.d, ''), u.e
			FROM unnest(sources, ids, types, subjects, divisions, envelopes)
				WITH ORDINALITY AS u(s, i, t, su, d, e, o);
		INSERT INTO journal.link (last_seq, first_seq, prev, hash)
			SELECT head + n, head + 1, prev_hash,
				sha256(prev_hash || string_agg(sha256(u.e), ''::bytea ORDER BY u.o))
			FROM unnest(envelopes) WITH ORDINALITY AS u(e, o);
		RETURN QUERY SELECT o, head + o, 'stored', now_at, this.epoch
			FROM generate_series(1, n) AS o;
		RETURN;
	EXCEPTION WHEN unique_violation THEN
		NULL;
	END;

	INSERT INTO journal.event_key AS k (source, id, seq, digest)
		SELECT u.s, u.i, head + u.o, u.d
		FROM unnest(sources, ids, digests) WITH ORDINALITY AS u(s, i, d, o)
		ORDER BY u.o
		ON CONFLICT DO NOTHING;
	GET DIAGNOSTICS fresh = ROW_COUNT;
	-- Close the holes that the repeats left.
	UPDATE journal.event_key k SET seq = head + r.place
		FROM (SELECT x.source, x.id, row_number() OVER (ORDER BY x.seq) AS place
			FROM journal.event_key x
			JOIN (SELECT DISTINCT s, i FROM unnest(sources, ids) AS u(s, i)) u
				ON u.s = x.source AND u.i = x.id
			WHERE x.seq > head) r
		WHERE k.source = r.source AND k.id = r.id AND k.seq <> head + r.place;
	INSERT INTO journal.event
		(seq, epoch, at, slot, source, id, type, subject, division, envelope)
		SELECT k.seq, this.epoch, now_at, journal.slot_of(u.su, k.seq),
			u.s, u.i, u.t, u.su, coalesce(u.d, ''), u.e
		FROM (SELECT DISTINCT ON (s, i) * FROM
			unnest(sources, ids, types, subjects, divisions, envelopes)
				WITH ORDINALITY AS x(s, i, t, su, d, e, o)
			ORDER BY s, i, o) u
		JOIN journal.event_key k ON k.source = u.s AND k.id = u.i
		WHERE k.seq > head
		ORDER BY k.seq;
	IF fresh > 0 THEN
		INSERT INTO journal.link (last_seq, first_seq, prev, hash)
			SELECT head + fresh, head + 1, prev_hash,
				sha256(prev_hash || string_agg(sha256(e.envelope), ''::bytea ORDER BY e.seq))
			FROM journal.event e WHERE e.seq > head;
	END IF;
	RETURN QUERY
		SELECT u.o::int, k.seq,
			CASE WHEN k.digest <> u.d THEN 'reused'
				WHEN k.seq > head AND u.o = min(u.o) OVER (PARTITION BY u.s, u.i)
					THEN 'stored'
				ELSE 'duplicate' END,
			now_at, this.epoch
		FROM unnest(sources, ids, digests) WITH ORDINALITY AS u(s, i, d, o)
		JOIN journal.event_key k ON k.source = u.s AND k.id = u.i
		ORDER BY u.o;
END $$;
