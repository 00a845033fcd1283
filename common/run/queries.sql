-- The service loop's own statements.

-- The row lock is the right to work.  SKIP LOCKED: others have the rest.
-- Slots with nothing to do are left alone, or who takes a share of them
-- might always take those.
-- name: cursors
SELECT slot, seq FROM run.cursor c WHERE service = $1
	AND CASE WHEN $3::bigint >= 0 THEN slot = $3
		ELSE seq < journal.head() OR slot IN (
			SELECT journal.slot_of(w.casefile, 0) FROM run.waiting($1, 500) w) END
ORDER BY seq, slot LIMIT $2 FOR UPDATE OF c SKIP LOCKED

-- All slots or none: whoever has the first has the rest.
-- name: whole
WITH gate AS MATERIALIZED (
	SELECT FROM run.cursor WHERE service = $1 AND slot = 0 FOR UPDATE SKIP LOCKED)
SELECT slot, seq FROM run.cursor
WHERE service = $1 AND EXISTS (SELECT FROM gate)
ORDER BY slot FOR UPDATE

-- name: clock
SELECT run.now() AS now, journal.head() AS head,
	greatest((SELECT coalesce(max(seq), 0) FROM registry.pack),
		(SELECT coalesce(max(seq), 0) FROM registry.fact)) AS packs,
	(SELECT max(epoch) FROM journal.epoch)::bigint AS epoch

-- Slots in other hands that have not come as far as $2.  A cursor that this
-- transaction works on is locked by it: its xmax is this transaction.
-- name: behind
SELECT count(*) AS n FROM run.cursor
WHERE service = $1 AND seq < $2 AND xmax <> pg_current_xact_id()::xid

-- name: events
SELECT seq, at, slot, envelope FROM (
	SELECT *, sum(octet_length(envelope)) OVER (ORDER BY seq) AS bytes
	FROM (SELECT seq, at, slot, envelope FROM journal.event
		WHERE seq > $1 ORDER BY seq LIMIT $2) e) e
WHERE bytes <= $3 OR seq = $1 + 1 ORDER BY seq

-- What the journal's columns say of an event.
-- name: event
SELECT type, coalesce(subject, '') AS subject, division
FROM journal.event WHERE seq = $1

-- Is there anything to do?  Asked while nobody rings.
-- name: probe
SELECT journal.head() > (SELECT min(seq) FROM run.cursor WHERE service = $1)
	OR EXISTS (SELECT FROM run.waiting($1, 1)) AS work,
	EXISTS (SELECT FROM run.parked p
		WHERE service = $1 AND retry_at <= clock_timestamp()
			AND NOT EXISTS (SELECT FROM run.parked b WHERE b.service = $1
				AND b.casefile = p.casefile AND b.seq < p.seq))
	OR EXISTS (SELECT FROM run.parked_request
		WHERE service = $1 AND done_at IS NULL) AS errand

-- name: parked
SELECT DISTINCT casefile FROM run.parked
WHERE service = $1 AND casefile = ANY ($2::text[])

-- name: park
INSERT INTO run.parked (service, seq, casefile, reason, tries, retry_at)
VALUES ($1, $2, $3, $4, $5::bigint,
	clock_timestamp() + $6::bigint * interval '1 millisecond')
ON CONFLICT DO NOTHING

-- The casefile to see to: asked for, or due for another try.  Whoever is not
-- the first of a casefile waits, whatever its own time says.
-- name: errand
SELECT id, action, casefile, seq,
	coalesce((SELECT slot FROM journal.event j WHERE j.seq = e.seq), 0) AS slot,
	who, reason
FROM (
	SELECT id, action, casefile, seq, who, reason, asked_at AS at
	FROM run.parked_request WHERE service = $1 AND done_at IS NULL
	UNION ALL
	SELECT 0, 'retry', casefile, seq, service, 'by itself', retry_at
	FROM run.parked p WHERE service = $1 AND retry_at <= clock_timestamp()
		AND NOT EXISTS (SELECT FROM run.parked b WHERE b.service = $1
			AND b.casefile = p.casefile AND b.seq < p.seq)) e
ORDER BY at, id, seq LIMIT 1

-- name: request_lock
SELECT id FROM run.parked_request WHERE id = $1 AND done_at IS NULL
FOR UPDATE SKIP LOCKED

-- name: request_done
UPDATE run.parked_request SET done_at = clock_timestamp(), outcome = $2
WHERE id = $1 AND done_at IS NULL

