-- Stay the active engine for a while, or be it where an older token was noted meanwhile.
INSERT INTO engine_lease AS lease (house, token, holder, until)
VALUES ($1, $2, $3, clock_timestamp() + $4::interval)
ON CONFLICT (house) DO UPDATE
    SET token = excluded.token, holder = excluded.holder, until = excluded.until, heir = ''
    WHERE lease.token < excluded.token
       OR (lease.token = excluded.token AND lease.holder = excluded.holder)
RETURNING token;
