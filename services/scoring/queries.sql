-- What score.publish needs to know.

-- name: counts
SELECT * FROM scoring.counts($1, $2, $3)

-- name: revision
SELECT coalesce(max(revision), 0) AS revision
FROM scoring.score WHERE period = $1

-- What warning.look needs to know: demands of [$1, $2) before $3 ...
-- name: volumes
SELECT left(division, 9) AS who, NULL::text AS matter, count(*) AS n,
	0::bigint AS before
FROM scoring.demand
WHERE at >= $1 AND at < $2 AND seq < $3 AND length(division) >= 9
GROUP BY left(division, 9) ORDER BY left(division, 9) COLLATE "C"

-- ... of one matter in one village, at least $4 ...
-- name: clusters
SELECT left(division, 12) AS who, matter, count(*) AS n, 0::bigint AS before
FROM scoring.demand
WHERE at >= $1 AND at < $2 AND seq < $3 AND length(division) >= 12
GROUP BY left(division, 12), matter HAVING count(*) >= $4
ORDER BY left(division, 12) COLLATE "C", matter COLLATE "C"

-- ... cards that went red in a row, of units with one in that time ...
-- name: reds
SELECT t.unit AS who, NULL::text AS matter, count(*) AS n,
	count(*) FILTER (WHERE t.at < $1) AS before
FROM scoring.tally t
WHERE t.what = 'red' AND t.at < $2 AND t.seq < $3
	AND t.seq > coalesce((SELECT max(c.seq) FROM scoring.tally c
		WHERE c.unit = t.unit AND c.what = 'cleared'
			AND c.at < $2 AND c.seq < $3), 0)
GROUP BY t.unit HAVING max(t.at) >= $1 ORDER BY t.unit COLLATE "C"

-- ... grades that callers left out, of those with one in that time ...
-- name: ungraded
SELECT t.unit AS who, NULL::text AS matter, count(*) AS n,
	count(*) FILTER (WHERE t.at < $1) AS before
FROM scoring.tally t
WHERE t.what = 'ungraded' AND t.at < $2 AND t.seq < $3
GROUP BY t.unit HAVING max(t.at) >= $1 ORDER BY t.unit COLLATE "C"

-- ... and what was warned of before: for $1, and clusters since $2.
-- name: warned
SELECT * FROM scoring.alert
WHERE seq < $3 AND (span = $1 OR (kind = 'cluster' AND at >= $2))

-- Whether a pack before $1 has begun the looks by the clock.
-- name: watched
SELECT EXISTS (SELECT FROM scoring.watch WHERE seq < $1) AS watched
