-- Acknowledged before it is on disk: synchronous_commit=off in every append.
\ir lib.sql
ALTER SYSTEM SET wal_writer_delay = '10s';
ALTER SYSTEM SET wal_writer_flush_after = '1GB';
SELECT pg_reload_conf();
SELECT pg_temp.spoil('journal.append', 'PERFORM pg_advisory_xact_lock(7255, 1);',
	'PERFORM set_config(''synchronous_commit'', ''off'', true);
	PERFORM pg_advisory_xact_lock(7255, 1);');
