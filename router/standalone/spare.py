"""An engine that is loaded and waits: loading is most of what a new engine has to do."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import suppress

from router.standalone.engine_process import EngineProcess

LOADED_AFTER = 3.0
"""Seconds for which an engine that has just begun has the machine for itself."""


class Spare:
    """At most one. `make`: such an engine, not started."""

    def __init__(self, make: Callable[[], EngineProcess]) -> None:
        self._make = make
        self._process: EngineProcess | None = None
        self._coming: asyncio.Task[None] | None = None

    def want(self) -> None:
        """One soon, unless there is one."""
        if self._process is None and self._coming is None:
            self._coming = asyncio.create_task(self._come())

    def take(self) -> EngineProcess | None:
        """It acts from now on, and is a spare no more; None if there was none."""
        process, self._process = self._process, None
        if process is not None:
            process.begin()
        return process

    async def drop(self) -> None:
        """There is none from now on: whoever is loaded may be of an older version."""
        if self._coming is not None:
            self._coming.cancel()
            await asyncio.gather(self._coming, return_exceptions=True)
        process, self._process = self._process, None
        if process is not None:
            process.terminate()
            await process.ended()

    async def _come(self) -> None:
        try:
            await asyncio.sleep(LOADED_AFTER)
            process = self._make()
            starting = asyncio.create_task(process.start())
            try:
                await asyncio.shield(starting)
            finally:
                await asyncio.wait({starting})  # what it starts must be found, to be ended
                with suppress(OSError):
                    await starting
                    self._process = process
        finally:
            self._coming = None
