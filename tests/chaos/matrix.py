"""All rows of the fault matrix."""

from __future__ import annotations

from tests.chaos import (
    asterisk_faults,
    clock_faults,
    data_faults,
    engine_faults,
    phone_faults,
    socket_faults,
    trunk_faults,
)
from tests.chaos.rows import Row, one_after_the_other

MATRIX: tuple[Row, ...] = (
    *engine_faults.ROWS,
    *socket_faults.ROWS,
    *data_faults.ROWS,
    *phone_faults.ROWS,
    *trunk_faults.ROWS,
    *asterisk_faults.ROWS,
    *clock_faults.ROWS,
)

_IN_SHORT = (
    ("engine-killed", "socket-cut", "engine-restarted", "engine-killed-no-database"),
    ("engine-frozen",),
    ("yaml-garbage", "database-down", "reload"),
)
_BY_NAME = {row.name: row for row in MATRIX}

SHORT: tuple[Row, ...] = tuple(
    one_after_the_other([_BY_NAME[name] for name in names]) for names in _IN_SHORT
)
"""A third of them, for `make test`: several with the same callers."""
