-- The calls that reached a queue from $1 to before $2: when, how long they waited, talked, wrapped up.
WITH reached AS (
    SELECT DISTINCT ON (call_id) call_id, at AS reached, body ->> 'queue' AS queue
    FROM call_records
    WHERE kind = 'queued' AND at >= $1 AND at < $2
        AND call_id NOT IN (SELECT call_id FROM test_calls)
    ORDER BY call_id, epoch, seq
)
SELECT
    reached.call_id,
    coalesce(
        min((body ->> 'arrived_at')::timestamptz) FILTER (WHERE kind = 'call_started'),
        reached.reached
    ) AS arrived_at,
    reached.queue,
    reached.reached,
    min((body ->> 'waited')::float8) FILTER (WHERE kind = 'abandoned') AS gave_up_after,
    min((body ->> 'waited')::float8) FILTER (WHERE kind = 'answered') AS waited,
    sum((body ->> 'talked')::float8) FILTER (WHERE kind IN ('ended', 'agent_lost')) AS talked,
    sum((body ->> 'lasted')::float8) FILTER (WHERE kind = 'wrap_up_ended') AS wrapped_up
FROM reached
JOIN call_records USING (call_id)
GROUP BY reached.call_id, reached.queue, reached.reached
ORDER BY arrived_at, reached.call_id;
