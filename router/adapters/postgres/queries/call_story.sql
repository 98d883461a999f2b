-- All that happened to one call, in order.
SELECT call_id, epoch, seq, at, kind, body
FROM call_records
WHERE call_id = $1
ORDER BY epoch, seq;
