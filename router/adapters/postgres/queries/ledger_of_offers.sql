-- How the offers made from $1 to $2 ended, counted by outcome (NULL: not yet), and how many made.
SELECT
    ended.body ->> 'outcome' AS outcome,
    count(*) AS offers,
    (
        SELECT count(*) FROM call_records WHERE kind = 'offer_made' AND at >= $1 AND at < $2
    ) AS made
FROM call_records AS made
LEFT JOIN call_records AS ended
    ON ended.kind = 'offer_ended'
    AND ended.body ? 'offer'
    AND ended.body ->> 'offer' = made.body ->> 'offer'
WHERE made.kind = 'offer_made' AND made.at >= $1 AND made.at < $2
GROUP BY outcome
ORDER BY outcome;
