-- One role a service, with what it needs and no more.  Run after every
-- migration, by the owner of the schema; doing it again changes nothing.
-- tests/store/test_store_roles.c tries what each must not do.
BEGIN;
ALTER DEFAULT PRIVILEGES REVOKE EXECUTE ON FUNCTIONS FROM PUBLIC;
DO $$
DECLARE
	who  text;
	role text;
	item record;
BEGIN
	-- What PostgreSQL gives to everybody: a place for objects of their own,
	-- functions as they are made, locks that the journal lives by.
	EXECUTE format('REVOKE ALL ON DATABASE %I FROM PUBLIC', current_database());
	REVOKE ALL ON SCHEMA public FROM PUBLIC;
	FOR item IN SELECT oid::regprocedure AS name FROM pg_proc
		WHERE pronamespace = 'pg_catalog'::regnamespace
			AND (proname LIKE 'pg\_%advisory%' OR proname ~ '^lo_(creat|create|from_bytea|put|import)$')
			AND (proacl IS NULL OR EXISTS (SELECT FROM aclexplode(proacl) WHERE grantee = 0)) LOOP
		EXECUTE format('REVOKE EXECUTE ON FUNCTION %s FROM PUBLIC', item.name);
	END LOOP;
	FOR item IN SELECT nspname AS name FROM pg_namespace
		WHERE nspname !~ '^pg_' AND nspname <> 'information_schema' LOOP
		EXECUTE format('REVOKE EXECUTE ON ALL FUNCTIONS IN SCHEMA %I FROM PUBLIC', item.name);
	END LOOP;

	FOREACH who IN ARRAY ARRAY['bus', 'intake', 'dispatcher', 'enforcement',
		'mediation', 'scoring'] LOOP
		role := 'huying_' || who;
		IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = role) THEN
			EXECUTE format('CREATE ROLE %I LOGIN NOINHERIT CONNECTION LIMIT 50', role);
		END IF;
		-- Every statement of a service has an index to go by, and the few
		-- rows of a table that is still small must not make it forget that.
		EXECUTE format('ALTER ROLE %I SET enable_seqscan = off', role);
		-- Statements are short: to compile them or to call for helpers
		-- takes longer than they do.
		EXECUTE format('ALTER ROLE %I SET jit = off', role);
		EXECUTE format('ALTER ROLE %I SET max_parallel_workers_per_gather = 0', role);
		-- Begin with nothing: an older version may have given more.
		FOR item IN SELECT nspname AS name FROM pg_namespace
			WHERE nspname !~ '^pg_' AND nspname <> 'information_schema' LOOP
			EXECUTE format('REVOKE ALL ON SCHEMA %I FROM %I', item.name, role);
			EXECUTE format('REVOKE ALL ON ALL TABLES IN SCHEMA %I FROM %I', item.name, role);
			EXECUTE format('REVOKE ALL ON ALL SEQUENCES IN SCHEMA %I FROM %I', item.name, role);
			EXECUTE format('REVOKE ALL ON ALL FUNCTIONS IN SCHEMA %I FROM %I', item.name, role);
		END LOOP;
		EXECUTE format('GRANT CONNECT ON DATABASE %I TO %I', current_database(), role);
		EXECUTE format('GRANT USAGE ON SCHEMA journal, run, registry TO %I', role);
		-- The journal is written through append() alone, which runs as its
		-- owner; what that calls is nobody else's to call.
		EXECUTE format('GRANT SELECT ON journal.event, journal.epoch TO %I', role);
		EXECUTE format('GRANT EXECUTE ON FUNCTION journal.append(text[], text[], text[], text[], text[], bytea[], bytea[]), journal.head(), journal.slot_of(text, bigint) TO %I', role);
		EXECUTE format('GRANT SELECT ON ALL TABLES IN SCHEMA registry TO %I', role);
		EXECUTE format('GRANT SELECT ON run.migration, run.lag TO %I', role);
		EXECUTE format('GRANT EXECUTE ON FUNCTION run.now(), run.waiting(text, bigint) TO %I', role);
		EXECUTE format('GRANT SELECT, INSERT, UPDATE, DELETE ON run.instance TO %I', role);
		IF who = 'bus' THEN
			CONTINUE;
		END IF;
		-- A cursor may be moved, not made; a limit is never deleted.
		EXECUTE format('GRANT SELECT, UPDATE ON run.cursor TO %I', role);
		EXECUTE format('GRANT SELECT, INSERT, UPDATE ON run.deadline, run.pause TO %I', role);
		-- Parked events come and go; how they went stays, and what was asked.
		EXECUTE format('GRANT SELECT, INSERT, UPDATE, DELETE ON run.parked TO %I', role);
		EXECUTE format('GRANT SELECT, UPDATE (done_at, outcome) ON run.parked_request TO %I', role);
		EXECUTE format('GRANT SELECT, INSERT ON run.parked_log TO %I', role);
		EXECUTE format('GRANT EXECUTE ON FUNCTION journal.still(bigint) TO %I', role);
		EXECUTE format('GRANT USAGE ON SCHEMA %I TO %I', who, role);
		EXECUTE format('GRANT SELECT, INSERT, UPDATE ON ALL TABLES IN SCHEMA %I TO %I', who, role);
		EXECUTE format('GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA %I TO %I', who, role);
	END LOOP;

	-- Tables that the services share: each sees and touches its own rows.
	FOR item IN SELECT c.oid::regclass AS name, c.relrowsecurity AS done
		FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attname = 'service'
		WHERE c.relnamespace = 'run'::regnamespace AND c.relkind = 'r' LOOP
		IF NOT item.done THEN
			EXECUTE format('ALTER TABLE %s ENABLE ROW LEVEL SECURITY', item.name);
			EXECUTE format('CREATE POLICY own ON %s USING (service = substr(current_user::text, 8))', item.name);
		END IF;
	END LOOP;
