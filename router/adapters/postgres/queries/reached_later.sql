-- Calls abandoned from $1 on whose number, by its hash, reached a person within $2 after.
WITH abandoned AS (
    SELECT gone.call_id, gone.at, who.caller_key
    FROM call_records AS gone
    JOIN call_identity AS who USING (call_id)
    WHERE gone.kind = 'abandoned' AND gone.at >= $1 AND who.caller_key IS NOT NULL
),
reached AS (
    SELECT call_id, at FROM call_records
    WHERE kind IN ('answered', 'partner_answered') AND at >= $1
    UNION ALL
    SELECT call_id, at FROM callback_tries WHERE reached AND at >= $1
)
SELECT DISTINCT abandoned.call_id
FROM abandoned
JOIN call_identity AS again USING (caller_key)
JOIN reached ON reached.call_id = again.call_id
    AND reached.at >= abandoned.at AND reached.at <= abandoned.at + $2::interval;
