-- Whom each caller talked to last, not longer ago than $1; the latest $2 of them.
SELECT caller_key, agent, at
FROM (
    SELECT DISTINCT ON (call_identity.caller_key)
        call_identity.caller_key,
        call_records.body ->> 'agent' AS agent,
        call_records.at
    FROM call_records
    JOIN call_identity USING (call_id)
    WHERE
        call_records.kind = 'answered'
        AND call_records.at >= now() - $1::interval
        AND call_identity.caller_key IS NOT NULL
    ORDER BY call_identity.caller_key, call_records.at DESC
) AS met
ORDER BY at DESC
LIMIT $2;
