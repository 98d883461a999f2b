-- Let the next engine be the active one, and give whoever listens a hint.
WITH let_go AS (
    UPDATE engine_lease
    SET until = '-infinity', heir = $4
    WHERE house = $1 AND token = $2 AND holder = $3
    RETURNING house
)
SELECT pg_notify('hotline_lease', house) FROM let_go;
