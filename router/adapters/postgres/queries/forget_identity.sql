-- Delete all that is known of one call's number, its hash too (anonymous calls).
DELETE FROM call_identity WHERE call_id = $1;
