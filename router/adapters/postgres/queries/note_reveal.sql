-- Note who is shown a number, and why, before it is shown.
INSERT INTO number_reveals (call_id, by_whom, reason) VALUES ($1, $2, $3);