-- What is parked of a casefile, in order; one more than can be taken.
-- name: parked_events
SELECT e.seq, e.at, e.slot, e.envelope FROM run.parked p
JOIN journal.event e USING (seq)
WHERE p.service = $1 AND p.casefile = $2 ORDER BY p.seq LIMIT $3

-- They have taken effect, or never will.
-- name: parked_end
WITH gone AS (
	DELETE FROM run.parked WHERE service = $1 AND casefile = $2
		AND seq = ANY ($3::bigint[])
	RETURNING *)
INSERT INTO run.parked_log (service, seq, casefile, action, after_seq, tries,
	why, parked_at, who, reason)
SELECT service, seq, casefile, $4, $5::bigint, tries, reason, at, $6, $7
FROM gone ORDER BY seq RETURNING seq

-- Whatever is first now is seen to at once.
-- name: parked_next
UPDATE run.parked SET retry_at = clock_timestamp()
WHERE service = $1 AND seq = (
	SELECT min(seq) FROM run.parked WHERE service = $1 AND casefile = $2)

-- name: parked_again
UPDATE run.parked SET reason = $3, tries = tries + 1,
	retry_at = CASE WHEN $4::boolean OR tries < $5::bigint THEN
		clock_timestamp() + least(4 ^ tries, 256) * interval '1 second' END
WHERE service = $1 AND seq = $2
RETURNING tries::bigint AS tries

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

-- Deadlines that are due, or to be warned of: the urgent first, then the
-- oldest.  Those of a casefile that is held up wait: what is parked may well
-- cancel them.
-- name: due
WITH urgent AS MATERIALIZED (
	SELECT * FROM run.deadline d
	WHERE service = $1 AND wake_at <= $2 AND urgent
		AND journal.slot_of(casefile, 0) = ANY ($3::bigint[])
		AND NOT EXISTS (SELECT FROM run.parked p
			WHERE p.service = $1 AND p.casefile = d.casefile)
	ORDER BY wake_at, thing, name LIMIT $4::bigint
	FOR UPDATE OF d SKIP LOCKED
), other AS MATERIALIZED (
	SELECT * FROM run.deadline d
	WHERE service = $1 AND wake_at <= $2 AND NOT urgent AND NOT $5::boolean
		AND journal.slot_of(casefile, 0) = ANY ($3::bigint[])
		AND NOT EXISTS (SELECT FROM run.parked p
			WHERE p.service = $1 AND p.casefile = d.casefile)
	ORDER BY wake_at, thing, name
	LIMIT $4::bigint - (SELECT count(*) FROM urgent)
	FOR UPDATE OF d SKIP LOCKED
)
SELECT thing, name, casefile, division, coalesce(unit, '') AS unit, kind,
	cycle, due_at, due_at <= $2 AS over, trace, cause
FROM (TABLE urgent UNION ALL TABLE other) d
ORDER BY NOT urgent, wake_at, thing, name

-- name: still
SELECT journal.still($1) AS now

-- The fact is said; what it means waits until it comes back.
-- name: fired
UPDATE run.deadline d SET wake_at = CASE WHEN NOT f.over THEN d.due_at END
FROM json_to_recordset($2::json) AS f(thing text, name text, over boolean)
WHERE d.service = $1 AND d.thing = f.thing AND d.name = f.name

-- It has come back.  A limit that was armed anew since is another one; one
-- that was met in between had run out before.
-- name: mark
UPDATE run.deadline d SET
	state = CASE WHEN f.over THEN 'fired' ELSE d.state END,
	soon_at = NULL,
	wake_at = CASE WHEN NOT f.over AND d.state = 'armed'
		AND d.wake_at IS NOT NULL THEN d.due_at END
FROM json_to_recordset($2::json) AS f(thing text, name text, over boolean,
	cycle bigint)
WHERE d.service = $1 AND d.thing = f.thing AND d.name = f.name
	AND d.cycle = f.cycle

-- name: arm
INSERT INTO run.deadline AS d (service, thing, name, casefile, division, unit,
	kind, state, rule, armed_at, soon_at, due_at, wake_at, provisional,
	met_at, cycle, cause, trace)
SELECT $1, a.thing, a.name, a.casefile, a.division, a.unit, a.kind, a.state,
	a.rule, a.armed_at, a.soon_at, a.due_at,
	CASE WHEN a.state = 'armed' THEN coalesce(a.soon_at, a.due_at) END,
	coalesce(a.provisional, false), a.met_at, a.cycle, a.cause, a.trace
