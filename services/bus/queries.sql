-- A server that forgets what it acknowledged is no place for a journal.
-- name: durable
SELECT current_setting('fsync') = 'on' AND current_setting('full_page_writes') = 'on'
	AND current_setting('synchronous_commit') <> 'off' AS honest,
	pg_is_in_recovery() AS standby

-- name: line
SELECT journal.check_line() AS epoch

-- name: head
SELECT journal.head() AS head, journal.first() AS first, e.epoch::bigint AS epoch,
	e.from_seq, run.now() AS now
FROM journal.epoch e ORDER BY e.epoch DESC LIMIT 1

-- name: seal
INSERT INTO vault.sealed (source, id, digest, box)
SELECT u.s, u.i, u.d, u.b
FROM unnest($1::text[], $2::text[], $3::bytea[], $4::bytea[]) AS u(s, i, d, b)
WHERE NOT EXISTS (SELECT FROM journal.event_key k
	WHERE k.source = u.s AND k.id = u.i)
ON CONFLICT DO NOTHING

-- name: append
SELECT n, seq, status, at, epoch FROM journal.append($1::text[], $2::text[],
	$3::text[], $4::text[], $5::text[], $6::bytea[], $7::bytea[])

-- name: range
SELECT seq, at, epoch, slot, type, coalesce(subject, '') AS subject, division, envelope
FROM journal.event WHERE seq > $1 AND seq <= $2 ORDER BY seq LIMIT $3

-- name: casefile
SELECT seq, at, epoch, slot, type, coalesce(subject, '') AS subject, division, envelope
FROM journal.event WHERE subject = $4 AND seq > $1 AND seq <= $2
ORDER BY seq LIMIT $3

-- The last event before a time: where to start from there.  No index on the
-- time is needed: seq is dense and at never runs backwards, so halve.
-- name: seq_at
WITH RECURSIVE half (low, high) AS (
	SELECT journal.first() - 1, journal.head() + 1
	UNION ALL
	SELECT CASE WHEN e.at < $1 THEN e.seq ELSE h.low END,
		CASE WHEN e.at < $1 THEN h.high ELSE e.seq END
	FROM half h JOIN journal.event e ON e.seq = (h.low + h.high) / 2
	WHERE h.high - h.low > 1)
SELECT max(low) AS seq FROM half

-- name: types
SELECT type, seq FROM journal.type_last

-- What came after the last save.
-- name: types_since
SELECT type, max(seq) AS seq FROM journal.event
WHERE seq > $1 AND seq <= $2 GROUP BY type

-- name: save_types
INSERT INTO journal.type_last AS t (type, seq)
SELECT * FROM unnest($1::text[], $2::bigint[])
ON CONFLICT (type) DO UPDATE SET seq = excluded.seq WHERE t.seq <> excluded.seq

-- name: reader
SELECT seq, epoch FROM journal.reader WHERE client = $1 AND name = $2

-- name: save_reader
INSERT INTO journal.reader (client, name, seq, epoch) VALUES ($1, $2, $3, $4)
ON CONFLICT (client, name) DO UPDATE
	SET (seq, epoch, at) = (excluded.seq, excluded.epoch, excluded.at)

-- name: seen
INSERT INTO run.instance (service, pid) VALUES ('bus', $1::bigint)
ON CONFLICT (service, pid) DO UPDATE SET seen_at = clock_timestamp()

-- name: gone
DELETE FROM run.instance WHERE service = 'bus'
	AND (pid = $1::bigint OR seen_at < clock_timestamp() - interval '1 minute')

-- What the whole installation is watched by.
-- name: figures
SELECT metric, labels, value FROM run.figures($1)

-- Rises with every change of the schema access, and when a key ends.
-- name: access_version
SELECT coalesce((SELECT max(n) FROM access.change), 0) AS changes,
	(SELECT count(*) FROM access.key WHERE expires_at <= clock_timestamp()) AS ended

-- name: access_clients
SELECT name, rate::bigint, burst::bigint FROM access.client
WHERE disabled_at IS NULL ORDER BY name COLLATE "C" LIMIT $1

-- name: access_grants
SELECT g.client, g.verb, g.pattern FROM access.grant g
JOIN access.client c ON c.name = g.client AND c.disabled_at IS NULL
WHERE g.ended_at IS NULL ORDER BY g.client LIMIT $1

-- name: access_keys
SELECT k.public_key, k.client FROM access.key k
JOIN access.client c ON c.name = k.client AND c.disabled_at IS NULL
WHERE k.revoked_at IS NULL AND (k.expires_at > clock_timestamp()) IS NOT FALSE
ORDER BY k.public_key COLLATE "C" LIMIT $1
