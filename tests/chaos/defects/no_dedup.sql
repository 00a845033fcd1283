-- The same event again is another event.
\ir lib.sql
ALTER TABLE journal.event_key DROP CONSTRAINT event_key_pkey;
SELECT pg_temp.spoil('journal.append', 'ON CONFLICT DO NOTHING;', ';');
