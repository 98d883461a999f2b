-- The calls that began last, newest first: $1 at most, by queue $2, by agent $3, since $4.
WITH recent AS (
    SELECT call_id, min(at) AS began_at
    FROM call_records
    WHERE kind IN ('call_started', 'handed_to_fallback')
        AND ($4::timestamptz IS NULL OR at >= $4)
        AND ($2::text IS NULL OR call_id IN (
            SELECT call_id FROM call_records
            WHERE kind = 'queued' AND body ? 'queue' AND body ->> 'queue' = $2))
        AND ($3::text IS NULL OR call_id IN (
            SELECT call_id FROM call_records
            WHERE kind = 'offer_made' AND body ? 'agent' AND body ->> 'agent' = $3))
    GROUP BY call_id
    ORDER BY began_at DESC, call_id DESC
    LIMIT $1
)
SELECT
    call_id,
    began_at,
    last_queue.queue,
    last_agent.agent,
    coalesce(turn.kind, CASE WHEN ending.lasted IS NULL THEN 'open' ELSE 'left' END) AS outcome,
    offers.made AS offers,
    first_voice.to_voice,
    ending.lasted
FROM recent
CROSS JOIN LATERAL (
    SELECT count(*) AS made FROM call_records
    WHERE call_id = recent.call_id AND kind = 'offer_made'
) AS offers
LEFT JOIN LATERAL (
    SELECT body ->> 'queue' AS queue FROM call_records
    WHERE call_id = recent.call_id AND kind = 'queued'
    ORDER BY epoch DESC, seq DESC LIMIT 1
) AS last_queue ON TRUE
LEFT JOIN LATERAL (
    SELECT body ->> 'agent' AS agent FROM call_records
    WHERE call_id = recent.call_id AND kind = 'answered'
    ORDER BY epoch DESC, seq DESC LIMIT 1
) AS last_agent ON TRUE
LEFT JOIN LATERAL (
    SELECT (body ->> 'to_voice')::float8 AS to_voice FROM call_records
    WHERE call_id = recent.call_id AND kind = 'answered'
    ORDER BY epoch, seq LIMIT 1
) AS first_voice ON TRUE
LEFT JOIN LATERAL (
    SELECT (body ->> 'lasted')::float8 AS lasted FROM call_records
    WHERE call_id = recent.call_id AND kind = 'call_finished'
    ORDER BY epoch DESC, seq DESC LIMIT 1
) AS ending ON TRUE
LEFT JOIN LATERAL (
    SELECT CASE kind WHEN 'queued' THEN 'waiting' ELSE kind END AS kind FROM call_records
    WHERE call_id = recent.call_id
        AND kind IN ('queued', 'answered', 'abandoned', 'timed_out', 'handed_to_fallback')
    ORDER BY epoch DESC, seq DESC LIMIT 1
) AS turn ON TRUE
ORDER BY began_at DESC, call_id DESC;
