"""What two engines that want the storm's Asterisk know of each other: a lease and seats.

Roster and journal of the two machines are one here; how they are copied is tested elsewhere.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field

from router.errors import DatabaseUnreachable
from router.succession import Seat
from tests.fakes.lease import LeaseInMemory, LeaseTable
from tests.storm.database import Database
from tests.storm.loop import Killed, Process

ANSWERS_WITHIN = 1.0


@dataclass(slots=True, kw_only=True)
class Succession(LeaseTable):
    """The lease in the database, whose end is an instant of the loop, and the seats by machine."""

    seats: dict[str, Process] = field(default_factory=dict)
    told: dict[str, Seat] = field(default_factory=dict)


class StormLease(LeaseInMemory):
    """In a database that may be gone or slow, for a process that may be killed."""

    def __init__(
        self, name: str, succession: Succession, database: Database, process: Process
    ) -> None:
        super().__init__(succession, name)
        self._database = database
        self._process = process

    async def _reached(self) -> None:
        database, slow = self._database, self._at() < self._database.slow_until
        await asyncio.sleep(ANSWERS_WITHIN if slow else 0.004)
        if not self._process.alive:
            raise Killed
        if slow or self._at() < database.gone_until:
            raise DatabaseUnreachable(where="storm", detail="gone", setting="database")

    def _at(self) -> float:
        return self._database.loop.time()


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
