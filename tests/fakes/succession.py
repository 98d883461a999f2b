"""Several engines that want one Asterisk: a lease, seats and an exchange in memory."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import timedelta

from router import errors
from router.standing_by import StandingBy
from router.succession import Seat, Witness
from tests.fakes.lease import LeaseInMemory, LeaseTable


class World:
    """What the engines share. `at` is everybody's clock, in seconds."""

    def __init__(self) -> None:
        self.at = 1000.0
        self.database_is_up = True
        self.asterisk_is_up = True
        self.table = LeaseTable()
        self.token = 0
        self.beat_at: float | None = None
        self.seats: dict[str, FakeSeat] = {}
        self.texts: dict[str, Seat] = {}
        self.asleep: dict[str, asyncio.Event] = {}
        self.cut_off: set[str] = set()
        self.taken_at: float | None = None
        self.stood_down = 0
        self.asked_in_vain = 0
        """How often a database that is down was asked: each time costs a second."""
        self.on_announcement: Callable[[], None] | None = None
        """What happens in the very instant in which an engine announces its token."""
        self.application = ""
        """Whose socket is the newest."""

    def engine(self, name: str, folder: str | None = None) -> StandingBy:
        """An engine with a state folder of its own, if not another's."""
        return StandingBy(
            name=name,
            lease=FakeLease(self, name),
            seat=FakeSeat(self, folder or name, name),
            exchange=FakeExchange(self, name),
            now=lambda: self.at,
        )

    def freezes(self, name: str) -> None:
        """This engine does nothing more, in the midst of whatever it is doing."""
        self.asleep[name] = asyncio.Event()

    def wakes(self, name: str) -> None:
        """And goes on where it was."""
        self.asleep.pop(name).set()

    async def is_awake(self, name: str) -> None:
        """Returns at once, but to an engine that is frozen."""
        if name in self.asleep:
            await self.asleep[name].wait()

    def beats(self) -> None:
        """Whoever is active."""
        self.beat_at = self.at

    def dies(self, folder: str) -> None:
        """The process that has the seat of this folder."""
        self.seats.pop(folder, None)


class FakeLease(LeaseInMemory):
    """In a database that may be down, for an engine that may be frozen."""

    def __init__(self, world: World, name: str) -> None:
        super().__init__(world.table, name)
        self._world = world

    async def _reached(self) -> None:
        await self._world.is_awake(self._name)
        if not self._world.database_is_up:
            self._world.asked_in_vain += 1
            raise errors.DatabaseUnreachable(where="memory", detail="it is down", setting="none")

    def _at(self) -> float:
        return self._world.at


class FakeSeat:
    """Keeps `standing_by.FolderSeat`'s promise."""

    def __init__(self, world: World, folder: str, owner: str) -> None:
        self._world = world
        self._folder = folder
        self.owner = owner

    @property
    def is_ours(self) -> bool:
        return self._world.seats.get(self._folder) is self

    def take(self) -> Seat | None:
        if self._world.seats.setdefault(self._folder, self) is not self:
            return None
        return self._world.texts.get(self._folder, Seat(token=0))

    def keep(self, token: int, heir: str = "") -> None:
        if self.is_ours:
            self._world.texts[self._folder] = Seat(token=token, heir=heir)

    def leave(self) -> None:
        if self.is_ours:
            del self._world.seats[self._folder]

    def tell(self, token: int) -> None:
        """Nobody asks."""


class FakeExchange:
    """Keeps `standing_by.Exchange`'s promise."""

    def __init__(self, world: World, name: str) -> None:
        self._world = world
        self._name = name

    async def look(self) -> Witness | None:
        world = self._world
        if not await self._is_reached():
            return None
        beat = "" if world.beat_at is None else f"{world.beat_at:.3f}"
        since = [at for at in (world.beat_at, world.taken_at) if at is not None]
        age = timedelta(seconds=world.at - max(since)) if since else None
        return Witness(token=world.token, beat=beat, beat_age=age, stood_down=world.stood_down)

    async def announce(self, token: int) -> bool:
        if not await self._is_reached():
            return False
        self._world.token, self._world.taken_at = token, self._world.at
        if (instant := self._world.on_announcement) is not None:
            self._world.on_announcement = None
            instant()
        return True

    async def stand_down(self, token: int) -> None:
        if await self._is_reached():
            self._world.stood_down = token

    async def _is_reached(self) -> bool:
        await self._world.is_awake(self._name)
        return self._world.asterisk_is_up and self._name not in self._world.cut_off
