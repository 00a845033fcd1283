-- For defects that change one line of a function of the schema: fails when
-- the line is not there any more, so that no defect is planted in vain.
CREATE FUNCTION pg_temp.spoil(fn text, was text, becomes text) RETURNS void
LANGUAGE plpgsql AS $$
DECLARE
	text constant text := pg_get_functiondef(fn::regproc);
BEGIN
	IF position(was IN text) = 0 THEN
		RAISE EXCEPTION 'no such line in %: %', fn, was;
	END IF;
	EXECUTE replace(text, was, becomes);
END $$;
