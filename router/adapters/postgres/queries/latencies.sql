-- How long things took from $1 to $2, in seconds: the caller's to a voice, and the parts of it.
WITH callers AS (
    SELECT call_id, at, kind, body FROM call_records
    WHERE at >= $1 AND at < $2 AND call_id NOT IN (SELECT call_id FROM test_calls)
),
figures AS (
    SELECT 'to_voice' AS measure, (body ->> 'to_voice')::float8 AS seconds
    FROM callers WHERE kind = 'answered'
    UNION ALL
    SELECT 'waited', (body ->> 'waited')::float8
    FROM callers WHERE kind = 'answered'
    UNION ALL
    SELECT 'abandoned_after', (body ->> 'waited')::float8
    FROM callers WHERE kind = 'abandoned'
    UNION ALL
    SELECT 'offer_to_ringing', extract(epoch FROM rang.at - made.at)::float8
    FROM callers AS made
    JOIN call_records AS rang ON rang.call_id = made.call_id
        AND rang.kind = 'offer_rang' AND rang.body ->> 'offer' = made.body ->> 'offer'
    WHERE made.kind = 'offer_made'
    UNION ALL
    SELECT 'offer_to_voice', (body ->> 'after')::float8
    FROM callers WHERE kind = 'offer_ended' AND body ->> 'outcome' = 'accepted'
    UNION ALL
    SELECT 'talked', (body ->> 'talked')::float8
    FROM callers WHERE kind IN ('ended', 'agent_lost')
)
SELECT
    measure,
    count(*) AS count,
    avg(seconds) AS mean,
    percentile_cont(0.5) WITHIN GROUP (ORDER BY seconds) AS p50,
    percentile_cont(0.9) WITHIN GROUP (ORDER BY seconds) AS p90,
    percentile_cont(0.99) WITHIN GROUP (ORDER BY seconds) AS p99,
    max(seconds) AS max
FROM figures
GROUP BY measure
ORDER BY measure;
