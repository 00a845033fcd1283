-- Statements of the service loop, and what score.publish needs to know.

-- name: tally_load
SELECT * FROM scoring.tally WHERE casefile = ANY ($1::text[])
ORDER BY casefile, length(id), id

-- name: tally_save
INSERT INTO scoring.tally
SELECT * FROM json_populate_recordset(NULL::scoring.tally, $1::json)
ON CONFLICT (id) DO UPDATE SET
	(casefile, division, state, unit, what, at, seq, about, late,
		contacted, solved, satisfied) =
	(excluded.casefile, excluded.division, excluded.state, excluded.unit,
		excluded.what, excluded.at, excluded.seq, excluded.about,
		excluded.late, excluded.contacted, excluded.solved,
		excluded.satisfied)

-- name: score_load
SELECT * FROM scoring.score WHERE casefile = ANY ($1::text[])
ORDER BY casefile, length(id), id

-- name: score_save
INSERT INTO scoring.score
SELECT * FROM json_populate_recordset(NULL::scoring.score, $1::json)
ON CONFLICT (id) DO UPDATE SET
	(casefile, division, state, kind, from_at, to_at, interim, at, seq,
		revision, casefiles, late, reopened, valid, contacted, solved,
		satisfied, basic, response_bp, resolution_bp, satisfaction_bp,
		composite_tenths, rank, peers, calls_asked, calls_in_time) =
	(excluded.casefile, excluded.division, excluded.state, excluded.kind,
		excluded.from_at, excluded.to_at, excluded.interim,
		excluded.at, excluded.seq, excluded.revision,
		excluded.casefiles, excluded.late, excluded.reopened,
		excluded.valid, excluded.contacted, excluded.solved,
		excluded.satisfied, excluded.basic, excluded.response_bp,
		excluded.resolution_bp, excluded.satisfaction_bp,
		excluded.composite_tenths, excluded.rank, excluded.peers,
		excluded.calls_asked, excluded.calls_in_time)

-- For score.publish.

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
