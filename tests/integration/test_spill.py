"""The journal's files: an outage, a kill, a full disk and damage cost no caller's history."""

from __future__ import annotations

import asyncio
import errno
import json
import resource
import tempfile
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from router.adapters.postgres import migrate
from router.adapters.postgres.journal import PostgresJournal
from router.adapters.postgres.spill import Spill, broken_in, waiting_in
from router.cli.exits import Exit
from router.cli.main import run
from router.core.journal_lines import Line
from router.core.records import Abandoned, CommandRefused, Entry
from router.core.vocabulary import QueueName
from router.standalone import postgres as private
from tests.integration.conftest import MIGRATIONS
from tests.integration.test_journal import NODE, NOON, QUICK, SOON, entry, rows
from tests.integration.troubles import Troubles
from tests.postgres import free_port, kill

SAFE_SOON = replace(QUICK, unsafe_for=timedelta(milliseconds=10), room=200)


class Watched(Spill):
    """Tells when something came to the disk or went; refuses as a full disk does, while `full`."""

    def __init__(self, folder: Path, *, lines: int = 1_000, full: bool = False) -> None:
        super().__init__(folder, lines=lines)
        self.full = full
        self.kept: set[int] = set()
        self._changed = asyncio.Event()
        self._loop = asyncio.get_running_loop()

    def append(self, entries: Sequence[Entry | Line]) -> None:
        if self.full:
            raise OSError(errno.ENOSPC, "No space left on device")
        super().append(entries)
        self.kept |= {each.seq for each in entries}
        self._loop.call_soon_threadsafe(self._changed.set)

    def done(self, path: Path, *, damaged: bool) -> Path:
        where = super().done(path, damaged=damaged)
        self._loop.call_soon_threadsafe(self._changed.set)
        return where

    async def when(self, holds: Callable[[], bool]) -> None:
        async with asyncio.timeout(SOON.total_seconds()):
            while not holds():
                self._changed.clear()
                await self._changed.wait()

    async def keeps(self, seq: int) -> None:
        await self.when(lambda: seq in self.kept)

    async def is_written(self) -> None:
        await self.when(lambda: not waiting_in(self.folder))


@asynccontextmanager
async def living(journal: PostgresJournal, *, writing: bool = True) -> AsyncIterator[None]:
    parts = [asyncio.create_task(journal.keep())]
    if writing:
        parts.append(asyncio.create_task(journal.run()))
    try:
        yield
    finally:
        for part in parts:
            part.cancel()
            with suppress(asyncio.CancelledError):
                await part


def nowhere() -> str:
    return f"postgresql://hotline@127.0.0.1:{free_port()}/hotline"


def read_all(folder: Path) -> list[int]:
    spill, read = Spill(folder), []
    spill.open()
    while (file := spill.oldest()) is not None:
        read += [line.seq for line in file.lines]
        spill.done(file.path, damaged=file.damage is not None)
    return read


async def test_an_outage_longer_than_memory_loses_nothing_and_keeps_the_order(
    tmp_path: Path,
) -> None:
    folder, port = tmp_path / "postgres", free_port()
    server = private.start(folder, port)
    try:
        await migrate.apply(server.dsn, MIGRATIONS)
        troubles, spill = Troubles(), Watched(tmp_path / "journal", lines=100)
        journal = PostgresJournal(
            server.dsn, node=NODE, on_trouble=troubles, limits=SAFE_SOON, spill=spill
        )
        async with living(journal):
            journal.append([entry(seq) for seq in range(100)])
            assert await journal.drain(SOON) == 0
            kill(server)
            for first in range(100, 2_000, 100):
                journal.append([entry(first + n) for n in range(100)])
                await spill.keeps(first + 99)
            assert "waits in" in await troubles.raised("journal_behind")
            assert len(waiting_in(spill.folder)) >= 10
            server = await asyncio.to_thread(private.start, folder, port)
            await troubles.cleared("journal_behind")
            journal.append([entry(2_000)])
            assert await journal.drain(SOON) == 0
        written = await rows(server.dsn)
        assert [row["seq"] for row in written] == list(range(2_001))
        assert waiting_in(spill.folder) == []
        assert {name for name, _ in troubles.said} == {"journal_behind"}
    finally:
        await asyncio.to_thread(private.stop, folder)


async def test_the_next_life_writes_what_a_killed_engine_kept_before_its_own(
    tmp_path: Path, database: str
) -> None:
    spill = Watched(tmp_path)
    killed = PostgresJournal(
        nowhere(), node=NODE, on_trouble=Troubles(), limits=SAFE_SOON, spill=spill
    )
    async with living(killed, writing=False):  # the database was never there
        killed.append([entry(1), entry(2)])
        await spill.keeps(2)
    troubles, spill = Troubles(), Watched(tmp_path)
    next_life = PostgresJournal(
        database, node=NODE, on_trouble=troubles, limits=SAFE_SOON, spill=spill
    )
    async with living(next_life):
        next_life.append([entry(3)])
        await spill.is_written()
        assert await next_life.drain(SOON) == 0
    assert [row["seq"] for row in await rows(database)] == [1, 2, 3]
    assert troubles.said == []


async def test_an_engine_that_ends_without_its_database_leaves_nothing_in_memory(
    tmp_path: Path,
) -> None:
    journal = PostgresJournal(nowhere(), node=NODE, on_trouble=Troubles(), spill=Spill(tmp_path))
    journal.append([entry(1), entry(2)])
    assert await journal.drain(timedelta(milliseconds=50)) == 0
    assert read_all(tmp_path) == [1, 2]


