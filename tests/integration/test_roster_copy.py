"""The roster reaches an engine that stands by on another machine, and only there."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import asyncpg
import pytest

from router.adapters.postgres import roster_copy
from router.adapters.postgres.roster_copy import RosterCopy

SECRET = b'{"agents": [{"password": "geheim"}]}'


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(roster_copy, "LOOK_EVERY", 0.01)


def copy(dsn: str, folder: str, key: Path) -> RosterCopy:
    return RosterCopy(dsn, house="n1", folder=folder, key_file=key)


class Written:
    """What came, and a way to wait for it. It comes from a thread."""

    def __init__(self) -> None:
        self.all: list[bytes] = []

    def __call__(self, content: bytes) -> None:
        self.all.append(content)

    async def is_last(self, content: bytes) -> None:
        await until(lambda: self.all[-1:] == [content])


async def until(holds: Callable[[], bool]) -> None:
    async with asyncio.timeout(10):
        while True:
            if holds():
                return
            await asyncio.sleep(0.01)


@asynccontextmanager
async def between(
    active: RosterCopy, standby: RosterCopy, read: Callable[[], bytes | None]
) -> AsyncIterator[Written]:
    written = Written()
    tasks = [
        asyncio.create_task(active.give(7, read)),
        asyncio.create_task(standby.take(written)),
    ]
    try:
        yield written
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def test_each_change_of_the_roster_comes_over_sealed(database: str, tmp_path: Path) -> None:
    roster = [SECRET]
    ours, theirs = tmp_path / "ours.key", tmp_path / "theirs.key"
    active = copy(database, "a:/state", ours)
    shutil.copy(ours, theirs)
    standby = copy(database, "b:/state", theirs)
    async with between(active, standby, lambda: roster[0]) as written:
        await written.is_last(SECRET)
        connection = await asyncpg.connect(database)
        kept = await connection.fetchval("SELECT sealed FROM engine_roster")
        await connection.close()
        assert b"geheim" not in kept
        roster[0] = b'{"agents": []}'
        await written.is_last(roster[0])
    assert written.all == [SECRET, roster[0]]


async def test_an_older_engine_does_not_keep_its_roster(database: str, tmp_path: Path) -> None:
    key = tmp_path / "key"
    async with between(copy(database, "a:/", key), copy(database, "b:/", key), lambda: SECRET) as w:
        await w.is_last(SECRET)
        older = asyncio.create_task(copy(database, "c:/", key).give(6, lambda: b"old"))
        for _ in range(20):
            await asyncio.sleep(0.01)
        older.cancel()
        await asyncio.gather(older, return_exceptions=True)
        assert w.all == [SECRET]


async def test_engine_of_the_same_folder_and_engine_with_another_key_write_nothing(
    database: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    key = tmp_path / "key"
    active, same = copy(database, "a:/", key), copy(database, "a:/", key)
    stranger, good = copy(database, "b:/", tmp_path / "other"), copy(database, "c:/", key)
    refused, unread = Written(), Written()
    others = [asyncio.create_task(same.take(refused)), asyncio.create_task(stranger.take(unread))]
    async with between(active, good, lambda: SECRET) as written:
        await written.is_last(SECRET)
        await until(lambda: "identity.key" in capsys.readouterr().out)
    for task in others:
        task.cancel()
    await asyncio.gather(*others, return_exceptions=True)
    assert not refused.all
    assert not unread.all
