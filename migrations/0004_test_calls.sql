-- The hotline's calls to itself (docs/probe.md): told in full, counted in no report.

CREATE INDEX call_records_of_test_calls ON call_records (call_id)
    WHERE kind = 'call_started' AND body @> '{"synthetic": true}';

CREATE VIEW test_calls AS
SELECT call_id FROM call_records WHERE kind = 'call_started' AND body @> '{"synthetic": true}';
