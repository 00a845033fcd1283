-- What score.publish needs to know.

-- name: counts
SELECT * FROM scoring.counts($1, $2, $3)

-- name: revision
SELECT coalesce(max(revision), 0) AS revision
FROM scoring.score WHERE period = $1

-- Slots in other hands that have not come as far as $1.  A cursor that this
-- transaction works on is locked by it: its xmax is this transaction.
-- name: behind
SELECT count(*) AS n FROM run.cursor
WHERE service = 'scoring' AND seq < $1 AND xmax <> pg_current_xact_id()::xid
