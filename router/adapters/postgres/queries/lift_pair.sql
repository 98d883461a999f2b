-- Let a pair meet again. Whether it was kept apart until now.
INSERT INTO never_pairs_lifted (pair_id, by_whom, reason)
SELECT pair_id, $2, $3 FROM never_pairs WHERE pair_id = $1
ON CONFLICT (pair_id) DO NOTHING
RETURNING TRUE;
