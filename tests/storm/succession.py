"""What two engines that want the storm's Asterisk know of each other: a lease and seats.

Roster and journal of the two machines are one here; how they are copied is tested elsewhere.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field, replace

from router.errors import DatabaseUnreachable
from router.succession import LEASE_FOR, Lease, Seat
from tests.storm.database import Database
from tests.storm.loop import Killed, Process

ANSWERS_WITHIN = 1.0


@dataclass(slots=True)
class Succession:
    """The lease in the database, whose end is an instant of the loop, and the seats by machine."""

    lease: Lease = field(default_factory=lambda: Lease(token=0, holder="", valid=False))
    until: float = 0.0
    standbys: set[str] = field(default_factory=set)
    hints: list[asyncio.Event] = field(default_factory=list)
    seats: dict[str, Process] = field(default_factory=dict)
    told: dict[str, Seat] = field(default_factory=dict)


class StormLease:
    """`standing_by.LeaseBook`, in a database that may be gone or slow."""

    def __init__(
        self, name: str, succession: Succession, database: Database, process: Process
    ) -> None:
        self._name = name
        self._succession = succession
        self._database = database
        self._process = process
        self.hint = asyncio.Event()
        succession.hints.append(self.hint)

    async def look(self) -> Lease:
        there = await self._reached()
        lease, valid = there.lease, there.until > self._database.loop.time()
        return replace(lease, valid=valid)

    async def take(self, token: int, *, instead_of: int) -> bool:
        there = await self._reached()
        if there.lease.token != instead_of:
            return False
        self._hold(there, token)
        return True

    async def keep(self, token: int) -> int:
        there = await self._reached()
        lease = there.lease
        if lease.token < token or (lease.token, lease.holder) == (token, self._name):
            self._hold(there, token)
        return there.lease.token

    async def let_go(self, token: int, heir: str) -> None:
        there = await self._reached()
        lease = there.lease
        if (lease.token, lease.holder) == (token, self._name):
            there.lease, there.until = replace(lease, let_go=True, heir=heir), 0.0
            for hint in there.hints:
                hint.set()

    async def stand_by(self) -> None:
        (await self._reached()).standbys.add(self._name)

    async def stand_by_no_more(self) -> None:
        (await self._reached()).standbys.discard(self._name)

    async def standbys(self) -> tuple[str, ...]:
        return tuple(sorted((await self._reached()).standbys))

    def _hold(self, there: Succession, token: int) -> None:
        there.lease = Lease(token=token, holder=self._name, valid=True)
        there.until = self._database.loop.time() + LEASE_FOR.total_seconds()

    async def _reached(self) -> Succession:
        database, slow = self._database, self._database.loop.time() < self._database.slow_until
        await asyncio.sleep(ANSWERS_WITHIN if slow else 0.004)
        if not self._process.alive:
            raise Killed
        if slow or database.loop.time() < database.gone_until:
            raise DatabaseUnreachable(where="storm", detail="gone", setting="database")
        return self._succession


class StormSeat:
    """`standing_by.FolderSeat` of one machine: the system frees it when its process is gone."""

    def __init__(self, machine: str, succession: Succession, process: Process) -> None:
        self._machine = machine
        self._succession = succession
        self._process = process

    @property
    def is_ours(self) -> bool:
        return self._process.alive and self._succession.seats.get(self._machine) is self._process

    def take(self) -> Seat | None:
        sits = self._succession.seats.get(self._machine)
        taken = sits is not None and sits is not self._process and sits.alive
        if taken or not self._process.alive:
            return None
        self._succession.seats[self._machine] = self._process
        return self._succession.told.get(self._machine, Seat(token=0))

    def keep(self, token: int, heir: str = "") -> None:
        if self.is_ours:
            self._succession.told[self._machine] = Seat(token=token, heir=heir)

    def leave(self) -> None:
        if self.is_ours:
            del self._succession.seats[self._machine]

    def tell(self, token: int) -> None:
        """Nobody asks."""
