-- Keep callers' sealed numbers for what is left of their time; a repeated write changes nothing.
INSERT INTO call_identity (call_id, number_encrypted, caller_key, expires_at)
SELECT call_id, number_encrypted, caller_key, now() + expires_in
FROM unnest($1::text[], $2::bytea[], $3::text[], $4::interval[])
    AS sealed (call_id, number_encrypted, caller_key, expires_in)
ON CONFLICT DO NOTHING;
