-- name: report_load
SELECT * FROM intake.report
WHERE casefile = ANY ($1::text[]) OR id = ANY ($1::text[])
ORDER BY casefile, received_at, id;

-- Decided is decided: what was said and who said it is written once.
-- name: report_save
INSERT INTO intake.report
SELECT * FROM json_populate_recordset(NULL::intake.report, $1::json)
ON CONFLICT (id) DO UPDATE SET (casefile, state, matter, closed_at) =
	(excluded.casefile, excluded.state, excluded.matter, excluded.closed_at);

-- name: callback_load
SELECT * FROM intake.callback
WHERE casefile = ANY ($1::text[]) OR id = ANY ($1::text[])
ORDER BY casefile, opened_at, length(id), id;

-- name: callback_save
INSERT INTO intake.callback
SELECT * FROM json_populate_recordset(NULL::intake.callback, $1::json)
ON CONFLICT (id) DO UPDATE SET (state, tries) =
	(excluded.state, excluded.tries);

-- name: boxes
SELECT s.source, s.id, s.digest, s.box
FROM unnest($1::text[], $2::text[]) AS e (source, id)
JOIN vault.sealed s ON s.source = e.source AND s.id = e.id;

-- name: propose
SELECT t.n, p.matter, p.score
FROM unnest($1::text[]) WITH ORDINALITY AS t (body, n),
	LATERAL registry.propose_matters(t.body, $2::bigint::int) p
ORDER BY t.n, p.score DESC, p.matter;

-- name: nearby
SELECT v.*
FROM unnest($1::text[]) AS t (town), LATERAL (
	SELECT * FROM intake.nearby n
	WHERE left(n.division, 9) = t.town AND n.at >= $2::timestamptz
	ORDER BY n.at DESC LIMIT $3::bigint) v;

-- name: identities
INSERT INTO vault.identity (token, report, source, id, person, sealed,
	key_id, created_at)
SELECT i.token, i.report, i.source, i.id, nullif(i.person, ''::bytea),
	i.sealed, $7::text, run.now()
FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::bytea[],
	$6::bytea[]) AS i (token, report, source, id, person, sealed)
ON CONFLICT (token) DO NOTHING;
