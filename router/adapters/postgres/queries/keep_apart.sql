-- Keep an agent apart from the caller of a call, if it is known who called. The pair's number.
INSERT INTO never_pairs (agent, call_id, by_whom, reason)
SELECT $1, $2, $3, $4
WHERE EXISTS (SELECT 1 FROM call_identity WHERE call_id = $2 AND caller_key IS NOT NULL)
RETURNING pair_id;