async def test_a_file_that_was_written_already_is_not_written_twice(
    tmp_path: Path, database: str
) -> None:
    troubles = Troubles()
    for _ in range(2):
        Spill(tmp_path).append([entry(1), entry(2)])
        spill = Watched(tmp_path)
        journal = PostgresJournal(database, node=NODE, on_trouble=troubles, spill=spill)
        async with living(journal):
            await spill.is_written()
    assert len(await rows(database)) == 2
    assert troubles.said == []


async def test_a_full_disk_is_said_and_costs_only_what_memory_cannot_hold(tmp_path: Path) -> None:
    troubles, disk = Troubles(), Watched(tmp_path, full=True)
    limits = replace(SAFE_SOON, disk_again_after=timedelta(milliseconds=10))
    journal = PostgresJournal(nowhere(), node=NODE, on_trouble=troubles, limits=limits, spill=disk)
    async with living(journal):
        journal.append([entry(seq) for seq in range(250)])
        assert "No space left" in await troubles.raised("journal_disk")
        assert journal.waiting == 200
        assert "journal_full" in troubles.standing()
        disk.full = False
        await troubles.cleared("journal_disk")
        await disk.keeps(199)
        assert "50 entries were lost" in await troubles.raised("journal_incomplete")
    assert read_all(tmp_path) == list(range(200))


def test_the_files_room_is_bounded_and_what_is_in_them_stays_whole(tmp_path: Path) -> None:
    spill = Spill(tmp_path, room=2_000)
    spill.append([entry(seq) for seq in range(5)])
    with pytest.raises(OSError, match="used up"):
        spill.append([entry(5 + seq) for seq in range(50)])
    assert read_all(tmp_path) == list(range(5))


def test_a_disk_that_fills_within_a_line_leaves_the_lines_before_it(tmp_path: Path) -> None:
    spill = Spill(tmp_path)
    spill.append([entry(1)])
    (file,) = waiting_in(tmp_path)
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (file.stat().st_size + 20, hard))
    try:
        with pytest.raises(OSError, match="too large"):
            spill.append([entry(2)])
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    spill.append([entry(2)])
    assert read_all(tmp_path) == [1, 2]
    assert broken_in(tmp_path) == []


async def test_a_damaged_file_is_set_aside_and_said_and_the_rest_is_written(
    tmp_path: Path, database: str
) -> None:
    spill = Spill(tmp_path, lines=3)
    for first in (0, 3):
        spill.append([entry(first + n) for n in range(3)])
    file = waiting_in(tmp_path)[0]
    lines = file.read_bytes().splitlines(keepends=True)
    file.write_bytes(lines[0] + lines[1].replace(b"crisis", b"crisos") + lines[2])
    troubles, watched = Troubles(), Watched(tmp_path)
    journal = PostgresJournal(database, node=NODE, on_trouble=troubles, spill=watched)
    async with living(journal):
        assert "the first is line 2" in await troubles.raised("journal_broken")
        await watched.is_written()
    assert [row["seq"] for row in await rows(database)] == [0, 2, 3, 4, 5]
    assert [each.name for each in broken_in(tmp_path)] == [f"{file.name}.broken"]


@settings(max_examples=100, deadline=None)
@given(st.data())
def test_whatever_happens_to_a_file_no_line_is_read_that_was_not_written(
    data: st.DataObject,
) -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        Spill(folder).append([entry(seq) for seq in range(5)])
        (file,) = waiting_in(folder)
        content = bytearray(file.read_bytes())
        at = data.draw(st.integers(0, len(content) - 1))
        content[at : at + data.draw(st.integers(1, 40))] = data.draw(st.binary(max_size=40))
        file.write_bytes(bytes(content[: data.draw(st.integers(0, len(content)))]))
        read = read_all(folder)
        assert read == sorted(set(read))
        assert set(read) <= set(range(5))


def test_no_number_is_in_the_files_and_only_their_owner_reads_them(tmp_path: Path) -> None:
    detail = "Allocation failed for PJSIP/+525512345678@trunk"
    record = CommandRefused(command="dial", why="no", detail=detail)
    Spill(tmp_path / "journal").append([entry(1, record=record)])
    (file,) = waiting_in(tmp_path / "journal")
    assert b"5512345678" not in file.read_bytes()
    assert file.stat().st_mode & 0o077 == 0


async def test_verify_tells_books_that_do_not_balance_and_files_that_wait(
    tmp_path: Path, database: str, capsys: pytest.CaptureFixture[str]
) -> None:
    words = [
        "journal", "verify", "--json", "--state-dir", str(tmp_path),
        "--from", f"{NOON - timedelta(days=1):%Y-%m-%d}",
        "--to", f"{NOON + timedelta(days=2):%Y-%m-%d}",
    ]  # fmt: skip
    (tmp_path / "hotline.toml").write_text(f'database = "{database}"\n')
    assert await asyncio.to_thread(run, words) == Exit.DONE
    assert json.loads(capsys.readouterr().out)["whole"] is True

    Spill(tmp_path / "journal").append([entry(1)])
    assert await asyncio.to_thread(run, words) == Exit.NOT_SO
    told = json.loads(capsys.readouterr().out)
    assert told["balanced"] is True
    assert len(told["waiting"]) == 1

    ended = Abandoned(queue=QueueName("crisis"), waited=timedelta(seconds=7), offered=False)
    journal = PostgresJournal(database, node=NODE, on_trouble=Troubles())
    journal.append([entry(1, record=ended)])
    assert await journal.drain(SOON) == 0
    assert await asyncio.to_thread(run, [each for each in words if each != "--json"]) == 1
    assert "1 ends without a place" in capsys.readouterr().out
