-- What happened in the house in a range of time: log-ins, telephones, nodes, alarms.
SELECT NULL AS call_id, epoch, seq, at, kind, body
FROM house_records
WHERE at >= $1 AND at < $2
ORDER BY at, node, epoch, seq;
