"""Agents who pick up whatever rings, and callers who press on until somebody is there."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from datetime import timedelta

from router import errors
from router.standalone.phones import Phone
from tests.acceptance.people import CALLER_HZ
from tests.chaos.stages import NEVER_THERE, OnTheLine, Scene

FOR_EVER = timedelta(hours=1)
PRESSES_EVERY = timedelta(seconds=1.5)
LISTENS_EVERY = 1.0


@asynccontextmanager
async def picking_up(scene: Scene) -> AsyncIterator[None]:
    """From now on: who rings is answered, who whispers gets a 1, who hears a menu presses 1."""
    doing = [
        asyncio.create_task(_picks_up(scene.phone(agent.id), confirms=bool(agent.mobile)))
        for agent in scene.shift.agents
        if agent.id not in NEVER_THERE
    ]
    doing.append(asyncio.create_task(_goes_on(scene.shift["ana"])))
    doing.append(asyncio.create_task(_confirms(scene.shift["bea"])))
    doing += [
        asyncio.create_task(_presses_on(scene, scene.people[stage]))
        for stage in ("greeting", "menu")
    ]
    try:
        yield
    finally:
        for each in doing:
            each.cancel()
        await asyncio.gather(*doing, return_exceptions=True)


async def everybody_talks(scene: Scene, *, within: float) -> dict[str, float]:
    """Until each caller hears an agent; when, by stage, for those who do in time."""
    since, talks = time.monotonic(), dict[str, float]()
    while time.monotonic() - since < within:
        waiting = [each for each in scene.on_the_line if each.stage not in talks]
        if not waiting:
            break
        for each in waiting:
            if each.hears(scene.voices):
                talks[each.stage] = time.monotonic()
        await asyncio.sleep(LISTENS_EVERY)
    return talks


async def hears_somebody(scene: Scene, stage: str, *, within: float) -> bool:
    """Whether this caller does, in time."""
    try:
        async with asyncio.timeout(within):
            while True:
                if scene.people[stage].hears(scene.voices):
                    return True
                await asyncio.sleep(LISTENS_EVERY)
    except TimeoutError:
        return False


async def _picks_up(phone: Phone, *, confirms: bool) -> None:
    while True:
        await phone.incoming(within=FOR_EVER)
        await _goes_on(phone)
        if confirms:
            await _confirms(phone)


async def picks_up_late(phone: Phone, after: float) -> None:
    """Whatever rings, when it has rung for so many seconds; for ever."""
    while True:
        await phone.incoming(within=FOR_EVER)
        await asyncio.sleep(after)
        await _goes_on(phone)


async def _goes_on(phone: Phone) -> None:
    with suppress(errors.HotlineError):  # it rings no more
        await phone.accept()


async def _confirms(phone: Phone) -> None:
    with suppress(errors.HotlineError):  # the call is over
        while True:
            await phone.press("1")
            with suppress(errors.PhoneWaitedInVain):
                await phone.hears(CALLER_HZ, within=PRESSES_EVERY)
                return


async def _presses_on(scene: Scene, one: OnTheLine) -> None:
    while not one.hears(scene.voices):
        if not scene.nobody_presses:
            with suppress(errors.HotlineError):
                await one.caller.phone.press("1")
        await asyncio.sleep(PRESSES_EVERY.total_seconds())
