-- What became of the calls that took a place in a queue from $1 to before $2, each in its order.
SELECT call_id, epoch, seq, at, kind, body
FROM call_records
WHERE kind IN
        ('queued', 'widened', 'offer_ended', 'answered', 'abandoned', 'agent_lost', 'ended',
         'wrap_up_ended')
    AND call_id IN (
        SELECT call_id FROM call_records WHERE kind = 'queued' AND at >= $1 AND at < $2
        EXCEPT SELECT call_id FROM test_calls
    )
ORDER BY call_id, epoch, seq;
