"""What must reach the database and may not wait for it: kept safe, and written in batches."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from itertools import islice
from typing import Generic, TypeVar

import asyncpg

from router.adapters.postgres.connection import (
    LOSSES,
    Connection,
    close,
    connect,
    in_our_words,
    told,
    where,
)
from router.adapters.postgres.overflow import Overflow
from router.errors import DatabaseUnreachable, HotlineError

T = TypeVar("T")

Write = Callable[[Connection, Sequence[T], bool], Awaitable[None]]
"""Writes a batch so that a second time changes nothing; True: a try before may have got through."""

Connect = Callable[[str], Awaitable[Connection]]
"""Raises DatabaseUnreachable."""

Trouble = Callable[[str, str | None], None]
"""An alarm's name, and its text or None when its cause is gone."""

UNWRITABLE = (asyncpg.DataError, asyncpg.IntegrityConstraintViolationError)
"""What one entry, and not the state of the server, is to blame for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """How much is kept, and when it is time to say so.

    `patience` is for one batch: a server that is slow, not gone, is given that long. A larger
    `batch` is hardly quicker, and holds up the engine's loop while it is encoded. What the
    database has not taken after `unsafe_for` goes to the disk, where there is an overflow; it must
    leave `linger` and a write time, or everything goes there first.
    """

    room: int = 100_000
    nearly_full: float = 0.8
    batch: int = 100
    linger: timedelta = timedelta(milliseconds=40)
    late_after: timedelta = timedelta(seconds=5)
    patience: timedelta = timedelta(seconds=30)
    first_pause: timedelta = timedelta(milliseconds=100)
    longest_pause: timedelta = timedelta(seconds=2)
    unsafe_for: timedelta = timedelta(milliseconds=80)
    save_at_once: int = 1_000
    disk_again_after: timedelta = timedelta(seconds=1)


class WriteBehind(Generic[T]):
    """`put` at once, written by `run` in the order given; never more than `room` in memory.

    With an overflow `keep` brings to the disk what the database does not take, so that a kill
    costs a moment at most; without one, or with a full disk, the newest are dropped when memory is
    full, and an alarm says how many. Its alarms are `<name>_behind`, `<name>_full`,
    `<name>_incomplete`, `<name>_disk` and `<name>_broken`.
    """

    def __init__(
        self,
        dsn: str,
        write: Write[T],
        *,
        name: str,
        on_trouble: Trouble,
        limits: Limits,
        overflow: Overflow[T] | None = None,
        connect: Connect = connect,
    ) -> None:
        self._dsn = dsn
        self._connect = connect
        self._overflow = overflow
        self._gone = 0
        self._saving = asyncio.Lock()
        self._spilled_since: float | None = None
        self._write = write
        self._limits = limits
        self._alarms = _Alarms(name, on_trouble)
        self._kept: deque[T] = deque()
        self._dropped = 0
        self._unsure = False
        self._ever_connected = False
        self._problem = f"The database at {where(dsn)} is slow."
        self._failing_since: float | None = None
        self._stuck_since = 0.0
        self._something = asyncio.Event()
        self._in_memory = asyncio.Event()
        self._enough = asyncio.Event()
        self._nothing = asyncio.Event()
        self._nothing.set()
        self._draining = False
        self._one_writer = asyncio.Lock()

    @property
    def waiting(self) -> int:
        """How many are in memory only."""
        return len(self._kept)

    def put(self, items: Sequence[T]) -> None:
        """Keep these; never blocks, never raises."""
        if not self._kept:
            self._stuck_since = _now()
        room = self._limits.room - len(self._kept)
        self._kept.extend(items[:room])
        if len(items) > room:
            self._dropped += len(items) - room
            self._alarms.stand(
                "full",
                f"{self._problem} The {self._limits.room:,} entries that memory has room for are"
                " full: new ones are lost from now on.",
            )
        elif len(self._kept) >= self._limits.room * self._limits.nearly_full:
            self._say_behind()
        if self._kept:
            self._nothing.clear()
            self._something.set()
            self._in_memory.set()
        if len(self._kept) >= self._limits.batch:
            self._enough.set()

    async def drain(self, within: timedelta) -> int:
        """Writes all there is, or brings it to the disk, also after `run` was cancelled; how many
        are left in memory in the end."""
        if self._overflow is not None and self._failing_since is not None:
            within = timedelta(0)
        self._draining = True
        self._enough.set()
        writing = asyncio.create_task(self.run())
        with suppress(TimeoutError):
            async with asyncio.timeout(within.total_seconds()):
                await self._nothing.wait()
        writing.cancel()
        await asyncio.wait([writing])
        self._draining = False
        await self._save()
        return len(self._kept)

    async def keep(self) -> None:
        """Brings to the disk what the database does not take in time, until cancelled."""
        if self._overflow is None:
            return
        await self._find_what_was_left(self._overflow)
        unsafe_for = self._limits.unsafe_for.total_seconds()
        while True:
            await self._in_memory.wait()
            await asyncio.sleep(unsafe_for / 4)
            late = self._stuck_since <= _now() - unsafe_for * 3 / 4
            if (
                late or self._failing_since is not None or len(self._kept) > self._limits.batch * 10
            ) and not await self._save():
                await asyncio.sleep(self._limits.disk_again_after.total_seconds())

    async def _find_what_was_left(self, overflow: Overflow[T]) -> None:
        try:
            await asyncio.to_thread(overflow.open)
        except OSError as problem:
            self._disk_failed(overflow, problem)
        self._look()

    async def _save(self) -> bool:
        """What is in memory now is on the disk; an entry may be in both, or written twice: its key
        makes that harmless. False: the disk refuses."""
        overflow = self._overflow
        if overflow is None:
            return True
        async with self._saving:
            until = self._gone + len(self._kept)
            while self._gone < until:
                some = list(islice(self._kept, min(self._limits.save_at_once, until - self._gone)))
                end = self._gone + len(some)
                try:
                    await asyncio.to_thread(overflow.append, some)
                except Exception as problem:  # noqa: BLE001 - whatever it is, the loop goes on
                    self._disk_failed(overflow, problem)
                    return False
                self._let_go(end)
                self._alarms.clear("disk")
                if len(self._kept) < self._limits.room:
                    self._say_what_was_lost()
        return True

    def _disk_failed(self, overflow: Overflow[T], problem: Exception) -> None:
        detail = getattr(problem, "strerror", None) or told(problem)
        self._alarms.stand(
            "disk",
            f"{overflow.folder} cannot be written ({detail}): what the database does not take"
            f" waits in memory, which has room for {self._limits.room:,} entries. Make room, or"
            " correct the folder's rights.",
        )

    async def run(self) -> None:
        """Writes until cancelled, through every loss of the database; of two, the second waits."""
        async with self._one_writer, asyncio.TaskGroup() as group:
            group.create_task(self._write_for_ever())
            group.create_task(self._watch())

    async def _write_for_ever(self) -> None:
        pause = self._limits.first_pause
        while True:
            try:
                await self._write_on_a_connection()
            except DatabaseUnreachable as problem:
                self._failed(problem)
            except LOSSES as problem:
                if self._failing_since is None:
                    pause = self._limits.first_pause
                self._failed(in_our_words(problem, self._dsn))
            await asyncio.sleep(pause.total_seconds())
            pause = min(pause * 2, self._limits.longest_pause)

    async def _write_on_a_connection(self) -> None:
        connection = await self._connect(self._dsn)
        try:
            self._ever_connected = True
            if not self._kept:
                self._went_well()
            while True:
                await self._something.wait()
                if self._overflow is not None and self._overflow.waits:
                    await self._write_oldest(connection, self._overflow)
                    continue
                if not self._draining:
                    with suppress(TimeoutError):
                        async with asyncio.timeout(self._limits.linger.total_seconds()):
                            await self._enough.wait()
                batch = list(islice(self._kept, self._limits.batch))
                end = self._gone + len(batch)
                if not batch:
                    # Who was cancelled while a thread removed the last file did not look again; to
                    # try at once, and again, would leave nobody else a turn (seen at a SIGTERM).
                    self._look()
                    continue
                await self._write_batch(connection, batch, self._unsure)
                self._let_go(end)
                self._went_well()
        finally:
            await close(connection)

    async def _write_oldest(self, connection: Connection, overflow: Overflow[T]) -> None:
        """An entry of a file may have been written from memory, too, or by an earlier life."""
        file = await asyncio.to_thread(overflow.oldest)
        if file is None:
            self._look()
            return
        for first in range(0, len(file.lines), self._limits.batch):
            batch = list(file.lines[first : first + self._limits.batch])
            await self._write_batch(connection, batch, True)
        damaged = file.damage is not None
        path = await asyncio.to_thread(overflow.done, file.path, damaged=damaged)
        if damaged:
            self._alarms.stand(
                "broken",
                f"{file.path} is damaged ({file.damage}); the other {len(file.lines):,} entries are"
                f" written. It is kept as {path.name}: look at it, and move it away.",
                True,
            )
        self._look()
        self._went_well()

    async def _write_batch(self, connection: Connection, batch: list[T], again: bool) -> None:
        self._unsure = True
        try:
            async with asyncio.timeout(self._limits.patience.total_seconds()):
                await self._write(connection, batch, again)
        except Exception as problem:  # a fault of ours in one entry must not stop the others
            if not _is_the_entrys_own(problem):
                raise
            if len(batch) > 1:
                middle = len(batch) // 2
                await self._write_batch(connection, batch[:middle], again)
                await self._write_batch(connection, batch[middle:], again)
                return
            self._alarms.stand(
                "incomplete",
                f"An entry cannot be written and is left out ({told(problem)}).",
                True,
            )
        self._unsure = False

    def _let_go(self, end: int) -> None:
        """Memory begins at the entry number `end`, if it does not begin later already."""
        while self._gone < end:
            self._kept.popleft()
            self._gone += 1
        self._stuck_since = _now()
        self._look()

    def _look(self) -> None:
        spilled = self._overflow is not None and self._overflow.waits
        if not spilled:
            self._spilled_since = None
        elif self._spilled_since is None:
            self._spilled_since = _now()
        if len(self._kept) < self._limits.batch and not self._draining:
            self._enough.clear()
        if not self._kept:
            self._in_memory.clear()
        if self._kept or spilled:
            self._nothing.clear()
            self._something.set()
        else:
            self._something.clear()
            self._nothing.set()

    def _went_well(self) -> None:
        self._failing_since = None
        self._problem = f"The database at {where(self._dsn)} is slow."
        if len(self._kept) > self._limits.room * self._limits.nearly_full / 2:
            return
        self._say_what_was_lost()
        if len(self._kept) < self._limits.batch and self._spilled_since is None:
            self._alarms.clear("behind")

    def _say_what_was_lost(self) -> None:
        if self._dropped:
            self._alarms.stand(
                "incomplete",
                f"{self._dropped:,} entries were lost while memory was full.",
                True,
            )
            self._dropped = 0
        self._alarms.clear("full")

    def _failed(self, problem: HotlineError) -> None:
        self._problem = str(problem)
        if self._failing_since is None:
            self._failing_since = _now()
        if not self._ever_connected:
            self._say_behind()

    async def _watch(self) -> None:
        late_after = self._limits.late_after.total_seconds()
        while True:
            await asyncio.sleep(min(late_after / 4, 1))
            long_ago = _now() - late_after
            stuck = self._kept and self._stuck_since < long_ago
            failing = self._failing_since is not None and self._failing_since < long_ago
            spilled = self._spilled_since is not None and self._spilled_since < long_ago
            if stuck or failing or spilled:
                self._say_behind()

    def _say_behind(self) -> None:
        self._alarms.stand(
            "behind",
            f"{self._problem} {len(self._kept):,} entries wait in memory, which has room for"
            f" {self._limits.room:,}." + self._what_is_on_the_disk(),
        )

    def _what_is_on_the_disk(self) -> str:
        if self._overflow is None or not self._overflow.waits:
            return ""
        return f" What came before them waits in {self._overflow.folder}."


class _Alarms:
    """Says each change once."""

    def __init__(self, name: str, on_trouble: Trouble) -> None:
        self._name = name
        self._on_trouble = on_trouble
        self._standing: set[str] = set()

    def stand(self, alarm: str, text: str, repeat: bool = False) -> None:
        if repeat or alarm not in self._standing:
            self._standing.add(alarm)
            self._on_trouble(f"{self._name}_{alarm}", text)

    def clear(self, alarm: str) -> None:
        if alarm in self._standing:
            self._standing.remove(alarm)
            self._on_trouble(f"{self._name}_{alarm}", None)


def _is_the_entrys_own(problem: Exception) -> bool:
    """asyncpg refuses an argument with an InterfaceError that is a ValueError too."""
    return isinstance(problem, (*UNWRITABLE, ValueError)) or not isinstance(problem, LOSSES)


def _now() -> float:
    return asyncio.get_running_loop().time()
