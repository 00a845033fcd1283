-- name: head
SELECT journal.head() AS head, (SELECT max(epoch) FROM journal.epoch)::bigint AS epoch,
	run.now() AS now

-- name: schema
SELECT max(version) AS version FROM run.migration

-- name: seal
INSERT INTO vault.sealed (source, id, digest, box)
SELECT * FROM unnest($1::text[], $2::text[], $3::bytea[], $4::bytea[])
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

-- The last event before a time: where to start from there.
-- name: seq_at
SELECT coalesce(max(seq), 0) AS seq FROM (
	SELECT seq FROM journal.event WHERE at < $1 ORDER BY seq DESC LIMIT 1) s

-- name: seen
INSERT INTO run.instance (service, pid) VALUES ('bus', $1)
ON CONFLICT (service, pid) DO UPDATE SET seen_at = clock_timestamp()

-- name: gone
DELETE FROM run.instance WHERE service = 'bus'
	AND (pid = $1 OR seen_at < clock_timestamp() - interval '1 minute')
