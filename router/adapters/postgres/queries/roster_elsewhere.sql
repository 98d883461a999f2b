-- The active engine's roster, if it is of another state folder and newer than the one known.
SELECT sealed, kept_at
FROM engine_roster
WHERE house = $1 AND folder <> $2 AND kept_at > coalesce($3::timestamptz, '-infinity');
