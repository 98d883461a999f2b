-- The history of every call and of the house: written once, never changed.

CREATE TABLE call_records (
    call_id text        NOT NULL,
    epoch   integer     NOT NULL,
    seq     integer     NOT NULL,
    at      timestamptz NOT NULL,
    kind    text        NOT NULL,
    body    jsonb       NOT NULL,
    PRIMARY KEY (call_id, epoch, seq)
);

COMMENT ON TABLE call_records IS
    'What happened to each call. The key makes a repeated write harmless. No numbers, no digits.';

CREATE INDEX call_records_by_time  ON call_records (at);
CREATE INDEX call_records_by_kind  ON call_records (kind, at);
CREATE INDEX call_records_by_queue ON call_records ((body ->> 'queue'), at)
    WHERE body ? 'queue';
CREATE INDEX call_records_by_agent ON call_records ((body ->> 'agent'), at)
    WHERE body ? 'agent';
CREATE INDEX call_records_by_offer ON call_records ((body ->> 'offer'))
    WHERE body ? 'offer';

-- `node` is the engine's own name: two engines that share a database never meet in a key.
CREATE TABLE house_records (
    node  text        NOT NULL,
    epoch integer     NOT NULL,
    seq   integer     NOT NULL,
    at    timestamptz NOT NULL,
    kind  text        NOT NULL,
    body  jsonb       NOT NULL,
    PRIMARY KEY (node, epoch, seq)
);

COMMENT ON TABLE house_records IS
    'What happened that belongs to no call: agents, telephones, nodes, policy, alarms.';

CREATE INDEX house_records_by_time  ON house_records (at);
CREATE INDEX house_records_by_agent ON house_records ((body ->> 'agent'), at)
    WHERE body ? 'agent';

CREATE FUNCTION refuse_change() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% is append-only: % is refused', TG_TABLE_NAME, TG_OP
        USING ERRCODE = 'insufficient_privilege';
END
$$;

CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON call_records
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON house_records
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
