-- Note that a caller was called back, who asked for it or was lost. Whether they are known as such.
INSERT INTO callback_tries (call_id, reached)
SELECT $1, $2
WHERE EXISTS (
    SELECT 1 FROM call_records WHERE call_id = $1 AND kind = 'callback_requested'
) OR EXISTS (
    SELECT 1 FROM call_records
    WHERE call_id = $1 AND kind = 'call_finished' AND body ->> 'by' = 'lost'
) OR (
    EXISTS (SELECT 1 FROM call_records WHERE call_id = $1 AND kind = 'call_started')
    AND NOT EXISTS (SELECT 1 FROM call_records WHERE call_id = $1 AND kind = 'call_finished')
)
RETURNING TRUE;
