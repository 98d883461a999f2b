-- This engine does not stand by any more.
DELETE FROM engine_standbys WHERE house = $1 AND name = $2;
