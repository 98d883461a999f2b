-- Who is the active engine, by the clock of the database.
SELECT token, holder, until > clock_timestamp() AS valid, until = '-infinity' AS let_go, heir
FROM engine_lease
WHERE house = $1;
