-- What became of each place taken in a queue from $1 to $2, by queue; a lost agent's caller again.
WITH turn AS (
    SELECT
        call_id,
        epoch,
        seq,
        at,
        kind,
        body ->> 'queue' AS queue,
        kind = 'adopted' AND body ->> 'place_from' IS NOT NULL AS keeps_place,
        lag(kind) OVER turns AS before,
        lead(kind) OVER turns AS after
    FROM call_records
    WHERE kind IN (
            'queued', 'adopted', 'answered', 'abandoned', 'timed_out', 'handed_to_fallback',
            'call_finished'
        )
        AND call_id IN (SELECT call_id FROM call_records WHERE at >= $1 AND at < $2)
    WINDOW turns AS (PARTITION BY call_id ORDER BY epoch, seq)
),
story AS (
    -- A life that was killed while the fallback gave a caller back did not write their new place.
    SELECT
        call_id,
        at,
        as_queued.kind,
        queue,
        lag(as_queued.kind) OVER turns AS before,
        lead(as_queued.kind) OVER turns AS after
    FROM turn
    CROSS JOIN LATERAL (
        SELECT CASE turn.kind WHEN 'adopted' THEN 'queued' ELSE turn.kind END AS kind
    ) AS as_queued
    WHERE turn.kind <> 'adopted'
        OR (keeps_place AND before = 'handed_to_fallback' AND after IS DISTINCT FROM 'queued')
    WINDOW turns AS (PARTITION BY call_id ORDER BY epoch, seq)
),
living AS (
    SELECT max(epoch) AS epoch FROM house_records
),
known AS (
    -- Whom a later life of the engine took over is not left behind.
    SELECT call_id, max(epoch) AS epoch FROM call_records
    WHERE call_id IN (SELECT call_id FROM story)
    GROUP BY call_id
)
SELECT
    queue,
    count(*) FILTER (WHERE kind = 'queued') AS queued,
    count(*) FILTER (WHERE kind = 'queued' AND after = 'answered') AS answered,
    count(*) FILTER (WHERE kind = 'queued' AND after = 'abandoned') AS abandoned,
    count(*) FILTER (WHERE kind = 'queued' AND after = 'timed_out') AS timed_out,
    count(*) FILTER (WHERE kind = 'queued' AND after = 'handed_to_fallback') AS handed_to_fallback,
    count(*) FILTER (
        WHERE kind = 'queued' AND after IS NULL AND known.epoch >= coalesce(living.epoch, 0)
    ) AS waiting,
    count(*) FILTER (
        WHERE kind = 'queued' AND after IS NULL AND known.epoch < coalesce(living.epoch, 0)
    ) AS left_behind,
    count(*) FILTER (WHERE kind = 'queued' AND after IN ('queued', 'call_finished')) AS unaccounted,
    count(*) FILTER (
        WHERE kind IN ('answered', 'abandoned', 'timed_out') AND before IS DISTINCT FROM 'queued'
    ) AS stray
FROM story
JOIN known USING (call_id)
CROSS JOIN living
WHERE at >= $1 AND at < $2 AND queue IS NOT NULL
GROUP BY queue
ORDER BY queue;
