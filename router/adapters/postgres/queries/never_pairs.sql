-- The pairs that are kept apart, the latest first; with $1 also those that may meet again.
SELECT
    never_pairs.pair_id,
    never_pairs.agent,
    never_pairs.call_id,
    never_pairs.at,
    never_pairs.by_whom,
    never_pairs.reason,
    lifted.at AS lifted_at,
    lifted.by_whom AS lifted_by,
    coalesce(call_identity.caller_key IS NOT NULL, FALSE) AS caller_known
FROM never_pairs
LEFT JOIN never_pairs_lifted AS lifted USING (pair_id)
LEFT JOIN call_identity USING (call_id)
WHERE $1 OR lifted.pair_id IS NULL
ORDER BY never_pairs.pair_id DESC;
