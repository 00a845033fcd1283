-- Prepared as mediation_<name> when the service starts.

-- name: mediation_case_load
SELECT * FROM mediation.casefile
 WHERE casefile = ANY ($1::text[]) OR id = ANY ($1::text[])
 ORDER BY casefile, length(id), id

-- name: mediation_case_save
INSERT INTO mediation.casefile
SELECT * FROM json_populate_recordset(NULL::mediation.casefile, $1::json)
ON CONFLICT (id) DO UPDATE SET (state, matter) = (excluded.state, excluded.matter)

-- name: mediation_load
SELECT * FROM mediation.mediation
 WHERE casefile = ANY ($1::text[]) OR id = ANY ($1::text[])
 ORDER BY casefile, length(id), id

-- name: mediation_save
INSERT INTO mediation.mediation
SELECT * FROM json_populate_recordset(NULL::mediation.mediation, $1::json)
ON CONFLICT (id) DO UPDATE SET
    (state, level, unit, consented, declined, consent_by, began_at,
	level_by, total_by, climbs, why) =
    (excluded.state, excluded.level, excluded.unit, excluded.consented,
	excluded.declined, excluded.consent_by, excluded.began_at,
	excluded.level_by, excluded.total_by, excluded.climbs, excluded.why)

-- name: agreement_load
SELECT * FROM mediation.agreement
 WHERE casefile = ANY ($1::text[]) OR id = ANY ($1::text[])
 ORDER BY casefile, length(id), id

-- name: agreement_save
INSERT INTO mediation.agreement
SELECT * FROM json_populate_recordset(NULL::mediation.agreement, $1::json)
ON CONFLICT (id) DO UPDATE SET
    (state, asked_at, performed_at, late) =
    (excluded.state, excluded.asked_at, excluded.performed_at, excluded.late)
