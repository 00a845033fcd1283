-- Prepared as dispatcher_<name> when the service starts.

-- name: casefile_load
SELECT * FROM dispatcher.casefile
 WHERE casefile = ANY ($1::text[]) OR id = ANY ($1::text[])
 ORDER BY casefile, length(id), id

-- name: casefile_save
INSERT INTO dispatcher.casefile
SELECT * FROM json_populate_recordset(NULL::dispatcher.casefile, $1::json)
ON CONFLICT (id) DO UPDATE SET
    (state, finish_by, route_by, close_by, tier, handler, result, done_at,
	late, outcome, reopened) =
    (excluded.state, excluded.finish_by, excluded.route_by, excluded.close_by,
	excluded.tier, excluded.handler, excluded.result, excluded.done_at,
	excluded.late, excluded.outcome, excluded.reopened)

-- name: task_load
SELECT * FROM dispatcher.task
 WHERE casefile = ANY ($1::text[]) OR id = ANY ($1::text[])
 ORDER BY casefile, length(id), id

-- name: task_save
INSERT INTO dispatcher.task
SELECT * FROM json_populate_recordset(NULL::dispatcher.task, $1::json)
ON CONFLICT (id) DO UPDATE SET
    (state, rejected, returned, finish_by, answer_by, check_by, submitted_at,
	officer, late) =
    (excluded.state, excluded.rejected, excluded.returned, excluded.finish_by,
	excluded.answer_by, excluded.check_by, excluded.submitted_at,
	excluded.officer, excluded.late)

-- name: call_load
SELECT * FROM dispatcher.call
 WHERE casefile = ANY ($1::text[]) OR id = ANY ($1::text[])
 ORDER BY casefile, length(id), id

-- name: call_save
INSERT INTO dispatcher.call
SELECT * FROM json_populate_recordset(NULL::dispatcher.call, $1::json)
ON CONFLICT (id) DO UPDATE SET
    (state, finish_by, check_by, grade_by, submitted_at, officer, late,
	vetoed) =
    (excluded.state, excluded.finish_by, excluded.check_by, excluded.grade_by,
	excluded.submitted_at, excluded.officer, excluded.late,
	excluded.vetoed)

-- name: attendance_load
SELECT * FROM dispatcher.attendance
 WHERE casefile = ANY ($1::text[]) OR id = ANY ($1::text[])
 ORDER BY casefile, length(id), id

-- name: attendance_save
INSERT INTO dispatcher.attendance
SELECT * FROM json_populate_recordset(NULL::dispatcher.attendance, $1::json)
ON CONFLICT (id) DO UPDATE SET
    (state, refused, present_at, officer, late, graded, score) =
    (excluded.state, excluded.refused, excluded.present_at, excluded.officer,
	excluded.late, excluded.graded, excluded.score)

-- name: card_load
SELECT * FROM dispatcher.card
 WHERE casefile = ANY ($1::text[]) OR id = ANY ($1::text[])
 ORDER BY casefile, length(id), id

-- name: card_save
INSERT INTO dispatcher.card
SELECT * FROM json_populate_recordset(NULL::dispatcher.card, $1::json)
ON CONFLICT (id) DO UPDATE SET
    (state, causes, next_by, reds) =
    (excluded.state, excluded.causes, excluded.next_by, excluded.reds)

-- name: child_load
SELECT * FROM dispatcher.child
 WHERE casefile = ANY ($1::text[]) OR id = ANY ($1::text[])
 ORDER BY casefile, length(id), id

-- name: child_save
INSERT INTO dispatcher.child
SELECT * FROM json_populate_recordset(NULL::dispatcher.child, $1::json)
ON CONFLICT (id) DO UPDATE SET
    (state, unit, ended_at) =
    (excluded.state, excluded.unit, excluded.ended_at)
