-- Callbacks: the number to call, what came of each try, and who looked a number up.

-- A caller who hides their number may leave one to be called at; no key is made of it.
ALTER TABLE call_identity
    ALTER COLUMN caller_key DROP NOT NULL,
    ADD COLUMN callback_encrypted bytea;

COMMENT ON COLUMN call_identity.callback_encrypted IS
    'Where the caller wants to be called, if elsewhere: sealed and deleted as number_encrypted is.';

DROP INDEX call_identity_to_expire;
CREATE INDEX call_identity_to_expire ON call_identity (expires_at)
    WHERE number_encrypted IS NOT NULL OR callback_encrypted IS NOT NULL;

CREATE TABLE callback_tries (
    call_id text        NOT NULL,
    at      timestamptz NOT NULL DEFAULT now(),
    reached boolean     NOT NULL,
    PRIMARY KEY (call_id, at)
);

COMMENT ON TABLE callback_tries IS
    'One line per try: after the second, or once the caller was reached, the callback is closed.';

CREATE TABLE number_reveals (
    call_id text        NOT NULL,
    at      timestamptz NOT NULL DEFAULT now(),
    by_whom text        NOT NULL,
    reason  text        NOT NULL,
    PRIMARY KEY (call_id, at)
);

COMMENT ON TABLE number_reveals IS
    'Who was shown a number, when and why. Written before it is shown, and never changed.';

CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON callback_tries
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON number_reveals
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
