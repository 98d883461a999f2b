-- The list of the migrations applied, with what they said when they were.
CREATE TABLE IF NOT EXISTS applied_migrations (
    name       text        PRIMARY KEY,
    sha256     text        NOT NULL,
    applied_at timestamptz NOT NULL DEFAULT now()
);
