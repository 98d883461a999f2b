-- Note that a migration was applied, and what it said.
INSERT INTO applied_migrations (name, sha256) VALUES ($1, $2);
