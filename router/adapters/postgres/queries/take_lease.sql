-- Become the active engine, unless the lease has changed since it was looked at.
INSERT INTO engine_lease AS lease (house, token, holder, until)
VALUES ($1, $2, $3, clock_timestamp() + $4::interval)
ON CONFLICT (house) DO UPDATE
    SET token = excluded.token, holder = excluded.holder, until = excluded.until, heir = ''
    WHERE lease.token = $5
RETURNING token;
