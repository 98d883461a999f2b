-- Try to become the one who migrates; the lock goes with the connection.
SELECT pg_try_advisory_lock(hashtextextended('hotline migrations', 0));
