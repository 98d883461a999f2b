"""A row of the fault matrix: what is done, and what must hold besides that no caller is lost."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Coroutine, Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any

from router.core.snapshot import Snapshot
from tests.acceptance.hotline_up import Hotline
from tests.chaos.census import Census
from tests.chaos.house import House
from tests.chaos.stages import Scene

SILENT_AT_MOST = timedelta(seconds=5)


@dataclass(slots=True, kw_only=True)
class Harm:
    """A row as it is played. `short`: the form that is in `make test`."""

    house: House
    scene: Scene
    census: Census
    short: bool
    before: Snapshot
    position: int
    """Of the journal as it is told, when the harm came."""
    struck_at: float = 0.0
    over_at: float = 0.0
    """When the fault itself was over."""
    remarks: list[str] = field(default_factory=list)
    """What was measured besides."""

    @property
    def hotline(self) -> Hotline:
        return self.house.hotline

    async def lasts(self, *, full: float, short: float) -> None:
        """The fault goes on for so many seconds."""
        await asyncio.sleep(short if self.short else full)

    @property
    def since_struck(self) -> float:
        """Seconds."""
        return time.monotonic() - self.struck_at


Part = Callable[[Harm], Coroutine[Any, Any, None]]
Judge = Callable[[Harm], Coroutine[Any, Any, Sequence[str]]]


async def when(holds: Callable[[], Coroutine[Any, Any, bool]], *, within: float = 60) -> None:
    """Asks again and again. Raises TimeoutError."""
    async with asyncio.timeout(within):
        while True:
            if await holds():
                return
            await asyncio.sleep(0.1)


async def engine_lives(harm: Harm) -> None:
    """Until an engine has beaten after this instant, knows Asterisk's calls, and answers."""
    floor = await harm.hotline.answers_again(within=40)
    while not all(floor.nodes.values()):
        floor = await harm.hotline.floor()


async def nothing_more(harm: Harm) -> Sequence[str]:
    """No caller is lost, and none is silent: that is all."""
    return ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """`strike` returns when the fault is over; `judge` tells what did not hold besides, before the
    agents come who take all callers."""

    name: str
    fault: str
    how: str
    must_hold: str
    strike: Part
    recovers_within: float
    """Seconds from the end of the fault."""
    recovered: Part = engine_lives
    judge: Judge = nothing_more
    afterwards: Judge = nothing_more
    """As `judge`, when all have talked and hung up."""
    newcomer: bool = True
    """Somebody dials while the fault lasts."""
    physics: str = ""
    """Why no call can outlive it; then `judge` alone decides."""
    clock: bool = False
    """It needs an Asterisk whose clock can be set."""


def one_after_the_other(rows: Sequence[Row]) -> Row:
    """All of these with the same callers: each is done, recovered from and judged, then the next.

    Who was in a menu at the first may wait at the second; so the first is done at every stage.
    """
    first, *_ = rows
    *before, last = rows
    wrong: list[str] = []

    async def strike(harm: Harm) -> None:
        for row in before:
            await row.strike(harm)
            await row.recovered(harm)
            wrong.extend(f"{row.name}: {each}" for each in await row.judge(harm))
            # Else the guard takes it for an engine that dies at each start.
            await harm.hotline.engine_has_lived_a_while()
            harm.struck_at = time.monotonic()
        await last.strike(harm)

    async def judge(harm: Harm) -> Sequence[str]:
        return [*wrong, *(f"{last.name}: {each}" for each in await last.judge(harm))]

    async def afterwards(harm: Harm) -> Sequence[str]:
        return [each for row in rows for each in await row.afterwards(harm)]

    return replace(
        first,
        name=", ".join(row.name for row in rows),
        strike=strike,
        recovers_within=last.recovers_within,
        recovered=last.recovered,
        judge=judge,
        afterwards=afterwards,
    )
