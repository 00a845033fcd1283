-- Who may do what over TCP.  A row is closed with a time, never changed or
-- taken away, so that it can be told who could do what on any day.
-- `huying key` is the only writer, the bus the only reader.
CREATE SCHEMA access;

CREATE TABLE access.client (
	name        text PRIMARY KEY    -- given once, for ever
		CHECK (name ~ '^[a-z0-9][a-z0-9_.-]{0,62}$' AND name <> 'local'),
	note        text NOT NULL DEFAULT '' CHECK (octet_length(note) <= 1024),
	rate        int NOT NULL CHECK (rate BETWEEN 1 AND 1000000),  -- publishes a second
	burst       int NOT NULL CHECK (burst BETWEEN 1 AND 1000000), -- and at once
	created_at  timestamptz NOT NULL DEFAULT clock_timestamp(),
	disabled_at timestamptz
);

-- A CURVE key, as Z85.  After a rotation the old one has an end in sight.
CREATE TABLE access.key (
	public_key text COLLATE "C" PRIMARY KEY CHECK (length(public_key) = 40),
	client     text NOT NULL REFERENCES access.client,
	created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
	expires_at timestamptz,
	revoked_at timestamptz
);
CREATE INDEX key_client ON access.key (client);

CREATE TABLE access.grant (
	client     text NOT NULL REFERENCES access.client,
	verb       text NOT NULL CHECK (verb IN ('publish', 'read', 'live', 'source', 'ring')),
	pattern    text NOT NULL CHECK (CASE
		WHEN verb IN ('publish', 'read')
			THEN pattern ~ '^(([a-z0-9_]+\.)*\*|[a-z0-9_]+(\.[a-z0-9_]+)+)(/(\d{6}|\d{9}|\d{12}|\d{15}))?$'
		WHEN verb = 'source' THEN pattern ~ '^/[-A-Za-z0-9_.:/#+|%=>]{0,94}[-A-Za-z0-9_.:#+|%=>]$'
		ELSE pattern = '*' END),
	granted_at timestamptz NOT NULL DEFAULT clock_timestamp(),
	ended_at   timestamptz
);
CREATE UNIQUE INDEX grant_open ON access.grant (client, verb, pattern) WHERE ended_at IS NULL;

-- Public keys of the bus itself; the newest is the one that it has now.
CREATE TABLE access.server (
	public_key text PRIMARY KEY CHECK (length(public_key) = 40),
	created_at timestamptz NOT NULL DEFAULT clock_timestamp()
);

-- Who changed what when; n follows the order of commits.
CREATE TABLE access.change (
	n      bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
	at     timestamptz NOT NULL DEFAULT clock_timestamp(),
	who    text NOT NULL,
	what   text NOT NULL,           -- client.added, key.changed, grant.closed ...
	client text,                    -- NULL: the bus
	detail jsonb NOT NULL           -- the new row; of a changed one {column: [old, new]}
);
CREATE INDEX change_client ON access.change (client, n);

-- Arguments: the column that closes a row, and others that may change.
CREATE FUNCTION access.guard() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
	IF TG_OP = 'UPDATE' AND to_jsonb(OLD) - TG_ARGV = to_jsonb(NEW) - TG_ARGV
		AND to_jsonb(OLD) -> TG_ARGV[0] = 'null' THEN
		RETURN NEW;
	END IF;
	RAISE EXCEPTION 'rows of access.% are closed with a time, nothing else', TG_TABLE_NAME;
END $$;

-- Writes access.change.  The lock makes the order of n that of the commits.
CREATE FUNCTION access.note() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
	fresh jsonb := to_jsonb(NEW);
	was   jsonb := CASE WHEN TG_OP = 'UPDATE' THEN to_jsonb(OLD) END;
BEGIN
	PERFORM pg_advisory_xact_lock(7255, 3);
	INSERT INTO access.change (who, what, client, detail) VALUES (
		coalesce(nullif(current_setting('huying.who', true), ''), session_user),
		TG_TABLE_NAME || CASE WHEN was IS NULL THEN '.added'
			WHEN fresh -> TG_ARGV[0] <> 'null' THEN '.closed'
			ELSE '.changed' END,
		coalesce(fresh ->> 'client', fresh ->> 'name'),
		CASE WHEN was IS NULL THEN fresh ELSE
			(SELECT jsonb_object_agg(f.key, jsonb_build_array(was -> f.key, f.value))
			FROM jsonb_each(fresh) f WHERE f.value <> was -> f.key) END);
	RETURN NULL;
END $$;

DO $$
DECLARE
	t record;
BEGIN
	FOR t IN SELECT * FROM (VALUES
		('client', ARRAY['disabled_at', 'note', 'rate', 'burst']),
		('key', ARRAY['revoked_at', 'expires_at']),
		('grant', ARRAY['ended_at']),
		('server', ARRAY['none']),
		('change', ARRAY['none'])) v (name, columns) LOOP
		EXECUTE format('CREATE TRIGGER guard BEFORE UPDATE OR DELETE ON access.%I
			FOR EACH ROW EXECUTE FUNCTION access.guard(%s)', t.name,
			(SELECT string_agg(quote_literal(c), ', ') FROM unnest(t.columns) c));
		EXECUTE format('CREATE TRIGGER no_truncate BEFORE TRUNCATE ON access.%I
			FOR EACH STATEMENT EXECUTE FUNCTION access.guard(''none'')', t.name);
		IF t.name <> 'change' THEN
			EXECUTE format('CREATE TRIGGER note AFTER INSERT OR UPDATE ON access.%I
				FOR EACH ROW EXECUTE FUNCTION access.note(%L)', t.name, t.columns[1]);
		END IF;
	END LOOP;
END $$;

-- What every client could do at a moment.
CREATE FUNCTION access.at(moment timestamptz)
RETURNS TABLE (client text, public_key text, verb text, pattern text)
LANGUAGE sql STABLE AS $$
	SELECT c.name, k.public_key, g.verb, g.pattern
	FROM access.client c
	JOIN access.key k ON k.client = c.name
	JOIN access.grant g ON g.client = c.name
	WHERE c.created_at <= moment AND (c.disabled_at > moment) IS NOT FALSE
		AND k.created_at <= moment AND (least(k.expires_at, k.revoked_at) > moment) IS NOT FALSE
		AND g.granted_at <= moment AND (g.ended_at > moment) IS NOT FALSE
$$;
