-- name: head
SELECT journal.head() AS head, (SELECT max(epoch) FROM journal.epoch)::bigint AS epoch,
	run.now() AS now

-- name: seal
INSERT INTO vault.sealed (source, id, digest, box)
SELECT u.s, u.i, u.d, u.b
FROM unnest($1::text[], $2::text[], $3::bytea[], $4::bytea[]) AS u(s, i, d, b)
WHERE NOT EXISTS (SELECT FROM journal.event_key k
	WHERE k.source = u.s AND k.id = u.i)
ON CONFLICT DO NOTHING

-- name: append
SELECT n, seq, status FROM journal.append($1::text[], $2::text[], $3::text[],
	$4::text[], $5::text[], $6::bytea[], $7::bytea[])

-- name: range
SELECT seq, at, slot, type, coalesce(subject, '') AS subject, division, envelope
FROM journal.event WHERE seq > $1 AND seq <= $2 ORDER BY seq LIMIT $3

-- name: casefile
SELECT seq, at, slot, type, coalesce(subject, '') AS subject, division, envelope
FROM journal.event WHERE subject = $4 AND seq > $1 AND seq <= $2
ORDER BY seq LIMIT $3

-- The last event before a time: where to start from there.  No index on the
-- time is needed: seq is dense and at never runs backwards, so halve.
-- name: seq_at
WITH RECURSIVE half (low, high) AS (
	SELECT 0::bigint, journal.head() + 1
	UNION ALL
	SELECT CASE WHEN e.at < $1 THEN e.seq ELSE h.low END,
		CASE WHEN e.at < $1 THEN h.high ELSE e.seq END
	FROM half h JOIN journal.event e ON e.seq = (h.low + h.high) / 2
	WHERE h.high - h.low > 1)
SELECT max(low) AS seq FROM half

-- name: seen
INSERT INTO run.instance (service, pid) VALUES ('bus', $1::bigint)
ON CONFLICT (service, pid) DO UPDATE SET seen_at = clock_timestamp()

-- name: gone
DELETE FROM run.instance WHERE service = 'bus'
	AND (pid = $1::bigint OR seen_at < clock_timestamp() - interval '1 minute')
