"""All rows of the fault matrix."""

from __future__ import annotations

from tests.chaos import (
    asterisk_faults,
    clock_faults,
    data_faults,
    engine_faults,
    phone_faults,
    socket_faults,
)
from tests.chaos.rows import Row

MATRIX: tuple[Row, ...] = (
    *engine_faults.ROWS,
    *socket_faults.ROWS,
    *data_faults.ROWS,
    *phone_faults.ROWS,
    *asterisk_faults.ROWS,
    *clock_faults.ROWS,
)
