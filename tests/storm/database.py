"""The storm's database and disk, below the real writer: gone, slow, and cut off in the middle."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import cast

from router.adapters.postgres.connection import Connection
from router.adapters.postgres.write_behind import Limits, Trouble, WriteBehind
from router.core.policy import Policy
from router.core.records import Entry
from router.errors import DatabaseUnreachable
from router.ports import RosterEntry
from tests.storm.loop import Killed, Process, StormLoop

Key = tuple[str | None, int, int]


@dataclass(frozen=True, slots=True)
class Spilled:
    """A file of entries that the database did not take."""

    path: Path
    lines: Sequence[Entry]
    damage: str | None = None


@dataclass(slots=True)
class Disk:
    """What outlives the engine's process."""

    policy: Policy
    epoch: int = 0
    roster: tuple[RosterEntry, ...] = ()
    files: list[Spilled] = field(default_factory=list)
    written: int = 0

    def next_token(self, seen: int) -> int:
        """Higher than any that was used; `seen`: what Asterisk knows."""
        self.epoch = max(seen, self.epoch) + 1
        return self.epoch


class Database:
    """Rows by key; a row that is there already stays as it is (house.md 11)."""

    def __init__(self, loop: StormLoop) -> None:
        self.loop = loop
        self.rows: dict[Key, Entry] = {}
        self.gone_until = 0.0
        self.slow_until = 0.0
        self.shadowed: list[Key] = []

    async def connect(self, dsn: str) -> Connection:
        """Or DatabaseUnreachable."""
        await asyncio.sleep(0.005)
        if self.loop.time() < self.gone_until:
            raise DatabaseUnreachable(where="storm", detail="gone", setting="database")
        return cast(Connection, _Link())

    async def write(self, connection: Connection, entries: Sequence[Entry], again: bool) -> None:
        """Twice is as good as once."""
        await asyncio.sleep(2.0 if self.loop.time() < self.slow_until else 0.003)
        self._check()
        for entry in entries:
            key = (entry.call, entry.epoch, entry.seq)
            if self.rows.setdefault(key, entry) != entry:
                self.shadowed.append(key)
        await asyncio.sleep(0.001)
        self._check()

    def _check(self) -> None:
        if self.loop.time() < self.gone_until:
            raise ConnectionResetError


class _Link:
    async def close(self, **how: float) -> None: ...

    def terminate(self) -> None: ...


class StormSpill:
    """The engine's folder for what the database does not take."""

    folder = Path("spill")

    def __init__(self, disk: Disk, process: Process) -> None:
        self._disk = disk
        self._process = process

    @property
    def waits(self) -> bool:
        return bool(self._disk.files)

    def open(self) -> None: ...

    def append(self, entries: Sequence[Entry]) -> None:
        self._alive()
        self._disk.written += 1
        name = Path(f"{self._disk.written:08}.jsonl")
        self._disk.files.append(Spilled(name, tuple(entries)))

    def oldest(self) -> Spilled | None:
        self._alive()
        return self._disk.files[0] if self._disk.files else None

    def done(self, path: Path, *, damaged: bool) -> Path:
        self._alive()
        self._disk.files = [file for file in self._disk.files if file.path != path]
        return path

    def _alive(self) -> None:
        if not self._process.alive:
            raise Killed


class StormDirectory:
    """The roster's file."""

    def __init__(self, disk: Disk, process: Process) -> None:
        self._disk = disk
        self._process = process

    def load(self) -> Sequence[RosterEntry]:
        return self._disk.roster

    def save(self, roster: Sequence[RosterEntry], *, durable: bool = True) -> None:
        if self._process.alive:
            self._disk.roster = tuple(roster)


def writer(
    database: Database, disk: Disk, process: Process, on_trouble: Trouble
) -> WriteBehind[Entry]:
    """The real write-behind, on this database and this disk."""
    return WriteBehind[Entry](
        "postgresql://storm/hotline",
        database.write,
        name="journal",
        on_trouble=on_trouble,
        limits=Limits(),
        overflow=StormSpill(disk, process),
        connect=database.connect,
    )
