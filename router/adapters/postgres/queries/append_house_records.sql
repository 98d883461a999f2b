-- Write entries about the house; one that is there already is left alone. How many were new.
WITH written AS (
    INSERT INTO house_records (node, epoch, seq, at, kind, body)
    SELECT node, epoch, seq, at, kind, body::jsonb
    FROM unnest($1::text[], $2::int[], $3::int[], $4::timestamptz[], $5::text[], $6::text[])
        AS entry (node, epoch, seq, at, kind, body)
    ON CONFLICT DO NOTHING
    RETURNING 1
)
SELECT count(*) FROM written;
