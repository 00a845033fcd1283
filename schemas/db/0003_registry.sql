-- The registry: the county as its packs describe it.
--
-- One table a row of schemas/pack/*.def, columns named as its fields, and
-- three more: from which day the row holds, until which day (half open,
-- NULL: still), and the pack that brought it ("tonglu 2026.1").  A row is
-- never changed but for its end.  `huying pack load` is the only writer.

CREATE SCHEMA registry;

CREATE TABLE registry.pack (
	name text NOT NULL CHECK (name ~ '^[0-9a-z_]+$'),
	version text NOT NULL CHECK (version ~ '^[0-9a-z._-]+$'),
	county text NOT NULL,
	title_zh text NOT NULL,
	title_en text NOT NULL,
	valid_from date NOT NULL,
	loaded_at timestamptz NOT NULL DEFAULT now(),
	digest text NOT NULL,           -- SHA-256 over all rows, hex
	n_rows jsonb NOT NULL,          -- {"unit": 764, ...}
	PRIMARY KEY (name, version)
);

CREATE TABLE registry.division (
	code text NOT NULL,
	name_zh text NOT NULL,
	name_en text NOT NULL,
	kind text NOT NULL,
	parent text,
	successors text[],
	valid_from date NOT NULL,
	valid_to date CHECK (valid_to > valid_from),
	pack text NOT NULL,
	PRIMARY KEY (code, valid_from)
);
CREATE UNIQUE INDEX ON registry.division (code) WHERE valid_to IS NULL;

CREATE TABLE registry.grid (
	code text NOT NULL,
	name_zh text NOT NULL,
	division text NOT NULL,
	households bigint NOT NULL,
	kind text NOT NULL,
	valid_from date NOT NULL,
	valid_to date CHECK (valid_to > valid_from),
	pack text NOT NULL,
	PRIMARY KEY (code, valid_from)
);
CREATE UNIQUE INDEX ON registry.grid (code) WHERE valid_to IS NULL;

CREATE TABLE registry.unit (
	code text NOT NULL,
	name_zh text NOT NULL,
	name_en text NOT NULL,
	kind text NOT NULL,
	parent text,
	division text NOT NULL,
	module text,
	duty24h boolean NOT NULL,
	valid_from date NOT NULL,
	valid_to date CHECK (valid_to > valid_from),
	pack text NOT NULL,
	PRIMARY KEY (code, valid_from)
);
CREATE UNIQUE INDEX ON registry.unit (code) WHERE valid_to IS NULL;

CREATE TABLE registry.coverage (
	team_unit text NOT NULL,
	division text NOT NULL,
	mode text NOT NULL,
	valid_from date NOT NULL,
	valid_to date CHECK (valid_to > valid_from),
	pack text NOT NULL,
	PRIMARY KEY (team_unit, division, valid_from)
);
CREATE UNIQUE INDEX ON registry.coverage (team_unit, division)
	WHERE valid_to IS NULL;

CREATE TABLE registry.officer (
	id text NOT NULL,
	display_name text NOT NULL,
	unit text NOT NULL,
	role text NOT NULL,
	certificate_no text,
	certificate_valid_from timestamptz,
	certificate_valid_to timestamptz,
	grid text,
	engagement text,
	home text,
	locked boolean,
	origin text,
	qualified boolean,
	note text,
	valid_from date NOT NULL,
	valid_to date CHECK (valid_to > valid_from),
	pack text NOT NULL,
	PRIMARY KEY (id, valid_from)
);
CREATE UNIQUE INDEX ON registry.officer (id) WHERE valid_to IS NULL;

CREATE TABLE registry.roster (
	unit text NOT NULL,
	role text NOT NULL,
	date_rule text NOT NULL,
	shift text NOT NULL,
	officer text NOT NULL,
	valid_from date NOT NULL,
	valid_to date CHECK (valid_to > valid_from),
	pack text NOT NULL,
	PRIMARY KEY (unit, role, date_rule, shift, officer, valid_from)
);
CREATE UNIQUE INDEX ON registry.roster (unit, role, date_rule, shift, officer)
	WHERE valid_to IS NULL;

CREATE TABLE registry.matter (
	code text NOT NULL,
	title_zh text NOT NULL,
	title_en text NOT NULL,
	module text NOT NULL,
	kind text NOT NULL,
	class_zh text NOT NULL,
	class_en text NOT NULL,
	default_tier text NOT NULL,
	main_unit text NOT NULL,
	assist_units text[],
	list text NOT NULL,
	call_class text NOT NULL,
	limit_sign text NOT NULL,
	limit_contact text,
	limit_onsite text,
	limit_finish text NOT NULL,
	filing_condition_zh text NOT NULL,
	closing_condition_zh text NOT NULL,
	words_zh text[],
	power_domain text,
	verification text NOT NULL,
	confidence text NOT NULL,
	source_note text,
	valid_from date NOT NULL,
	valid_to date CHECK (valid_to > valid_from),
	pack text NOT NULL,
	PRIMARY KEY (code, valid_from)
);
CREATE UNIQUE INDEX ON registry.matter (code) WHERE valid_to IS NULL;

CREATE TABLE registry.bundle (
	code text NOT NULL,
	title_zh text NOT NULL,
	title_en text NOT NULL,
	module text NOT NULL,
	lead_unit text NOT NULL,
	trigger_zh text NOT NULL,
	total_limit text NOT NULL,
	matters text[] NOT NULL,
	confidence text NOT NULL,
	source_note text,
	valid_from date NOT NULL,
	valid_to date CHECK (valid_to > valid_from),
	pack text NOT NULL,
	PRIMARY KEY (code, valid_from)
);
CREATE UNIQUE INDEX ON registry.bundle (code) WHERE valid_to IS NULL;

CREATE TABLE registry.bundle_step (
	code text NOT NULL,
	bundle text NOT NULL,
	title_zh text NOT NULL,
	title_en text NOT NULL,
	owner_unit text NOT NULL,
	depends_on text[],
	limit_finish text NOT NULL,
	documents_zh text,
	level text NOT NULL,
	confidence text NOT NULL,
	counts_in_total boolean NOT NULL,
	valid_from date NOT NULL,
	valid_to date CHECK (valid_to > valid_from),
	pack text NOT NULL,
	PRIMARY KEY (code, valid_from)
);
CREATE UNIQUE INDEX ON registry.bundle_step (code) WHERE valid_to IS NULL;

CREATE TABLE registry.power_item (
	code text NOT NULL,
	domain_zh text NOT NULL,
	domain_en text NOT NULL,
	title_zh text NOT NULL,
	title_en text NOT NULL,
	law_zh text NOT NULL,
	law_version text NOT NULL,
	article text NOT NULL,
	conduct_zh text NOT NULL,
	penalties text[] NOT NULL,
	fine_min_fen bigint,
	fine_max_fen bigint,
	fine_formula text,
	party text NOT NULL,
	fine_max_org_fen bigint,
	heavy boolean NOT NULL,
	coercive boolean NOT NULL,
	scene_evident boolean NOT NULL,
	verified boolean NOT NULL,
	note text,
	valid_from date NOT NULL,
	valid_to date CHECK (valid_to > valid_from),
	pack text NOT NULL,
	PRIMARY KEY (code, valid_from)
);
CREATE UNIQUE INDEX ON registry.power_item (code) WHERE valid_to IS NULL;

CREATE TABLE registry.power_list (
	list text NOT NULL,
	item text NOT NULL,
	state text NOT NULL,
	form text NOT NULL,
	document text NOT NULL,
	effective_from timestamptz NOT NULL,
	effective_to timestamptz,
	valid_from date NOT NULL,
	valid_to date CHECK (valid_to > valid_from),
	pack text NOT NULL,
	PRIMARY KEY (list, item, effective_from, valid_from)
);
CREATE UNIQUE INDEX ON registry.power_list (list, item, effective_from)
	WHERE valid_to IS NULL;

CREATE TABLE registry."limit" (
	key text NOT NULL,
	clock text NOT NULL,
	amount text NOT NULL,
	applies_to text NOT NULL,
	confidence text NOT NULL,
	source text NOT NULL,
	valid_from date NOT NULL,
	valid_to date CHECK (valid_to > valid_from),
	pack text NOT NULL,
	PRIMARY KEY (key, valid_from)
);
CREATE UNIQUE INDEX ON registry."limit" (key) WHERE valid_to IS NULL;

CREATE TABLE registry.calendar_day (
	date timestamptz NOT NULL,
	kind text NOT NULL,
	name_zh text NOT NULL,
	source text NOT NULL,
	valid_from date NOT NULL,
	valid_to date CHECK (valid_to > valid_from),
	pack text NOT NULL,
	PRIMARY KEY (date, valid_from)
);
CREATE UNIQUE INDEX ON registry.calendar_day (date) WHERE valid_to IS NULL;

CREATE TABLE registry.score_scheme (
	code text NOT NULL,
	title_zh text NOT NULL,
	response bigint NOT NULL,
	resolution bigint NOT NULL,
	satisfaction bigint NOT NULL,
	basic_permille bigint NOT NULL,
	period_start_day bigint NOT NULL,
	without_callbacks text NOT NULL,
	confidence text NOT NULL,
	source text NOT NULL,
	valid_from date NOT NULL,
	valid_to date CHECK (valid_to > valid_from),
	pack text NOT NULL,
	PRIMARY KEY (code, valid_from)
);
CREATE UNIQUE INDEX ON registry.score_scheme (code) WHERE valid_to IS NULL;

CREATE TABLE registry.surname (
	surname text NOT NULL,
	valid_from date NOT NULL,
	valid_to date CHECK (valid_to > valid_from),
	pack text NOT NULL,
	PRIMARY KEY (surname, valid_from)
);
CREATE UNIQUE INDEX ON registry.surname (surname) WHERE valid_to IS NULL;

CREATE TABLE registry.scrub_word (
	kind text NOT NULL,
	word text NOT NULL,
	next text[],
	valid_from date NOT NULL,
	valid_to date CHECK (valid_to > valid_from),
	pack text NOT NULL,
	PRIMARY KEY (kind, word, valid_from)
);
CREATE UNIQUE INDEX ON registry.scrub_word (kind, word)
	WHERE valid_to IS NULL;

-- May this pack be loaded, and has it been?  'new', 'loaded' (the same
-- content: nothing to do), 'other' (the version is taken by other content),
-- 'early' (a version of the same pack holds from the same day or later).
CREATE FUNCTION registry.pack_state(pack_name text, pack_version text,
    from_day date, content text) RETURNS text
LANGUAGE sql STABLE AS $$
	SELECT CASE
	WHEN EXISTS (SELECT FROM registry.pack p
	    WHERE p.name = pack_name AND p.version = pack_version
	      AND p.digest = content) THEN 'loaded'
	WHEN EXISTS (SELECT FROM registry.pack p
	    WHERE p.name = pack_name AND p.version = pack_version) THEN 'other'
	WHEN EXISTS (SELECT FROM registry.pack p
	    WHERE p.name = pack_name AND p.valid_from >= from_day) THEN 'early'
	ELSE 'new' END
$$;

-- Takes all rows of one table out of a pack.  Rows of the pack's earlier
-- versions that are changed or gone end on FROM_DAY; changed and new ones
-- begin on it; equal ones stay as they are.
CREATE FUNCTION registry.take(tbl text, body json, pack text, from_day date,
    OUT added bigint, OUT closed bigint, OUT unchanged bigint)
LANGUAGE plpgsql AS $$
DECLARE
	dating CONSTANT text[] := '{valid_from,valid_to,pack}';
	pack_name CONSTANT text := split_part(pack, ' ', 1);
BEGIN
	EXECUTE format($q$
		WITH new AS MATERIALIZED (
			SELECT to_jsonb(n) - $3 AS content
			  FROM json_populate_recordset(
			      NULL::registry.%1$I, $1) n)
		UPDATE registry.%1$I o
		   SET valid_to = $2
		 WHERE o.valid_to IS NULL
		   AND split_part(o.pack, ' ', 1) = $4
		   AND NOT EXISTS (SELECT FROM new
		       WHERE new.content = to_jsonb(o) - $3)
		$q$, tbl) USING body, from_day, dating, pack_name;
	GET DIAGNOSTICS closed = ROW_COUNT;
	EXECUTE format($q$
		WITH kept AS MATERIALIZED (
			SELECT to_jsonb(o) - $3 AS content
			  FROM registry.%1$I o
			 WHERE o.valid_to IS NULL
			   AND split_part(o.pack, ' ', 1) = $4)
		INSERT INTO registry.%1$I
		SELECT r.*
		  FROM json_populate_recordset(NULL::registry.%1$I, $1) n,
		       jsonb_populate_record(n, jsonb_build_object(
			   'valid_from', $2, 'pack', $5)) r
		 WHERE NOT EXISTS (SELECT FROM kept
		     WHERE kept.content = to_jsonb(n) - $3)
		$q$, tbl) USING body, from_day, dating, pack_name, pack;
	GET DIAGNOSTICS added = ROW_COUNT;
	unchanged := json_array_length(body) - added;
END
$$;

-- The characters of a text two by two: letters and Chinese characters only,
-- lower-cased; nothing pairs across anything else.
CREATE FUNCTION registry.grams(text) RETURNS SETOF text
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE ROWS 100 AS $$
	SELECT c || next
	  FROM (SELECT c, lead(c) OVER (ORDER BY i) AS next
		  FROM unnest(string_to_array(regexp_replace(lower($1),
		      '[^a-z\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff]+',
		      ' ', 'g'), NULL)) WITH ORDINALITY AS u (c, i)) pairs
	 WHERE c <> ' ' AND next <> ' '
$$;

-- What tells one matter from another: its grams, weighted by the column
-- they stand in and by how few matters share them.  Long descriptions count
-- less, but not by their full length; no matter's weights are longer (root
-- of their squares) than 1.
CREATE TABLE registry.matter_gram (
	gram text NOT NULL,
	matter text NOT NULL,
	weight double precision NOT NULL,
	PRIMARY KEY (gram, matter) INCLUDE (weight)
);

-- Made anew from the rows in force, which the load calls for.
CREATE FUNCTION registry.index_matters() RETURNS void
LANGUAGE sql AS $$
	DELETE FROM registry.matter_gram;
	WITH piece (matter, gram, weight) AS (
		SELECT m.code, g, max(p.weight)
		  FROM registry.matter m,
		       LATERAL (VALUES
			   (m.title_zh, 3.0), (m.class_zh, 1.0),
			   (m.filing_condition_zh, 1.0),
			   (array_to_string(m.words_zh, ' '), 3.0))
			   AS p (body, weight),
		       registry.grams(p.body) g
		 WHERE m.valid_to IS NULL
		 GROUP BY m.code, g, p.body
	), gram AS (
		SELECT matter, gram, sum(weight) AS weight,
		       count(*) OVER (PARTITION BY gram) AS n_matters
		  FROM piece GROUP BY matter, gram
	), weighed AS (
		SELECT matter, gram, weight * ln(1 +
		    (SELECT count(DISTINCT matter) FROM piece)::float8
		    / n_matters) ^ 2 AS weight
		  FROM gram
	), sized AS (
		SELECT matter, gram, weight, sqrt(sqrt(sum(weight * weight)
		    OVER (PARTITION BY matter))) AS size
		  FROM weighed
	)
	INSERT INTO registry.matter_gram (gram, matter, weight)
	SELECT gram, matter, weight / size / max(size) OVER ()
	  FROM sized;
$$;

-- The N matters most like a free text, best first.  SCORE is 0 to 1: the
-- weights of the shared grams over the most that so many grams can reach.
CREATE FUNCTION registry.propose_matters(body text, n int)
RETURNS TABLE (matter text, score double precision)
LANGUAGE sql STABLE STRICT ROWS 5 AS $$
	WITH hit AS MATERIALIZED (
		SELECT m.matter, m.gram, m.weight
		  FROM (SELECT DISTINCT g
			  FROM registry.grams(left(body, 2000)) g) q
		  JOIN registry.matter_gram m ON m.gram = q.g
	)
	SELECT hit.matter, sum(hit.weight)
	    / sqrt((SELECT count(DISTINCT gram) FROM hit)) AS score
	  FROM hit
	 GROUP BY hit.matter
	 ORDER BY score DESC, hit.matter
	 LIMIT n
$$;
