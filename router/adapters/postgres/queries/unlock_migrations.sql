-- Let the next one migrate.
SELECT pg_advisory_unlock(hashtextextended('hotline migrations', 0));
