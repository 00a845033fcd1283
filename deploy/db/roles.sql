-- One role a service, with what it needs and no more.  Run after every
-- migration, by the owner of the schema; doing it again changes nothing.
DO $$
DECLARE
	who text;
BEGIN
	FOREACH who IN ARRAY ARRAY['bus', 'intake', 'dispatcher', 'enforcement',
		'mediation', 'scoring'] LOOP
		IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'huying_' || who) THEN
			EXECUTE format('CREATE ROLE %I LOGIN', 'huying_' || who);
		END IF;
		EXECUTE format('GRANT USAGE ON SCHEMA journal, run, registry TO %I', 'huying_' || who);
		EXECUTE format('GRANT SELECT ON ALL TABLES IN SCHEMA journal, registry TO %I', 'huying_' || who);
		EXECUTE format('GRANT SELECT ON run.migration, run.clock, run.lag TO %I', 'huying_' || who);
		EXECUTE format('GRANT SELECT, INSERT, UPDATE, DELETE ON run.instance TO %I', 'huying_' || who);
		EXECUTE format('GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA journal, registry TO %I', 'huying_' || who);
		EXECUTE format('GRANT EXECUTE ON FUNCTION run.now() TO %I', 'huying_' || who);
		IF who = 'bus' THEN
			CONTINUE;
		END IF;
		-- A cursor may be moved, not made; a limit is never deleted.
		EXECUTE format('GRANT SELECT, UPDATE ON run.cursor TO %I', 'huying_' || who);
		EXECUTE format('GRANT SELECT, INSERT, UPDATE ON run.deadline, run.pause TO %I', 'huying_' || who);
		-- Parked events come and go; how they went stays, and what was asked.
		EXECUTE format('GRANT SELECT, INSERT, UPDATE, DELETE ON run.parked TO %I', 'huying_' || who);
		EXECUTE format('GRANT SELECT, UPDATE (done_at, outcome) ON run.parked_request TO %I', 'huying_' || who);
		EXECUTE format('GRANT SELECT, INSERT ON run.parked_log TO %I', 'huying_' || who);
		EXECUTE format('GRANT USAGE ON SCHEMA %I TO %I', who, 'huying_' || who);
		EXECUTE format('GRANT SELECT, INSERT, UPDATE ON ALL TABLES IN SCHEMA %I TO %I', who, 'huying_' || who);
		EXECUTE format('GRANT USAGE ON ALL SEQUENCES IN SCHEMA %I TO %I', who, 'huying_' || who);
		EXECUTE format('GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA %I TO %I', who, 'huying_' || who);
	END LOOP;
END $$;

-- The journal is written through journal.append() alone, which runs as its
-- owner; what it calls is nobody else's to call.
REVOKE EXECUTE ON ALL FUNCTIONS IN SCHEMA journal, run FROM PUBLIC;
REVOKE EXECUTE ON FUNCTION journal.add_range(), journal.begin_epoch(bigint, text), journal.raise_epoch(text), journal.retire(bigint) FROM huying_bus, huying_intake,
	huying_dispatcher, huying_enforcement, huying_mediation, huying_scoring;

-- The bus puts sealed parts away and cannot read them; intake opens them.
GRANT USAGE ON SCHEMA vault TO huying_bus, huying_intake;
GRANT INSERT ON vault.sealed TO huying_bus;
GRANT INSERT, UPDATE ON journal.reader, journal.type_last TO huying_bus;
GRANT SELECT ON vault.sealed TO huying_intake;
GRANT SELECT, INSERT, UPDATE ON ALL TABLES IN SCHEMA vault TO huying_intake;
REVOKE UPDATE, DELETE ON vault.sealed FROM huying_intake;

-- Who may come over TCP: the bus looks, nobody else does.
GRANT USAGE ON SCHEMA access TO huying_bus;
GRANT SELECT ON access.client, access.key, access.grant, access.change TO huying_bus;
