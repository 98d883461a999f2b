"""All rows of the fault matrix."""

from __future__ import annotations

from tests.chaos import engine_faults
from tests.chaos.rows import Row

MATRIX: tuple[Row, ...] = (*engine_faults.ROWS,)
