-- Keep the roster of the active engine, unless a newer one has kept its own.
INSERT INTO engine_roster AS roster (house, token, folder, sealed, kept_at)
VALUES ($1, $2, $3, $4, clock_timestamp())
ON CONFLICT (house) DO UPDATE
    SET token = excluded.token,
        folder = excluded.folder,
        sealed = excluded.sealed,
        kept_at = excluded.kept_at
    WHERE roster.token <= excluded.token;