END $$;

-- The bus keeps places of readers and last events, puts sealed parts away
-- and cannot read them, and looks up who may come over TCP.
GRANT SELECT ON journal.event_key, journal.range TO huying_bus;
GRANT SELECT, INSERT, UPDATE ON journal.reader, journal.type_last TO huying_bus;
GRANT EXECUTE ON FUNCTION journal.first(), journal.check_line(), run.figures(text) TO huying_bus;
GRANT USAGE ON SCHEMA vault, access TO huying_bus;
GRANT INSERT ON vault.sealed TO huying_bus;
GRANT SELECT ON access.client, access.key, access.grant, access.change TO huying_bus;

-- Intake opens what was sealed, and puts away who it was; what is locked
-- there it need not read again.
GRANT USAGE ON SCHEMA vault TO huying_intake;
GRANT SELECT ON vault.sealed TO huying_intake;
GRANT INSERT, SELECT (token, person) ON vault.identity TO huying_intake;
GRANT EXECUTE ON FUNCTION registry.propose_matters, registry.grams TO huying_intake;

-- Who opens the vault (huying vault): through these functions alone, which
-- write down what they do, and say it in the journal as /vault.
DO $$
DECLARE
	item record;
BEGIN
	IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'huying_vault') THEN
		CREATE ROLE huying_vault LOGIN NOINHERIT CONNECTION LIMIT 10;
	END IF;
	FOR item IN SELECT nspname AS name FROM pg_namespace
		WHERE nspname !~ '^pg_' AND nspname <> 'information_schema' LOOP
		EXECUTE format('REVOKE ALL ON SCHEMA %I FROM huying_vault', item.name);
		EXECUTE format('REVOKE ALL ON ALL TABLES IN SCHEMA %I FROM huying_vault', item.name);
		EXECUTE format('REVOKE ALL ON ALL SEQUENCES IN SCHEMA %I FROM huying_vault', item.name);
		EXECUTE format('REVOKE ALL ON ALL FUNCTIONS IN SCHEMA %I FROM huying_vault', item.name);
	END LOOP;
	EXECUTE format('GRANT CONNECT ON DATABASE %I TO huying_vault', current_database());
END $$;
GRANT USAGE ON SCHEMA vault TO huying_vault;
GRANT EXECUTE ON FUNCTION vault.reveal, vault.looked, vault.keys, vault.add_key, vault.next_locked,
	vault.relock, vault.unnoted, vault.retire, vault.count_over, vault.shred_over TO huying_vault;
COMMIT;
