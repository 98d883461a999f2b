-- Agents and callers who are kept apart. A caller is named by a call of theirs, never by a number.

CREATE TABLE never_pairs (
    pair_id bigint      GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    agent   text        NOT NULL,
    call_id text        NOT NULL,
    at      timestamptz NOT NULL DEFAULT now(),
    by_whom text        NOT NULL,
    reason  text        NOT NULL
);

COMMENT ON TABLE never_pairs IS
    'Who is kept apart from the caller of a call, at whose word, when and why. Never changed.';

CREATE TABLE never_pairs_lifted (
    pair_id bigint      PRIMARY KEY REFERENCES never_pairs,
    at      timestamptz NOT NULL DEFAULT now(),
    by_whom text        NOT NULL,
    reason  text        NOT NULL
);

COMMENT ON TABLE never_pairs_lifted IS
    'Who may meet again, at whose word, when and why. Never changed.';

CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON never_pairs
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON never_pairs_lifted
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
