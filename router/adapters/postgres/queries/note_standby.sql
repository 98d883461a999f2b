-- Say that this engine stands by; who has said nothing for a day is forgotten.
WITH gone AS (
    DELETE FROM engine_standbys WHERE seen_at < clock_timestamp() - interval '1 day'
)
INSERT INTO engine_standbys (house, name, seen_at)
VALUES ($1, $2, clock_timestamp())
ON CONFLICT (house, name) DO UPDATE SET seen_at = excluded.seen_at;
