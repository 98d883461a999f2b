-- Keep sealed numbers to call back at, for what is left of their time; the latest of a call holds.
INSERT INTO call_identity (call_id, callback_encrypted, expires_at)
SELECT call_id, callback_encrypted, now() + expires_in
FROM unnest($1::text[], $2::bytea[], $3::interval[])
    AS sealed (call_id, callback_encrypted, expires_in)
ON CONFLICT (call_id) DO UPDATE SET callback_encrypted = excluded.callback_encrypted;
