"""Several engines that want one Asterisk: a lease, seats and an exchange in memory."""

from __future__ import annotations

import asyncio
from datetime import timedelta

from router import errors
from router.standing_by import StandingBy
from router.succession import LEASE_FOR, Lease, Seat, Witness


class World:
    """What the engines share. `at` is everybody's clock, in seconds."""

    def __init__(self) -> None:
        self.at = 1000.0
        self.database_is_up = True
        self.asterisk_is_up = True
        self.lease: Lease = Lease(token=0, holder="", valid=False)
        self.until = 0.0
        self.token = 0
        self.beat_at: float | None = None
        self.standbys: set[str] = set()
        self.seats: dict[str, FakeSeat] = {}
        self.texts: dict[str, Seat] = {}
        self.hints: list[asyncio.Event] = []
        self.asleep: dict[str, asyncio.Event] = {}
        self.cut_off: set[str] = set()
        self.taken_at: float | None = None
        self.asked_in_vain = 0
        """How often a database that is down was asked: each time costs a second."""
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


class FakeLease:
    """Keeps `standing_by.LeaseBook`'s promise."""

    def __init__(self, world: World, name: str) -> None:
        self._world = world
        self._name = name
        self.hint = asyncio.Event()
        world.hints.append(self.hint)

    async def look(self) -> Lease:
        world = await self._reached()
        valid = world.until > world.at
        lease = world.lease
        return Lease(
            token=lease.token,
            holder=lease.holder,
            valid=valid,
            let_go=lease.let_go,
            heir=lease.heir,
        )

    async def take(self, token: int, *, instead_of: int) -> bool:
        world = await self._reached()
        if world.lease.token != instead_of:
            return False
        self._hold(token)
        return True

    async def keep(self, token: int) -> int:
        lease = (await self._reached()).lease
        if lease.token < token or (lease.token, lease.holder) == (token, self._name):
            self._hold(token)
        return self._world.lease.token

    async def let_go(self, token: int, heir: str) -> None:
        world = await self._reached()
        if (world.lease.token, world.lease.holder) == (token, self._name):
            world.lease = Lease(token=token, holder=self._name, valid=False, let_go=True, heir=heir)
            world.until = 0.0
            for hint in world.hints:
                hint.set()

    async def stand_by(self) -> None:
        (await self._reached()).standbys.add(self._name)

    async def stand_by_no_more(self) -> None:
        (await self._reached()).standbys.discard(self._name)

    async def standbys(self) -> tuple[str, ...]:
        return tuple(sorted((await self._reached()).standbys))

    def _hold(self, token: int) -> None:
        self._world.lease = Lease(token=token, holder=self._name, valid=True)
        self._world.until = self._world.at + LEASE_FOR.total_seconds()

    async def _reached(self) -> World:
        await self._world.is_awake(self._name)
        if not self._world.database_is_up:
            self._world.asked_in_vain += 1
            raise errors.DatabaseUnreachable(where="memory", detail="it is down", setting="none")
        return self._world


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
        return Witness(token=world.token, beat=beat, beat_age=age)

    async def announce(self, token: int) -> bool:
        if not await self._is_reached():
            return False
        self._world.token, self._world.taken_at = token, self._world.at
        return True

    async def _is_reached(self) -> bool:
        await self._world.is_awake(self._name)
        return self._world.asterisk_is_up and self._name not in self._world.cut_off
