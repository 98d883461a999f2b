"""The end of a life: in other hands, and what it says of itself then."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

from router.clock import Clock
from router.core.commands import Command
from router.core.engine import Engine
from router.fence import Fence
from router.life import Life
from router.ports import Failure
from router.runner import Runner
from router.standing_by import StandingBy
from tests.core.house import policy
from tests.fakes.succession import World
from tests.fakes.telephony import FakeTelephony


class Asterisk(FakeTelephony):
    """One that takes its time while `is_quick` is not set."""

    def __init__(self) -> None:
        super().__init__()
        self.asked = asyncio.Event()
        self.is_quick = asyncio.Event()
        self.is_quick.set()

    async def perform(self, command: Command) -> Failure | None:
        self.asked.set()
        await self.is_quick.wait()
        return await super().perform(command)


class Active:
    """An engine with a caller, in its world. `fence` is its own."""

    def __init__(self, world: World, place: StandingBy, fence: Fence) -> None:
        self.world = world
        self.fence = fence
        self.asterisk = Asterisk()
        self.runner = Runner(
            Engine(policy(), epoch=fence.token),
            self.asterisk,
            Clock(),
            listeners=(),
            on_defect=lambda trace: None,
            inbox_size=100,
        )
        self.asterisk.connects(self.runner.deliver)
        self.life = Life(fence, place, self.runner)


@asynccontextmanager
async def active() -> AsyncIterator[Active]:
    world = World()
    place = world.engine("a")
    fence = await place.until_due()
    assert fence is not None
    engine = Active(world, place, fence)
    running = asyncio.create_task(engine.runner.run())
    try:
        yield engine
    finally:
        running.cancel()
        with suppress(asyncio.CancelledError):
            await running


async def test_an_engine_that_was_replaced_says_that_it_acts_no_more() -> None:
    async with active() as engine, asyncio.timeout(5):
        engine.fence.sees(engine.fence.token + 1)
        await engine.life.run()
    assert engine.world.stood_down == engine.fence.token


async def test_what_it_had_ordered_is_done_before_it_says_so() -> None:
    async with active() as engine, asyncio.timeout(5):
        engine.asterisk.is_quick.clear()
        engine.asterisk.caller_arrives()
        await engine.asterisk.asked.wait()
        living = asyncio.create_task(engine.life.run())
        engine.fence.sees(engine.fence.token + 1)
        for _ in range(50):
            await asyncio.sleep(0)
        assert engine.world.stood_down == 0
        engine.asterisk.is_quick.set()
        await living
    assert engine.world.stood_down == engine.fence.token


async def test_an_engine_that_hands_over_leaves_nothing_to_wait_for() -> None:
    async with active() as engine, asyncio.timeout(5):
        living = asyncio.create_task(engine.life.run())
        await engine.life.hand_over("", leaves=False)
        await living
    assert engine.world.table.lease.let_go
    assert engine.world.stood_down == 0


async def test_an_engine_says_so_though_all_beside_it_ends_at_once() -> None:
    async with active() as engine, asyncio.timeout(5):
        living = asyncio.create_task(engine.life.run())
        await asyncio.sleep(0)
        engine.fence.shut("another engine has taken over the application in Asterisk")
        living.cancel()  # as soon as the event socket has told of it
        await asyncio.sleep(0)
        living.cancel()
        with suppress(asyncio.CancelledError):
            await living
    assert engine.world.stood_down == engine.fence.token
