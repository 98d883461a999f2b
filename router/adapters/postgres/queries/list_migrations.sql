-- The migrations applied so far.
SELECT name, sha256 FROM applied_migrations ORDER BY name;
