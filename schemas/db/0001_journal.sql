-- The journal: every event, for ever, in the order of its commit.
CREATE SCHEMA journal;

CREATE TABLE journal.epoch (
	epoch    int PRIMARY KEY,
	from_seq bigint NOT NULL,
	at       timestamptz NOT NULL DEFAULT clock_timestamp(),
	reason   text NOT NULL
);
INSERT INTO journal.epoch (epoch, from_seq, reason) VALUES (1, 1, 'created');

CREATE TABLE journal.event (
	seq      bigint NOT NULL PRIMARY KEY,
	epoch    int NOT NULL,
	at       timestamptz NOT NULL,  -- recorded; never runs backwards
	slot     smallint NOT NULL,     -- who works on it, see slot_of()
	source   text NOT NULL,
	id       text NOT NULL,
	type     text NOT NULL,
	subject  text,                  -- casefile number
	division text NOT NULL,
	envelope bytea NOT NULL         -- the bytes that were acknowledged
) PARTITION BY RANGE (seq);
CREATE INDEX event_subject ON journal.event (subject, seq);

-- Which seq lies in which partition, and when that was.
CREATE TABLE journal.range (
	from_seq bigint PRIMARY KEY,
	to_seq   bigint NOT NULL,       -- exclusive
	first_at timestamptz NOT NULL
);

-- One row per (source, id): a partitioned log cannot hold this index.
CREATE TABLE journal.event_key (
	source text NOT NULL,
	id     text NOT NULL,
	seq    bigint NOT NULL,
	digest bytea NOT NULL,          -- of the event without its sealed part
	PRIMARY KEY (source, id)
);

-- One link per append: hash = sha256(prev || sha256(envelope) ...).
CREATE TABLE journal.link (
	last_seq  bigint PRIMARY KEY,
	first_seq bigint NOT NULL,
	prev      bytea NOT NULL,
	hash      bytea NOT NULL
);

CREATE FUNCTION journal.refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
	RAISE EXCEPTION 'the journal is append only: % on %', TG_OP, TG_TABLE_NAME;
END $$;
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON journal.event
	FOR EACH ROW EXECUTE FUNCTION journal.refuse();
CREATE TRIGGER no_truncate BEFORE TRUNCATE ON journal.event
	FOR EACH STATEMENT EXECUTE FUNCTION journal.refuse();
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON journal.link
	FOR EACH ROW EXECUTE FUNCTION journal.refuse();
CREATE TRIGGER no_truncate BEFORE TRUNCATE ON journal.link
	FOR EACH STATEMENT EXECUTE FUNCTION journal.refuse();

-- Adds the next partition; row triggers come along, this one does not.
CREATE FUNCTION journal.add_range() RETURNS void LANGUAGE plpgsql AS $$
DECLARE
	size  constant bigint := 4000000;
	first bigint := coalesce((SELECT max(to_seq) FROM journal.range), 1);
	part  text := 'event_' || first;
BEGIN
	EXECUTE format('CREATE TABLE journal.%I PARTITION OF journal.event
		FOR VALUES FROM (%s) TO (%s)', part, first, first + size);
	EXECUTE format('CREATE TRIGGER no_truncate BEFORE TRUNCATE ON journal.%I
		FOR EACH STATEMENT EXECUTE FUNCTION journal.refuse()', part);
	INSERT INTO journal.range VALUES (first, first + size, clock_timestamp());
END $$;
SELECT journal.add_range();

-- Eight slots.  A casefile's number ends with the seq of the report that
-- opened it, so the report and all that follows fall into one slot.
CREATE FUNCTION journal.slot_of(subject text, seq bigint) RETURNS smallint
LANGUAGE sql IMMUTABLE AS $$
	SELECT (coalesce(substring(subject FROM '-(\d{1,18})$')::bigint, seq) % 8)::smallint
$$;

CREATE FUNCTION journal.head() RETURNS bigint LANGUAGE sql STABLE AS $$
	SELECT coalesce((SELECT seq FROM journal.event ORDER BY seq DESC LIMIT 1), 0)
$$;

-- What a service is told of each event it handed in.
CREATE TYPE journal.receipt AS (n int, seq bigint, status text, at timestamptz);

-- Appends events in their order, numbers them max+1, ... under one lock that
-- is held to the commit.  Must be the last statement of its transaction and
-- go out in one flush with COMMIT.  status: stored, duplicate (the seq of
-- the first), reused (same id, another body: nothing stored).
-- Under READ COMMITTED each statement in here sees what was committed when
-- it began: the one after the lock sees the true head.
CREATE FUNCTION journal.append(sources text[], ids text[], types text[],
	subjects text[], divisions text[], digests bytea[], envelopes bytea[])
RETURNS SETOF journal.receipt LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp AS $$
DECLARE
	n         constant int := coalesce(array_length(ids, 1), 0);
	head      bigint;
	last_at   timestamptz;
	now_at    timestamptz;
	fresh     int;
	this      int;
	prev_hash bytea;
BEGIN
	IF n = 0 THEN
		RETURN;
	END IF;
	PERFORM pg_advisory_xact_lock(7255, 1);
	SELECT e.seq, e.at INTO head, last_at FROM journal.event e ORDER BY e.seq DESC LIMIT 1;
	head := coalesce(head, 0);
	now_at := greatest(run.now(), last_at);
	SELECT max(e.epoch) INTO this FROM journal.epoch e;
	WHILE head + n >= (SELECT max(r.to_seq) FROM journal.range r) LOOP
		PERFORM journal.add_range();
	END LOOP;

	INSERT INTO journal.event_key AS k (source, id, seq, digest)
		SELECT u.s, u.i, head + u.o, u.d
		FROM unnest(sources, ids, digests) WITH ORDINALITY AS u(s, i, d, o)
		ORDER BY u.o
		ON CONFLICT DO NOTHING;
	GET DIAGNOSTICS fresh = ROW_COUNT;
	IF fresh < n THEN
		-- Some were here before: close the holes that they left.
		UPDATE journal.event_key k SET seq = head + r.place
		FROM (SELECT x.source, x.id, row_number() OVER (ORDER BY x.seq) AS place
			FROM journal.event_key x
			JOIN (SELECT DISTINCT s, i FROM unnest(sources, ids) AS u(s, i)) u
				ON u.s = x.source AND u.i = x.id
			WHERE x.seq > head) r
		WHERE k.source = r.source AND k.id = r.id AND k.seq <> head + r.place;
	END IF;

	INSERT INTO journal.event
		(seq, epoch, at, slot, source, id, type, subject, division, envelope)
		SELECT k.seq, this, now_at, journal.slot_of(u.su, k.seq),
			u.s, u.i, u.t, u.su, coalesce(u.d, ''), u.e
		FROM (SELECT DISTINCT ON (s, i) * FROM
			unnest(sources, ids, types, subjects, divisions, envelopes)
				WITH ORDINALITY AS x(s, i, t, su, d, e, o)
			ORDER BY s, i, o) u
		JOIN journal.event_key k ON k.source = u.s AND k.id = u.i
		WHERE k.seq > head
		ORDER BY k.seq;

	IF fresh > 0 THEN
		SELECT l.hash INTO prev_hash FROM journal.link l ORDER BY l.last_seq DESC LIMIT 1;
		prev_hash := coalesce(prev_hash, sha256('huying'));
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
			now_at
		FROM unnest(sources, ids, digests) WITH ORDINALITY AS u(s, i, d, o)
		JOIN journal.event_key k ON k.source = u.s AND k.id = u.i
		ORDER BY u.o;
END $$;
