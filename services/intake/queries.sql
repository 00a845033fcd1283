-- name: boxes
SELECT s.source, s.id, s.digest, s.box
FROM unnest($1::text[], $2::text[]) AS e (source, id)
JOIN vault.sealed s ON s.source = e.source AND s.id = e.id;

-- name: propose
SELECT t.n, p.matter, p.score
FROM unnest($1::text[]) WITH ORDINALITY AS t (body, n),
	LATERAL registry.propose_matters(t.body, $2::bigint::int,
		$3::bigint::int) p
ORDER BY t.n, p.score DESC, p.matter;

-- Whatever was reported around here, the newest first.
-- name: nearby
SELECT r.id AS report, r.casefile, r.state, p.matter,
	coalesce(p.state = 'accepted' AND p.closed_at IS NULL, false) AS open,
	r.division, r.place, left(r.text, 1000) AS text,
	encode(i.person, 'hex') AS person, r.lat, r.lon, r.received_at AS at
FROM unnest($1::text[]) AS t (town), LATERAL (
	SELECT * FROM intake.report n
	WHERE left(n.division, 9) = t.town AND n.received_at >= $2::timestamptz
	ORDER BY n.received_at DESC, n.id DESC LIMIT $3::bigint) r
LEFT JOIN intake.report p ON p.id = r.casefile
LEFT JOIN vault.identity i ON i.token = r.token
ORDER BY r.received_at DESC, r.id DESC;

-- The same of those that a demand repeats, wherever and whenever.
-- name: formers
SELECT r.id AS report, r.casefile, r.state, p.matter,
	coalesce(p.state = 'accepted' AND p.closed_at IS NULL, false) AS open,
	r.division, r.received_at AS at
FROM intake.report r
LEFT JOIN intake.report p ON p.id = r.casefile
WHERE r.id = ANY ($1::text[]);

-- Seats that are taken on days that begin then.
-- name: seats
SELECT id AS booking, room, leader, day FROM intake.booking
WHERE state = 'booked'
	AND day IN (SELECT to_timestamp(d / 1000.0)
		FROM unnest($1::bigint[]) AS d);

-- name: persons
SELECT token, encode(person, 'hex') AS person FROM vault.identity
WHERE token = ANY ($1::text[]) AND person IS NOT NULL;

-- Who is called when casefile $1 is closed.
-- name: callers
SELECT DISTINCT encode(i.person, 'hex') AS person
FROM intake.report r JOIN vault.identity i ON i.token = r.token
WHERE r.casefile = $1 AND r.reachable
	AND r.state IN ('accepted', 'merged') AND i.person IS NOT NULL;

-- name: identities
INSERT INTO vault.identity (token, report, source, id, person, sealed,
	key_id, created_at, box_key)
SELECT i.token, i.report, i.source, i.id, nullif(i.person, ''::bytea),
	i.sealed, $7::text, to_timestamp(i.at / 1000.0), i.box_key
FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::bytea[],
	$6::bytea[], $8::bigint[], $9::text[]) AS i (token, report, source, id,
	person, sealed, at, box_key)
ON CONFLICT (token) DO NOTHING;
