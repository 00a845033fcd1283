-- A commit takes a tenth of a second, as on a slow disk: the moment that the
-- defect opens is long enough to be hit.
ALTER SYSTEM SET commit_delay = 100000;
ALTER SYSTEM SET commit_siblings = 0;
SELECT pg_reload_conf();
