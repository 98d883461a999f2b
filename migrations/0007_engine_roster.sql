-- The roster of the active engine, for those that stand by on other machines.

CREATE TABLE engine_roster (
    house   text        PRIMARY KEY,
    token   bigint      NOT NULL,
    folder  text        NOT NULL,
    sealed  bytea       NOT NULL,
    kept_at timestamptz NOT NULL
);

COMMENT ON COLUMN engine_roster.sealed IS
    'roster.json under the key file of the engines: telephones'' passwords and numbers are in it.';
COMMENT ON COLUMN engine_roster.folder IS
    'Whose it is: an engine of the same state folder reads the file itself.';
