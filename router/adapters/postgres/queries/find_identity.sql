-- The sealed number of one call, while its time is not over.
SELECT number_encrypted FROM call_identity WHERE call_id = $1 AND expires_at > now();
