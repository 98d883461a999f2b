-- Delete the numbers whose time is over. How many there were.
WITH expired AS (
    UPDATE call_identity SET number_encrypted = NULL, callback_encrypted = NULL
    WHERE (number_encrypted IS NOT NULL OR callback_encrypted IS NOT NULL) AND expires_at <= now()
    RETURNING 1
)
SELECT count(*) FROM expired;
