-- Who is kept apart from which caller, by the caller's key.
SELECT DISTINCT call_identity.caller_key, never_pairs.agent
FROM never_pairs
JOIN call_identity USING (call_id)
LEFT JOIN never_pairs_lifted AS lifted USING (pair_id)
WHERE lifted.pair_id IS NULL AND call_identity.caller_key IS NOT NULL
ORDER BY call_identity.caller_key, never_pairs.agent;
