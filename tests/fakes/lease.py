"""The lease in memory: who is the active engine, and until when."""

from __future__ import annotations

import asyncio
from abc import ABC, abstractmethod
from dataclasses import dataclass, field, replace

from router.succession import LEASE_FOR, Lease


@dataclass(slots=True, kw_only=True)
class LeaseTable:
    """What the engines share: one row, valid `until` an instant of the clock, and who stands by."""

    lease: Lease = field(default_factory=lambda: Lease(token=0, holder="", valid=False))
    until: float = 0.0
    standbys: set[str] = field(default_factory=set)
    hints: list[asyncio.Event] = field(default_factory=list)


class LeaseInMemory(ABC):
    """Keeps `standing_by.LeaseBook`'s promise for one engine."""

    def __init__(self, table: LeaseTable, name: str) -> None:
        self._table = table
        self._name = name
        self.hint = asyncio.Event()
        table.hints.append(self.hint)

    @abstractmethod
    async def _reached(self) -> None:
        """Raises what a database raises that cannot be reached."""

    @abstractmethod
    def _at(self) -> float:
        """By everybody's clock, in seconds."""

    async def look(self) -> Lease:
        await self._reached()
        return replace(self._table.lease, valid=self._table.until > self._at())

    async def take(self, token: int, *, instead_of: int) -> bool:
        await self._reached()
        if self._table.lease.token != instead_of:
            return False
        self._hold(token)
        return True

    async def keep(self, token: int) -> int:
        await self._reached()
        lease = self._table.lease
        if lease.token < token or (lease.token, lease.holder) == (token, self._name):
            self._hold(token)
        return self._table.lease.token

    async def let_go(self, token: int, heir: str) -> None:
        await self._reached()
        table = self._table
        if (table.lease.token, table.lease.holder) == (token, self._name):
            table.lease, table.until = replace(table.lease, let_go=True, heir=heir), 0.0
            for hint in table.hints:
                hint.set()

    async def stand_by(self) -> None:
        await self._reached()
        self._table.standbys.add(self._name)

    async def stand_by_no_more(self) -> None:
        await self._reached()
        self._table.standbys.discard(self._name)

    async def standbys(self) -> tuple[str, ...]:
        await self._reached()
        return tuple(sorted(self._table.standbys))

    def _hold(self, token: int) -> None:
        self._table.lease = Lease(token=token, holder=self._name, valid=True)
        self._table.until = self._at() + LEASE_FOR.total_seconds()
