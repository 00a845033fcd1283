-- A limit in five is taken for warned and fired before it has run out.
CREATE FUNCTION run.forget() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
	IF hashtext(NEW.thing || NEW.name) % 5 = 0 THEN
		NEW.wake_at := NULL;
	END IF;
	RETURN NEW;
END $$;
CREATE TRIGGER forget BEFORE INSERT ON run.deadline
	FOR EACH ROW EXECUTE FUNCTION run.forget();
