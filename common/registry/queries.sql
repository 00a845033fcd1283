-- Everything ever in force; the registry sorts it by its own byte order.

-- name: snapshot
SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY;

-- Every pack that was ever loaded, and where in the journal that was.
-- name: loads
SELECT name, version, valid_from, coalesce(seq, 0) AS seq
  FROM registry.pack
 ORDER BY name, valid_from;

-- name: division
SELECT * FROM registry.division;

-- name: grid
SELECT * FROM registry.grid;

-- name: unit
SELECT * FROM registry.unit;

-- name: coverage
SELECT * FROM registry.coverage;

-- name: officer
SELECT * FROM registry.officer;

-- name: roster
SELECT * FROM registry.roster;

-- name: matter
SELECT * FROM registry.matter;

-- name: power_item
SELECT * FROM registry.power_item;

-- name: power_list
SELECT * FROM registry.power_list;

-- name: template
SELECT * FROM registry.template;

-- name: bundle_step
SELECT * FROM registry.bundle_step;

-- name: limit
SELECT * FROM registry."limit";

-- name: calendar_day
SELECT * FROM registry.calendar_day;

-- name: score_scheme
SELECT * FROM registry.score_scheme;

-- name: card_trigger
SELECT * FROM registry.card_trigger;

-- name: surname
SELECT * FROM registry.surname;

-- name: scrub_word
SELECT * FROM registry.scrub_word;

-- Facts that count as a pack does, and where: duty admissions that came into
-- force or were taken back, cadres who were given back.
-- name: facts
SELECT seq, envelope FROM registry.fact ORDER BY seq;

-- From here on for whoever stores a pack; one at a time.

-- name: take_lock
SELECT pg_advisory_xact_lock(hashtext('registry.take'));

-- name: pack_state
SELECT registry.pack_state($1::text, $2::text, $3::text::date, $4::text)
    AS state;

-- name: take
SELECT added, closed, unchanged
  FROM registry.take($1::text, $2::json, $3::text, $4::text::date);

-- name: index_matters
SELECT registry.index_matters();

-- name: pack_insert
INSERT INTO registry.pack (name, version, county, title_zh, title_en,
    valid_from, digest, n_rows, boundary)
VALUES ($1, $2, $3, $4, $5, $6::text::date, $7,
    $8::json::jsonb, nullif($9, ''));

-- The fact registry.changed, so that services load anew.
-- name: announce
SELECT registry.announce($1::text, $2::text);

-- name: packs
SELECT name, version, county, title_zh, title_en, valid_from, loaded_at,
    digest, n_rows::text AS n_rows
  FROM registry.pack
 ORDER BY name, valid_from;

-- name: orphans
SELECT code, why FROM registry.orphans($1, $2::text::date, $3) LIMIT 20
