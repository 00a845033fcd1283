-- Numbers in the order of asking, not of committing: the lock is let go
-- before the commit, so a reader may pass a row that is not there yet.
\ir lib.sql
CREATE SEQUENCE journal.serial;
CREATE FUNCTION journal.numbers(n int) RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE
	head bigint;
BEGIN
	PERFORM pg_advisory_lock(7255, 2);
	IF (SELECT NOT is_called FROM journal.serial) THEN
		PERFORM setval('journal.serial', journal.head());
	END IF;
	head := currval_or(n);
	PERFORM pg_advisory_unlock(7255, 2);
	RETURN head;
END $$;
CREATE FUNCTION journal.currval_or(n int) RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE
	head bigint := (SELECT last_value FROM journal.serial);
BEGIN
	PERFORM setval('journal.serial', head + n);
	RETURN head;
END $$;
ALTER FUNCTION journal.numbers SET search_path = journal, pg_catalog;
SELECT pg_temp.spoil('journal.append', 'PERFORM pg_advisory_xact_lock(7255, 1);',
	'head := journal.numbers(n);');
SELECT pg_temp.spoil('journal.append', 'SELECT e.seq, e.at INTO head, last_at',
	'SELECT e.at INTO last_at');
