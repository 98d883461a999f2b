"""Whether this life of the engine may still act: as far as it can know, no token is newer.

The house has one fence, and each Asterisk node a gate in it: the loss of a node stops nobody on the
others, and a newer token, met at any of them, ends the life for all.
"""

from __future__ import annotations

import asyncio
import math
import time
from collections.abc import Callable

from router.core.vocabulary import NodeId
from router.succession import MAY_ACT_FOR

PATIENCE = 5.0
"""Seconds for which a command waits until the engine may act again."""


class Fence:
    """Of one life. Once shut it stays so: the life is over.

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
        self._gates: dict[NodeId, Gate] = {}
        self._shut = asyncio.Event()

    def at(self, node: NodeId) -> Gate:
        """Where the engine acts on this node."""
        gate = self._gates.get(node)
        if gate is None:
            gate = self._gates[node] = Gate(self)
        return gate

    @property
    def is_shut(self) -> bool:
        return self._shut.is_set()

    @property
    def is_fresh(self) -> bool:
        """Some node has a beat that is new enough to act upon."""
        return any(gate.is_open for gate in self._gates.values())

    def sees(self, token: int) -> bool:
        """Whether a token met somewhere leaves this one in force; a newer one shuts the fence."""
        if token > self.token:
            self.shut("another engine has a newer token")
        return token <= self.token

    def shut(self, why: str) -> None:
        """For good: no command is carried out after this, on any node."""
        if self.is_fresh:
            self.last_act = self.now()  # until now it would have acted upon anything
        self.why = self.why or why
        self._shut.set()
        for gate in self._gates.values():
            gate.look_again()

    async def is_shut_within(self, seconds: float) -> bool:
        """Waits for the end of this life, so long at most."""
        await _wait(self._shut, seconds)
        return self.is_shut

    async def end(self) -> None:
        """Waits for the end of this life."""
        await self._shut.wait()


class Gate:
    """Open while a beat that was sent less than MAY_ACT_FOR ago stands in this Asterisk; an engine
    that stands by comes later than that."""

    def __init__(self, fence: Fence) -> None:
        self.fence = fence
        self._proved = -math.inf
        self._not_before = -math.inf
        self._moved = asyncio.Event()

    @property
    def is_open(self) -> bool:
        """The beat is new enough to act upon."""
        fence = self.fence
        return (
            not fence.is_shut and self.is_recent(self._proved) and fence.now() >= self._not_before
        )

    def is_recent(self, instant: float) -> bool:
        """Whether a beat sent then is still worth anything."""
        return self.fence.now() - instant < MAY_ACT_FOR.total_seconds()

    def prove(self, sent: float) -> None:
        """A beat sent then was written, with no newer token beside it."""
        self._proved = max(self._proved, sent)
        self.look_again()

    def wait_for_other(self) -> None:
        """An older engine has beaten here just now: it may act until its beat is worth nothing."""
        self._not_before = self.fence.now() + MAY_ACT_FOR.total_seconds()

    def acts(self) -> bool:
        """Whether something may be done this instant, which is then done."""
        fence = self.fence
        if not self.is_open:
            return False
        fence.last_act = fence.now()
        fence.first_act = fence.first_act or fence.last_act
        return True

    async def opens(self) -> bool:
        """As `acts`; waits for a beat, but not for long."""
        deadline = self.fence.now() + PATIENCE
        while not self.acts():
            left = deadline - self.fence.now()
            if self.fence.is_shut or left <= 0:
                return False
            self._moved.clear()
            await _wait(self._moved, left)
        return True

    def look_again(self) -> None:
        """Something has changed for whoever waits at this gate."""
        self._moved.set()


async def _wait(event: asyncio.Event, seconds: float) -> None:
    try:
        async with asyncio.timeout(seconds):
            await event.wait()
    except TimeoutError:
        pass
