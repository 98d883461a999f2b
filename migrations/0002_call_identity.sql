-- The one place where a caller's number may lie: encrypted, and for a day.

CREATE TABLE call_identity (
    call_id          text        PRIMARY KEY,
    number_encrypted bytea,
    caller_key       text        NOT NULL,
    expires_at       timestamptz NOT NULL
);

COMMENT ON COLUMN call_identity.number_encrypted IS
    'AES-256-GCM under the key file of the engine; NULL once expires_at has passed.';
COMMENT ON COLUMN call_identity.caller_key IS
    'Keyed hash of the number: tells that two calls came from one telephone, not from which.';

CREATE INDEX call_identity_by_caller ON call_identity (caller_key);
CREATE INDEX call_identity_to_expire ON call_identity (expires_at)
    WHERE number_encrypted IS NOT NULL;
