-- Calls since $1 that ended by a loss, or whose end nobody saw, newest first: $2 at most.
-- Who was given to the fallback ends there unseen, and counts if its Asterisk died within 2 hours.
WITH seen AS (
    SELECT
        call_id,
        min((body ->> 'arrived_at')::timestamptz) FILTER (WHERE kind = 'call_started') AS arrived_at,
        max(at) AS last_at,
        bool_or(kind = 'call_finished') AS finished,
        bool_or(kind = 'call_finished' AND body ->> 'by' = 'lost') AS lost,
        bool_or(kind = 'answered') AS answered,
        (array_agg(kind ORDER BY epoch DESC, seq DESC) FILTER (
            WHERE kind IN ('handed_to_fallback', 'adopted', 'queued', 'call_started')
        ))[1] AS last_turn,
        (array_agg(body ->> 'queue' ORDER BY epoch DESC, seq DESC) FILTER (
            WHERE kind = 'queued'
        ))[1] AS queue,
        (array_agg(body ->> 'agent' ORDER BY epoch DESC, seq DESC) FILTER (
            WHERE kind = 'answered'
        ))[1] AS agent
    FROM call_records
    WHERE at >= $1 AND call_id NOT IN (SELECT call_id FROM test_calls)
    GROUP BY call_id
)
SELECT
    seen.call_id,
    seen.arrived_at,
    seen.last_at,
    seen.lost,
    seen.queue,
    seen.agent,
    seen.answered,
    again.at AS called_again_at,
    coalesce(tries.count, 0) AS tries,
    coalesce(tries.reached, FALSE) AS reached,
    coalesce(
        identity.expires_at > now() AND identity.number_encrypted IS NOT NULL, FALSE
    ) AS number_kept
FROM seen
LEFT JOIN call_identity AS identity USING (call_id)
LEFT JOIN LATERAL (
    SELECT min(later.at) AS at
    FROM call_identity AS other
    JOIN call_records AS later ON later.call_id = other.call_id AND later.kind = 'call_started'
    WHERE other.caller_key = identity.caller_key AND later.at > seen.last_at
) AS again ON TRUE
LEFT JOIN (
    SELECT call_id, count(*) AS count, bool_or(reached) AS reached
    FROM callback_tries
    GROUP BY call_id
) AS tries USING (call_id)
WHERE seen.arrived_at IS NOT NULL
    AND (
        seen.lost
        OR (
            NOT seen.finished
            AND (
                seen.last_turn <> 'handed_to_fallback'
                OR EXISTS (
                    SELECT FROM house_records AS house
                    WHERE house.kind = 'node_connected'
                        AND house.body ->> 'restarted' = 'true'
                        AND house.body ->> 'node' = split_part(seen.call_id, '-', 1)
                        AND house.at BETWEEN seen.last_at AND seen.last_at + interval '2 hours'
                )
            )
        )
    )
ORDER BY seen.last_at DESC, seen.call_id
LIMIT $2;
