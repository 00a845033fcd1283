-- What the rules ask besides the rows of a casefile.

-- Topics of a month: chosen in [$1, $2) in county $3, before $4, and none that
-- was called off before $4.
-- name: topics
SELECT id FROM dispatcher.campaign
WHERE chosen_at >= $1 AND chosen_at < $2 AND division = $3 AND chosen_seq < $4
	AND (stopped_seq IS NULL OR stopped_seq > $4)
ORDER BY chosen_seq

-- Emergencies of county $1 that were declared, and not over, before $2.
-- name: emergencies
SELECT * FROM dispatcher.campaign
WHERE division = $1 AND alarm IS NOT NULL AND chosen_seq < $2
	AND (stopped_seq IS NULL OR stopped_seq > $2)
ORDER BY chosen_seq

-- What is open and lies, or waits, where version $1 has put somebody else.
-- name: follow
SELECT dispatcher.follow($1, $2, $3, $4)
