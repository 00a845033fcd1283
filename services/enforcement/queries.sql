-- Prepared as enforcement_<name> when the service starts.

-- name: enforcement_case_load
SELECT * FROM enforcement.casefile
 WHERE casefile = ANY ($1::text[]) OR id = ANY ($1::text[])
 ORDER BY casefile, length(id), id

-- name: enforcement_case_save
INSERT INTO enforcement.casefile
SELECT * FROM json_populate_recordset(NULL::enforcement.casefile, $1::json)
ON CONFLICT (id) DO UPDATE SET
    (state, domain, item, unit, listed, why) =
    (excluded.state, excluded.domain, excluded.item, excluded.unit,
	excluded.listed, excluded.why)

-- name: penalty_load
SELECT * FROM enforcement.penalty
 WHERE casefile = ANY ($1::text[]) OR id = ANY ($1::text[])
 ORDER BY casefile, length(id), id

-- name: penalty_save
INSERT INTO enforcement.penalty
SELECT * FROM json_populate_recordset(NULL::enforcement.penalty, $1::json)
ON CONFLICT (id) DO UPDATE SET
    (state, officers, decide_by, evidence, kind, fine_fen, noticed_at,
	notice_kind, notice_fen, heard, reviewer, returns, held, held_at,
	pauses, number, decided_at, late, served_at, paid_fen, outcome) =
    (excluded.state, excluded.officers, excluded.decide_by,
	excluded.evidence, excluded.kind, excluded.fine_fen,
	excluded.noticed_at, excluded.notice_kind, excluded.notice_fen,
	excluded.heard, excluded.reviewer, excluded.returns, excluded.held,
	excluded.held_at, excluded.pauses, excluded.number,
	excluded.decided_at, excluded.late, excluded.served_at,
	excluded.paid_fen, excluded.outcome)
