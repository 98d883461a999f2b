-- The sealed number that one call is to be called back at, while its time is not over.
SELECT coalesce(callback_encrypted, number_encrypted) FROM call_identity
WHERE call_id = $1 AND expires_at > now();
