-- The vault: who reports, and nobody else's business.  Nothing in here is
-- ever in an event; a token stands for it outside.
CREATE SCHEMA vault;

-- The sealed part of a publish as it came: a libsodium sealed box for
-- intake's key.  The bus puts it in with the event and cannot read it.
CREATE TABLE vault.sealed (
	source text NOT NULL,
	id     text NOT NULL,
	digest bytea NOT NULL,          -- SHA-256 of box
	box    bytea NOT NULL,
	at     timestamptz NOT NULL DEFAULT run.now(),
	PRIMARY KEY (source, id)
);

-- Intake's copy of what was in the box: XChaCha20-Poly1305 over a msgpack
-- map, nonce first, the token as associated data.
CREATE TABLE vault.identity (
	token       text PRIMARY KEY,
	report      text NOT NULL,      -- its number
	source      text NOT NULL,      -- where the box lies
	id          text NOT NULL,
	person      bytea,              -- keyed hash of the phone: the same caller
	sealed      bytea,              -- NULL once it was shredded
	key_id      text NOT NULL,      -- which key opens it
	created_at  timestamptz NOT NULL,
	shredded_at timestamptz,
	CHECK ((shredded_at IS NULL) = (sealed IS NOT NULL))
);
CREATE INDEX identity_report ON vault.identity (report);
CREATE INDEX identity_person ON vault.identity (person) WHERE person IS NOT NULL;

-- Who looked at whom, and why.  Written before anything is shown.
CREATE TABLE vault.reveal_log (
	token  text NOT NULL REFERENCES vault.identity,
	at     timestamptz NOT NULL DEFAULT run.now(),
	who    text NOT NULL CHECK (who <> ''),
	reason text NOT NULL CHECK (reason <> '')
);
CREATE INDEX reveal_log_token ON vault.reveal_log (token, at);
CREATE INDEX reveal_log_who ON vault.reveal_log (who, at);

CREATE FUNCTION vault.refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
	RAISE EXCEPTION 'the log of who looked is append only: % on %', TG_OP, TG_TABLE_NAME;
END $$;
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON vault.reveal_log
	FOR EACH ROW EXECUTE FUNCTION vault.refuse();
CREATE TRIGGER no_truncate BEFORE TRUNCATE ON vault.reveal_log
	FOR EACH STATEMENT EXECUTE FUNCTION vault.refuse();

-- Erases the person behind a token: the copy and the box.  The row stays, so
-- that the log of who looked still says what they looked at.
CREATE FUNCTION vault.shred(which text) RETURNS boolean LANGUAGE sql AS $$
	WITH gone AS (
		UPDATE vault.identity
		SET sealed = NULL, person = NULL, shredded_at = run.now()
		WHERE token = which AND shredded_at IS NULL
		RETURNING source, id
	), box AS (
		DELETE FROM vault.sealed s USING gone g
		WHERE s.source = g.source AND s.id = g.id
	)
	SELECT EXISTS (SELECT FROM gone)
$$;
