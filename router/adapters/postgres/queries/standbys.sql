-- Who stands by now.
SELECT name
FROM engine_standbys
WHERE house = $1 AND seen_at > clock_timestamp() - interval '5 seconds'
ORDER BY name;
