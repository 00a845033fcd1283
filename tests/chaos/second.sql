-- The same questions again, in SQL and from the database itself: what was
-- lost, made up, doubled, refused and yet stored, or left without effect.
-- psql's variable "said" is a file of all clients' histories in one.
BEGIN;
SET LOCAL statement_timeout = 0;
SET LOCAL work_mem = '128MB';
CREATE TEMP TABLE said (kind text, op bigint, mono bigint, wall bigint,
	source text, id text, digest text, seq bigint, epoch int, status text);
COPY pg_temp.said FROM :'said' (FORMAT csv, DELIMITER E'\t');
CREATE INDEX ON said (source, id);
ANALYZE said;

-- Whether a later epoch announced that it may be gone.
CREATE FUNCTION pg_temp.cut_off(seq bigint, epoch int) RETURNS boolean
LANGUAGE sql STABLE AS $$
	SELECT EXISTS (SELECT FROM journal.epoch e
		WHERE e.epoch > $2 AND e.from_seq <= $1)
$$;

-- The id of the fact that a service says about a command, its first one.
CREATE FUNCTION pg_temp.fact_id(service text, source text, id text) RETURNS text
LANGUAGE sql IMMUTABLE AS $$
	SELECT encode(set_byte(set_byte(h, 6, get_byte(h, 6) & 15 | 128),
		8, get_byte(h, 8) & 63 | 128), 'hex')::uuid::text
	FROM (SELECT substr(sha256(convert_to(service, 'UTF8') || '\x00'
		|| convert_to(source, 'UTF8') || '\x00' || convert_to(id, 'UTF8')
		|| '\x00' || '\x3000'), 1, 16) AS h) x
$$;

SELECT 'lost', count(*) FROM (
	SELECT source, id, digest, bool_or(EXISTS (SELECT FROM journal.event_key k
			JOIN journal.event e ON e.seq = k.seq
			WHERE k.source = s.source AND k.id = s.id AND k.seq = s.seq
				AND e.source = s.source AND e.id = s.id
				-- The hash of a sealed part is not the client's to know.
				AND (e.type = 'report.submit'
					OR encode(sha256(e.envelope), 'hex') = s.digest))) AS there
	FROM said s WHERE kind = 'ok' AND NOT pg_temp.cut_off(seq, epoch)
	GROUP BY 1, 2, 3) x
WHERE NOT there;

SELECT 'phantom', count(*) FROM journal.event e
WHERE e.source LIKE '/chaos/%' AND e.source <> '/chaos/harness'
	AND NOT EXISTS (SELECT FROM said s WHERE s.kind = 'invoke'
		AND s.source = e.source AND s.id = e.id);

SELECT 'duplicate', count(*) - count(DISTINCT (source, id)) FROM journal.event;

SELECT 'refused_but_stored', count(*) FROM (
	SELECT source, id, digest FROM said GROUP BY 1, 2, 3
	HAVING count(*) FILTER (WHERE kind = 'invoke')
			<= count(*) FILTER (WHERE kind = 'fail')
		AND count(*) FILTER (WHERE kind = 'ok') = 0) s
	JOIN journal.event_key k ON k.source = s.source AND k.id = s.id
	JOIN journal.event e ON e.seq = k.seq
WHERE encode(sha256(e.envelope), 'hex') = s.digest;

SELECT 'dense', count(*) - coalesce(max(seq) - min(seq) + 1, 0)
FROM journal.event;

-- Publishers' commands to one service each.
SELECT 'effect_missing', count(*) FROM journal.event e
	JOIN (VALUES ('task.sign', 'dispatcher'), ('penalty.serve', 'enforcement'),
		('mediation.fail', 'mediation'), ('report.refuse', 'intake'),
		('report.submit', 'intake')) o (type, service) USING (type)
	JOIN run.cursor c ON c.service = o.service AND c.slot = e.slot
WHERE e.source LIKE '/chaos/%' AND e.seq <= c.seq
	AND NOT EXISTS (SELECT FROM journal.event_key k
		WHERE k.source = '/' || o.service
			AND k.id = pg_temp.fact_id(o.service, e.source, e.id))
	AND NOT EXISTS (SELECT FROM run.parked p
		WHERE p.service = o.service AND p.seq = e.seq)
	AND NOT EXISTS (SELECT FROM run.parked_log p
		WHERE p.service = o.service AND p.seq = e.seq AND p.action = 'dropped');
ROLLBACK;
