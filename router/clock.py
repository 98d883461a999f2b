"""The time of the process: UTC at its start plus monotonic time, so that clock jumps do nothing."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta


class Clock:
    """The only clock of the live service (house.md 3)."""

    def __init__(self) -> None:
        self._started = datetime.now(UTC)
        self._origin = time.monotonic()

    def now(self) -> datetime:
        """Aware, UTC, never going backwards."""
        return self._started + timedelta(seconds=time.monotonic() - self._origin)
