-- Somebody who owns the tables changes a byte of what is written.
ALTER TABLE journal.event DISABLE TRIGGER append_only;
DO $$
DECLARE
	part text;
BEGIN
	FOR part IN SELECT inhrelid::regclass FROM pg_inherits
			WHERE inhparent = 'journal.event'::regclass LOOP
		EXECUTE format('ALTER TABLE %s DISABLE TRIGGER append_only', part);
	END LOOP;
END $$;
CREATE FUNCTION journal.meddle() RETURNS trigger LANGUAGE plpgsql
SECURITY DEFINER AS $$
BEGIN
	UPDATE journal.event SET envelope = set_byte(envelope,
		octet_length(envelope) - 1, 90) WHERE seq = NEW.last_seq - 40
		AND type = 'task.sign' AND seq % 50 = 0;
	RETURN NEW;
END $$;
CREATE TRIGGER meddle AFTER INSERT ON journal.link
	FOR EACH ROW EXECUTE FUNCTION journal.meddle();
