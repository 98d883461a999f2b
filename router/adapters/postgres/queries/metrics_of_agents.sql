-- What agents did from $1 to before $2, after the state that each was in, in the order of time.
SELECT call_id, epoch, seq, at, kind, body
FROM (
    SELECT DISTINCT ON (body ->> 'agent') NULL AS call_id, epoch, seq, at, kind, body
    FROM house_records
    WHERE kind = 'agent_state_changed' AND at < $1
    ORDER BY body ->> 'agent', at DESC, epoch DESC, seq DESC
) AS before
UNION ALL
SELECT NULL, epoch, seq, at, kind, body
FROM house_records
WHERE kind = 'agent_state_changed' AND at >= $1 AND at < $2
UNION ALL
-- A conversation that began long before goes on.
SELECT call_id, epoch, seq, at, kind, body
FROM call_records
WHERE kind IN ('answered', 'agent_lost', 'ended', 'wrap_up_ended')
    AND at >= $1::timestamptz - interval '12 hours' AND at < $2
    AND call_id NOT IN (SELECT call_id FROM test_calls)
ORDER BY at, epoch, seq;
