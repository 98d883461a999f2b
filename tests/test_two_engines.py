"""Engines die, freeze, and lose Asterisk or the database by chance: one acts, and never two."""

from __future__ import annotations

import asyncio
import random
from dataclasses import dataclass, field

import pytest

from router import standing_by
from router.fence import Fence
from router.standing_by import StandingBy
from tests.fakes.succession import World
from tests.fakes.telephony import NODE

SEEDS = range(10)
TICK = 0.25
MINUTES = 1
TURNS = 12
"""Of the event loop within a tick: some looks each."""
NOBODY_FOR = 6.0
"""Seconds after which somebody must have taken over, if somebody was able to all the time."""


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Between two looks only the event loop turns."""
    for name in ("LOOK_EVERY", "KEEP_EVERY", "CLAIM_STANDS_FOR", "SETTLED_EVERY"):
        monkeypatch.setattr(standing_by, name, 0.0)


@dataclass(slots=True, kw_only=True)
class Process:
    """One engine: it stands by, acts and beats, and stands by again, until it is killed."""

    world: World
    name: str
    folder: str
    beaten_at: float = 0.0
    connected: int = 0
    """The token with which it has the application."""
    fence: Fence | None = None
    place: StandingBy = field(init=False)
    living: asyncio.Task[None] = field(init=False)

    def __post_init__(self) -> None:
        self.place = self.world.engine(self.name, self.folder)
        self.living = asyncio.create_task(self._live())

    async def _live(self) -> None:
        while True:
            taken = await self.place.until_due()
            assert taken is not None
            self.fence = taken
            await self.place.keep(self.fence)
            await self.world.is_awake(self.name)
            await self.place.let_go(self.fence)
            await self.place.stand_down(self.fence)

    @property
    def may_act(self) -> bool:
        """By its own judgement, were it asked at this instant."""
        return self.fence is not None and self.fence.is_fresh

    @property
    def reaches_asterisk(self) -> bool:
        world = self.world
        asleep = self.name in world.asleep
        return world.asterisk_is_up and self.name not in world.cut_off and not asleep

    def beats(self) -> None:
        """Each second, as the heart does: not beside a newer token, and only by the application's
        newest socket."""
        world, fence = self.world, self.fence
        if fence is None or fence.is_shut or not self.reaches_asterisk:
            return
        if not fence.sees(world.token):
            return
        if self.connected != fence.token:
            self.connected, world.application = fence.token, self.name
        if world.application != self.name:
            fence.shut("replaced")
        elif world.token < fence.token:
            world.token = fence.token
        elif world.at - self.beaten_at >= 1:
            self.beaten_at = world.at
            world.beats()
            fence.at(NODE).prove(world.at)


class Play:
    """A world, its engines, and what befalls them."""

    def __init__(self, seed: int) -> None:
        self.chance = random.Random(seed)
        self.world = World()
        self.engines: dict[str, Process] = {}
        self.tokens: set[int] = set()
        self.acted_at = self.world.at
        self.able_since: dict[str, float] = {}
        self.born = 0
        for folder in ("x", "x", "y"):
            self.starts(folder)

    def starts(self, folder: str) -> None:
        self.born += 1
        name = f"engine-{self.born}"
        self.engines[name] = Process(world=self.world, name=name, folder=folder)

    def looks(self) -> None:
        """A frozen engine may wake at any instant, and act upon what it knows."""
        acting = [each for each in self.engines.values() if each.may_act]
        assert len(acting) <= 1, f"{acting[0].name} acts beside {acting[1].name}"
        self.tokens |= {each.fence.token for each in acting if each.fence is not None}
        if acting:
            self.acted_at = self.world.at

    def somebody_acts(self) -> None:
        """Or nobody could: who was killed, frozen, or without Asterisk begins to wait anew."""
        now = self.world.at
        able = [name for name, each in self.engines.items() if each.reaches_asterisk]
        self.able_since = {name: self.able_since.get(name, now) for name in able}
        for name, since in self.able_since.items():
            idle = now - max(since, self.acted_at)
            assert idle <= NOBODY_FOR, f"nobody acts for {idle} s, and {name} is well"

    async def something_happens(self) -> None:
        """Rarely, and not for long."""
        chance, world = self.chance, self.world
        some = chance.choice(list(self.engines.values()))
        match chance.randrange(12):
            case 0:
                some.living.cancel()
                await asyncio.gather(some.living, return_exceptions=True)
                world.asleep.pop(some.name, None)
                self.frees_the_seat_of(some)
                del self.engines[some.name]
                self.starts(some.folder)
            case 1 | 2:
                if some.name in world.asleep:
                    world.wakes(some.name)
                else:
                    world.freezes(some.name)
            case 3 | 4:
                world.cut_off ^= {some.name}
            case 5:
                world.database_is_up = not world.database_is_up
            case _:
                """Nothing."""

    def frees_the_seat_of(self, dead: Process) -> None:
        """As the operating system does, if it was its own."""
        seat = self.world.seats.get(dead.folder)
        if seat is not None and seat.owner == dead.name:
            self.world.dies(dead.folder)

    async def goes_on(self) -> None:
        """For some minutes of the world's clock."""
        for _ in range(int(MINUTES * 60 / TICK)):
            if self.chance.random() < 0.1:
                await self.something_happens()
            self.world.at += TICK
            for each in self.engines.values():
                each.beats()
                self.looks()
            for _ in range(TURNS):
                await asyncio.sleep(0)
                self.looks()
            self.somebody_acts()
            for each in self.engines.values():
                if each.living.done():
                    each.living.result()

    async def ends(self) -> None:
        for each in self.engines.values():
            each.living.cancel()
        await asyncio.gather(*(e.living for e in self.engines.values()), return_exceptions=True)


@pytest.mark.parametrize("seed", SEEDS)
async def test_one_engine_acts_and_never_two_whatever_happens(seed: int) -> None:
    play = Play(seed)
    try:
        await play.goes_on()
    finally:
        await play.ends()
    assert play.tokens
