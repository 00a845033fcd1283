-- Open casefiles as the services leave them, :n of them from number :first
-- on, each with a task at a village whose finish is :due; every :urgent-th is
-- an emergency call whose department has :due to report in.  Nothing is
-- warned of: all of it is about the one instant.
BEGIN;
CREATE TEMP TABLE herd ON COMMIT DROP AS
SELECT '330122-25-' || lpad(i::text, 7, '0') AS casefile, i % :urgent = 0 AS urgent,
	v.code AS division, u.code AS unit,
	timestamptz :'due' - interval '5 days' AS opened_at
FROM generate_series(:first::bigint, :first::bigint + :n - 1) AS i
JOIN (SELECT code, row_number() OVER (ORDER BY code) - 1 AS k, count(*) OVER () AS n
	FROM registry.division WHERE kind = 'village' AND valid_to IS NULL) v ON v.k = i % v.n
JOIN registry.unit u ON u.division = v.code AND u.kind = 'village_committee' AND u.valid_to IS NULL;

INSERT INTO intake.report (id, casefile, division, state, channel, reporter,
	place, text, matter, received_at)
SELECT casefile, casefile, division, 'accepted', 'grid', 'staff', 'herd', 'herd',
	'CA-001', opened_at FROM herd;
INSERT INTO dispatcher.casefile (id, casefile, division, state, matter, channel,
	place, opened_at, finish_by, tier)
SELECT casefile, casefile, division, 'in_hand', 'CA-001', 'grid', 'herd',
	opened_at, :'due', 'village' FROM herd;
INSERT INTO dispatcher.task (id, casefile, division, state, unit, giver,
	assigned_at, sign_by, return_by, finish_by)
SELECT casefile || '/T1', casefile, division, 'signed', unit,
	left(division, 9) || '-CMD', opened_at, opened_at + interval '1 day',
	opened_at + interval '2 days', :'due'
FROM herd WHERE NOT urgent;
INSERT INTO dispatcher.call (id, casefile, division, state, class, room, main, raised_at)
SELECT casefile || '/C1', casefile, division, 'gathering', 'emergency',
	left(division, 9) || '-CMD', '330122-D-YJJ', :'due'::timestamptz - interval '30 minutes'
FROM herd WHERE urgent;
INSERT INTO dispatcher.attendance (id, casefile, division, state, call, n, unit, role,
	asked_at, sign_by, report_in_by)
SELECT casefile || '/C1/330122-D-YJJ', casefile, division, 'asked', casefile || '/C1', 0,
	'330122-D-YJJ', 'main', :'due'::timestamptz - interval '30 minutes',
	:'due'::timestamptz - interval '20 minutes', :'due'
FROM herd WHERE urgent;
INSERT INTO run.deadline (service, thing, name, casefile, division, unit, kind,
	state, rule, armed_at, due_at, wake_at, cause, trace)
SELECT 'dispatcher', casefile || CASE WHEN urgent THEN '/C1/330122-D-YJJ' ELSE '/T1' END,
	CASE WHEN urgent THEN 'report_in' ELSE 'finish' END, casefile, division,
	CASE WHEN urgent THEN '330122-D-YJJ' ELSE unit END, 'duty', 'armed',
	CASE WHEN urgent THEN 'natural:30m' ELSE 'working-days:5d' END,
	CASE WHEN urgent THEN :'due'::timestamptz - interval '30 minutes' ELSE opened_at END,
	:'due', :'due', 'herd', 'herd'
FROM herd;
COMMIT;
ANALYZE intake.report, dispatcher.casefile, dispatcher.task, dispatcher.call,
	dispatcher.attendance, run.deadline;
CHECKPOINT;
