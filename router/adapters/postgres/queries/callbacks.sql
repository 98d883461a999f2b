-- Callbacks asked for, who arrived first first: the open ones, or all ($2), $1 at most.
SELECT
    asked.call_id,
    asked.at AS asked_at,
    asked.body ->> 'queue' AS queue,
    (asked.body ->> 'arrived_at')::timestamptz AS arrived_at,
    (asked.body ->> 'other_number')::boolean AS other_number,
    coalesce(tries.count, 0) AS tries,
    coalesce(tries.reached, FALSE) AS reached,
    coalesce(
        identity.expires_at > now()
        AND (identity.number_encrypted IS NOT NULL OR identity.callback_encrypted IS NOT NULL),
        FALSE
    ) AS number_kept
FROM (
    SELECT DISTINCT ON (call_id) call_id, at, body
    FROM call_records
    WHERE kind = 'callback_requested'
    ORDER BY call_id, epoch DESC, seq DESC
) AS asked
LEFT JOIN (
    SELECT call_id, count(*) AS count, bool_or(reached) AS reached
    FROM callback_tries
    GROUP BY call_id
) AS tries USING (call_id)
LEFT JOIN call_identity AS identity USING (call_id)
WHERE $2 OR (coalesce(tries.count, 0) < 2 AND NOT coalesce(tries.reached, FALSE))
ORDER BY arrived_at, call_id
LIMIT $1;