FROM json_to_recordset($2::json) AS a(thing text, name text, casefile text,
	division text, unit text, kind text, state text, rule text,
	armed_at timestamptz, soon_at timestamptz, due_at timestamptz,
	provisional boolean, met_at timestamptz, cycle bigint, cause text,
	trace text)
ON CONFLICT (service, thing, name) DO UPDATE SET
	(division, unit, kind, state, rule, armed_at, soon_at, due_at, wake_at,
		provisional, met_at, cause, trace) =
	(excluded.division, excluded.unit, excluded.kind, excluded.state,
		excluded.rule, excluded.armed_at, excluded.soon_at,
		excluded.due_at, excluded.wake_at, excluded.provisional,
		excluded.met_at, excluded.cause, excluded.trace),
	cycle = d.cycle + excluded.cycle

-- What had run out already stays so, but it is known when it ended; the
-- first time counts.
-- name: meet
WITH m AS (
	SELECT x.thing, x.name, min(m.at) AS at
	FROM json_to_recordset($2::json) AS m(thing text, name text, at timestamptz)
	JOIN run.deadline x ON x.service = $1 AND x.thing = m.thing
		AND (m.name IS NULL OR x.name = m.name)
	GROUP BY x.thing, x.name)
UPDATE run.deadline d SET wake_at = NULL, met_at = m.at,
	state = CASE d.state WHEN 'fired' THEN 'fired' ELSE 'cancelled' END
FROM m WHERE d.service = $1 AND d.thing = m.thing AND d.name = m.name
	AND (d.state IN ('armed', 'paused') OR (d.state = 'fired' AND d.met_at IS NULL))

-- Who and where the limits of casefiles are that run, or stand still.
-- name: running
SELECT casefile, division, coalesce(unit, '') AS unit
FROM run.deadline
WHERE service = $1 AND casefile = ANY ($2::text[]) AND state IN ('armed', 'paused')

-- name: rehome
UPDATE run.deadline d SET division = m.place, unit = nullif(m.heir, '')
FROM json_to_recordset($2::json) AS m(casefile text, division text, unit text,
	place text, heir text)
WHERE d.service = $1 AND d.casefile = m.casefile AND d.division = m.division
	AND coalesce(d.unit, '') = m.unit AND d.state IN ('armed', 'paused')

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

-- What a change of the calendar may move: nothing that has run out by $3.
-- name: counted
SELECT thing, name, coalesce(unit, '') AS unit, division, rule, armed_at,
	soon_at, due_at, trace
FROM run.deadline
WHERE service = $1 AND casefile = $2 AND state = 'armed' AND due_at > $3
	AND rule !~ '^(natural|none):'
ORDER BY thing, name

-- name: pauses
SELECT from_at, to_at FROM run.pause
WHERE service = $1 AND thing = $2 AND name = $3 AND from_at >= $4
	AND to_at IS NOT NULL ORDER BY from_at

-- A limit that was warned of is not warned of again.
-- name: recount
UPDATE run.deadline SET due_at = $4::timestamptz,
	soon_at = CASE WHEN soon_at IS NOT NULL
		THEN least($5::timestamptz, $4::timestamptz) END,
	wake_at = CASE WHEN soon_at IS NOT NULL
		THEN least($5::timestamptz, $4::timestamptz)
		ELSE $4::timestamptz END,
	provisional = $6
WHERE service = $1 AND thing = $2 AND name = $3 AND state = 'armed'

-- One sign of life, and how many give one.
-- name: seen
INSERT INTO run.instance AS i (service, pid, events, facts, fired)
VALUES ($1, $2::bigint, $3, $4, $5)
ON CONFLICT (service, pid) DO UPDATE SET seen_at = clock_timestamp(),
	(events, facts, fired) = (excluded.events, excluded.facts, excluded.fired)
RETURNING (SELECT count(*) FROM run.instance o WHERE o.service = $1
	AND o.pid <> $2 AND o.seen_at > clock_timestamp() - interval '6 seconds') AS others

-- How far this service is.
-- name: lag
SELECT max(lag) AS lag, (max(age) * 1000)::bigint AS age_ms,
	(SELECT count(*) FROM run.parked WHERE service = $1) AS parked
FROM run.lag WHERE service = $1

-- Plans made while a table was small are bad when it is large.
-- name: replan
DISCARD PLANS

-- name: gone
DELETE FROM run.instance WHERE service = $1
	AND (pid = $2::bigint OR seen_at < clock_timestamp() - interval '1 minute')
