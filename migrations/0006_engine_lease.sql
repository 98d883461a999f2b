-- Which of several engines is the active one, and who stands by.

-- `token` is the epoch of the active engine and only grows: what is older has to stand down.
CREATE TABLE engine_lease (
    house   text        PRIMARY KEY,
    token   bigint      NOT NULL,
    holder  text        NOT NULL,
    until   timestamptz NOT NULL,
    heir    text        NOT NULL DEFAULT ''
);

COMMENT ON COLUMN engine_lease.until IS
    'Renewed each second while the engine beats in Asterisk; -infinity: it was handed over.';
COMMENT ON COLUMN engine_lease.heir IS
    'For whom it was let go, if that was said.';

CREATE TABLE engine_standbys (
    house   text        NOT NULL,
    name    text        NOT NULL,
    seen_at timestamptz NOT NULL,
    PRIMARY KEY (house, name)
);
