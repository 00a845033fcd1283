-- The service loop's own statements.

-- name: cursors
SELECT slot, seq FROM run.cursor WHERE service = $1
ORDER BY slot FOR UPDATE SKIP LOCKED

-- name: clock
SELECT run.now() AS now, journal.head() AS head

-- name: events
SELECT seq, at, slot, envelope FROM journal.event
WHERE seq > $1 ORDER BY seq LIMIT $2

-- Is there anything to do?  Asked while nobody rings.
-- name: probe
SELECT journal.head() > (SELECT min(seq) FROM run.cursor WHERE service = $1)
	OR EXISTS (SELECT FROM run.deadline
		WHERE service = $1 AND wake_at <= run.now()) AS work

-- name: parked
SELECT DISTINCT subject FROM run.parked
WHERE service = $1 AND subject = ANY ($2::text[])

-- name: park
INSERT INTO run.parked (service, seq, subject, reason)
VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING

-- name: advance
UPDATE run.cursor SET seq = $2, at = clock_timestamp()
WHERE service = $1 AND slot = ANY ($3::bigint[])

-- A batch that only moves the cursor: to lose that move changes nothing,
-- so nobody waits for the disk.
-- name: lazy
SELECT set_config('synchronous_commit', 'off', true)

-- name: append
SELECT n, seq, status FROM journal.append($1::text[], $2::text[], $3::text[],
	$4::text[], $5::text[], $6::bytea[], $7::bytea[])

-- Deadlines that are due, or to be warned of; the oldest first.
-- name: due
SELECT thing, name, casefile, division, coalesce(unit, '') AS unit, kind,
	cycle, due_at, due_at <= $2 AS over, trace, cause
FROM run.deadline
WHERE service = $1 AND wake_at <= $2
	AND journal.slot_of(casefile, 0) = ANY ($3::bigint[])
ORDER BY wake_at, thing, name LIMIT 500
FOR UPDATE SKIP LOCKED

-- name: fired
UPDATE run.deadline d SET
	state = CASE WHEN f.over THEN 'fired' ELSE d.state END,
	soon_at = NULL,
	wake_at = CASE WHEN f.over THEN NULL ELSE d.due_at END
FROM json_to_recordset($2::json) AS f(thing text, name text, over boolean)
WHERE d.service = $1 AND d.thing = f.thing AND d.name = f.name

-- name: arm
INSERT INTO run.deadline AS d (service, thing, name, casefile, division, unit,
	kind, state, rule, armed_at, soon_at, due_at, wake_at, provisional,
	met_at, cause, trace)
SELECT $1, a.thing, a.name, a.casefile, a.division, a.unit, a.kind, a.state,
	a.rule, a.armed_at, a.soon_at, a.due_at,
	CASE WHEN a.state = 'armed' THEN coalesce(a.soon_at, a.due_at) END,
	coalesce(a.provisional, false), a.met_at, a.cause, a.trace
FROM json_to_recordset($2::json) AS a(thing text, name text, casefile text,
	division text, unit text, kind text, state text, rule text,
	armed_at timestamptz, soon_at timestamptz, due_at timestamptz,
	provisional boolean, met_at timestamptz, cause text, trace text)
ON CONFLICT (service, thing, name) DO UPDATE SET
	(unit, kind, state, rule, armed_at, soon_at, due_at, wake_at,
		provisional, met_at, cause, trace) =
	(excluded.unit, excluded.kind, excluded.state, excluded.rule,
		excluded.armed_at, excluded.soon_at, excluded.due_at,
		excluded.wake_at, excluded.provisional, excluded.met_at,
		excluded.cause, excluded.trace),
	cycle = d.cycle + 1

-- What had run out already stays so, but it is known when it ended.
-- name: meet
UPDATE run.deadline d SET wake_at = NULL, met_at = m.at,
	state = CASE d.state WHEN 'fired' THEN 'fired' ELSE 'cancelled' END
FROM json_to_recordset($2::json) AS m(thing text, name text, at timestamptz)
WHERE d.service = $1 AND d.thing = m.thing AND (m.name IS NULL OR d.name = m.name)
	AND (d.state IN ('armed', 'paused') OR (d.state = 'fired' AND d.met_at IS NULL))

-- name: pause
WITH p AS (
	UPDATE run.deadline SET state = 'paused', wake_at = NULL
	WHERE service = $1 AND thing = $2 AND name = $3 AND state = 'armed'
	RETURNING service, thing, name)
INSERT INTO run.pause (service, thing, name, from_at, reason)
SELECT service, thing, name, $4, $5 FROM p
ON CONFLICT DO NOTHING

-- name: ledger
SELECT d.rule, d.armed_at, p.from_at, coalesce(p.to_at, $4) AS to_at
FROM run.deadline d JOIN run.pause p USING (service, thing, name)
WHERE service = $1 AND thing = $2 AND name = $3 AND d.state = 'paused'
	AND p.from_at >= d.armed_at
ORDER BY p.from_at

-- name: resume
WITH p AS (
	UPDATE run.pause SET to_at = $4
	WHERE service = $1 AND thing = $2 AND name = $3 AND to_at IS NULL)
UPDATE run.deadline SET state = 'armed', due_at = $5,
	soon_at = soon_at + ($5 - due_at),
	wake_at = least(soon_at + ($5 - due_at), $5), provisional = $6
WHERE service = $1 AND thing = $2 AND name = $3 AND state = 'paused'

-- name: seen
INSERT INTO run.instance (service, pid) VALUES ($1, $2::bigint)
ON CONFLICT (service, pid) DO UPDATE SET seen_at = clock_timestamp()

-- Plans made while a table was small are bad when it is large.
-- name: replan
DISCARD PLANS

-- name: gone
DELETE FROM run.instance WHERE service = $1
	AND (pid = $2::bigint OR seen_at < clock_timestamp() - interval '1 minute')
