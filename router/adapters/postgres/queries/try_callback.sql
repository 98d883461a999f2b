-- Note that a callback was tried, if it was asked for. Whether it was.
INSERT INTO callback_tries (call_id, reached)
SELECT $1, $2
WHERE EXISTS (
    SELECT 1 FROM call_records WHERE call_id = $1 AND kind = 'callback_requested'
)
RETURNING TRUE;
