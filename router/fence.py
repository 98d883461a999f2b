"""Whether this life of the engine may still act: as far as it can know, no token is newer."""

from __future__ import annotations

import asyncio
import math
import time
from collections.abc import Callable

from router.succession import MAY_ACT_FOR

PATIENCE = 5.0
"""Seconds for which a command waits until the engine may act again."""


class Fence:
    """Open while a beat that was sent less than MAY_ACT_FOR ago stands in Asterisk; an engine that
    stands by comes later than that. Once shut it stays so: the life is over.

    Times are seconds of the machine's monotonic clock, which two processes share.
    """

    def __init__(self, token: int, *, now: Callable[[], float] = time.monotonic) -> None:
        """Nothing is done before the first beat stands beside this token."""
        self.token = token
        self.why = ""
        self.first_act: float | None = None
        self.last_act: float | None = None
        self.now = now
        """The clock of these instants: never the event loop's, which may lag."""
        self._proved = -math.inf
        self._shut = asyncio.Event()
        self._moved = asyncio.Event()

    @property
    def is_shut(self) -> bool:
        return self._shut.is_set()

    @property
    def is_fresh(self) -> bool:
        """The beat is new enough to act upon."""
        return not self.is_shut and self.is_recent(self._proved)

    def is_recent(self, instant: float) -> bool:
        """Whether a beat sent then is still worth anything."""
        return self.now() - instant < MAY_ACT_FOR.total_seconds()

    def prove(self, sent: float) -> None:
        """A beat sent then was written, with no newer token beside it."""
        self._proved = max(self._proved, sent)
        self._moved.set()

    def sees(self, token: int) -> bool:
        """Whether a token met somewhere leaves this one in force; a newer one shuts the fence."""
        if token > self.token:
            self.shut("another engine has a newer token")
        return token <= self.token

    def shut(self, why: str) -> None:
        """For good: no command is carried out after this."""
        if self.is_fresh:
            self.last_act = self.now()  # until now it would have acted upon anything
        self.why = self.why or why
        self._shut.set()
        self._moved.set()

    def acts(self) -> bool:
        """Whether something may be done this instant, which is then done."""
        if not self.is_fresh:
            return False
        self.last_act = self.now()
        self.first_act = self.first_act or self.last_act
        return True

    async def opens(self) -> bool:
        """As `acts`; waits for a beat, but not for long."""
        deadline = self.now() + PATIENCE
        while not self.acts():
            left = deadline - self.now()
            if self.is_shut or left <= 0:
                return False
            self._moved.clear()
            await _wait(self._moved, left)
        return True

    async def is_shut_within(self, seconds: float) -> bool:
        """Waits for the end of this life, so long at most."""
        await _wait(self._shut, seconds)
        return self.is_shut

    async def end(self) -> None:
        """Waits for the end of this life."""
        await self._shut.wait()


async def _wait(event: asyncio.Event, seconds: float) -> None:
    try:
        async with asyncio.timeout(seconds):
            await event.wait()
    except TimeoutError:
        pass
