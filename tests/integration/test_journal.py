"""The journal on a PostgreSQL that dies, is slow, or is not there: nothing missing or twice."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from router.adapters.postgres import migrate
from router.adapters.postgres.connection import connected
from router.adapters.postgres.journal import PostgresJournal
from router.adapters.postgres.write_behind import Limits
from router.core.house_records import AlarmCleared
from router.core.records import CommandRefused, Entry, Queued, Record
from router.core.vocabulary import CallId, NodeId, QueueName
from router.standalone import postgres as private
from tests.integration.conftest import MIGRATIONS
from tests.integration.troubles import Troubles
from tests.postgres import free_port, kill

NOON = datetime(2026, 3, 1, 18, tzinfo=UTC)
NODE = NodeId("n1")
SOON = timedelta(seconds=20)
QUICK = Limits(
    linger=timedelta(milliseconds=5),
    late_after=timedelta(milliseconds=200),
    longest_pause=timedelta(milliseconds=100),
)


def entry(seq: int, *, call: str | None = "n1-17.1", record: Record | None = None) -> Entry:
    queued = Queued(queue=QueueName("crisis"), order_class=100, place_from=NOON, again=False)
    return Entry(
        call=None if call is None else CallId(call),
        epoch=7,
        seq=seq,
        at=NOON + timedelta(seconds=seq),
        record=record or queued,
    )


@asynccontextmanager
async def running(journal: PostgresJournal) -> AsyncIterator[PostgresJournal]:
    run = asyncio.create_task(journal.run())
    try:
        yield journal
    finally:
        run.cancel()
        with suppress(asyncio.CancelledError):
            await run


async def rows(dsn: str, table: str = "call_records") -> Sequence[Any]:
    async with connected(dsn) as connection:
        found: Sequence[Any] = await connection.fetch(f"SELECT * FROM {table} ORDER BY epoch, seq")
        return found


async def test_entries_are_written_with_their_keys(database: str) -> None:
    troubles = Troubles()
    async with running(PostgresJournal(database, node=NODE, on_trouble=troubles)) as journal:
        journal.append([entry(1), entry(2)])
        journal.append([entry(3, call=None, record=AlarmCleared(alarm="disk"))])
        assert await journal.drain(SOON) == 0
    first, second = await rows(database)
    assert (first["call_id"], first["epoch"], first["seq"]) == ("n1-17.1", 7, 1)
    assert first["at"] == NOON + timedelta(seconds=1)
    assert first["kind"] == "queued"
    assert json.loads(second["body"])["queue"] == "crisis"
    (about_the_house,) = await rows(database, "house_records")
    assert (about_the_house["node"], about_the_house["seq"]) == ("n1", 3)
    assert troubles.said == []


async def test_what_is_in_memory_when_the_engine_ends_is_still_written(database: str) -> None:
    journal = PostgresJournal(database, node=NODE, on_trouble=Troubles())
    async with running(journal):
        journal.append([entry(1)])
    journal.append([entry(2)])
    assert await journal.drain(SOON) == 0
    assert [row["seq"] for row in await rows(database)] == [1, 2]


async def test_an_engine_that_ends_does_not_wait_for_ever_for_its_database() -> None:
    nowhere = f"postgresql://hotline@127.0.0.1:{free_port()}/hotline"
    journal = PostgresJournal(nowhere, node=NODE, on_trouble=Troubles())
    journal.append([entry(1)])
    assert await journal.drain(timedelta(milliseconds=50)) == 1


async def test_two_engines_on_one_database_do_not_shadow_each_other(
    database: str,
) -> None:
    for node in ("n1", "n2"):
        journal = PostgresJournal(database, node=NodeId(node), on_trouble=Troubles())
        async with running(journal):
            journal.append([entry(1, call=None, record=AlarmCleared(alarm="disk"))])
            assert await journal.drain(SOON) == 0
    assert len(await rows(database, "house_records")) == 2


async def test_a_key_used_in_an_earlier_life_is_reported(database: str) -> None:
    troubles = Troubles()
    for alarm in ("disk", "memory"):
        journal = PostgresJournal(database, node=NODE, on_trouble=troubles)
        async with running(journal):
            journal.append([entry(1, call=None, record=AlarmCleared(alarm=alarm))])
            assert await journal.drain(SOON) == 0
    assert [name for name, _ in troubles.said] == ["journal_shadowed"]


async def test_the_database_dies_and_nothing_is_missing_or_twice(
    tmp_path: Path,
) -> None:
    folder, port = tmp_path / "postgres", free_port()
    server = private.start(folder, port)
    try:
        await migrate.apply(server.dsn, MIGRATIONS)
        troubles = Troubles()
        journal = PostgresJournal(server.dsn, node=NODE, on_trouble=troubles, limits=QUICK)
        async with running(journal):
            written = 0
            for _ in range(3):
                for _ in range(40):
                    journal.append([entry(written + n) for n in range(50)])
                    written += 50
                    await asyncio.sleep(0)
                kill(server)
                journal.append([entry(written + n) for n in range(50)])
                written += 50
                await troubles.raised("journal_behind")
                server = await asyncio.to_thread(private.start, folder, port)
                await troubles.cleared("journal_behind")
            assert await journal.drain(SOON) == 0
        assert [row["seq"] for row in await rows(server.dsn)] == list(range(written))
    finally:
        await asyncio.to_thread(private.stop, folder)


async def test_a_back_end_that_dies_between_batches_loses_nothing(
    database: str,
) -> None:
    journal = PostgresJournal(database, node=NODE, on_trouble=Troubles(), limits=QUICK)
    async with running(journal), connected(database) as other:
        for seq in range(20):
            journal.append([entry(seq)])
            await other.fetch(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                " WHERE datname = current_database() AND pid <> pg_backend_pid()"
                " AND backend_type = 'client backend'"
            )
        assert await journal.drain(SOON) == 0
    assert [row["seq"] for row in await rows(database)] == list(range(20))


async def test_a_database_that_is_not_there_at_the_start_is_waited_for(
    tmp_path: Path,
) -> None:
    folder, port = tmp_path / "postgres", free_port()
    server = private.start(folder, port)
    await migrate.apply(server.dsn, MIGRATIONS)
    private.stop(folder)
    troubles = Troubles()
    journal = PostgresJournal(server.dsn, node=NODE, on_trouble=troubles, limits=QUICK)
    async with running(journal):
        journal.append([entry(1)])
        text = await troubles.raised("journal_behind")
        assert f"The database at 127.0.0.1:{port}/hotline cannot be reached" in text
        assert server.dsn.split(":")[2].split("@")[0] not in text
        await asyncio.to_thread(private.start, folder, port)
        try:
            await troubles.cleared("journal_behind")
            assert await journal.drain(SOON) == 0
            assert len(await rows(server.dsn)) == 1
        finally:
            await asyncio.to_thread(private.stop, folder)
    assert len(troubles.said) == 2, "one clear message, and one when it is over"


async def test_a_slow_database_raises_an_alarm_and_loses_nothing(database: str) -> None:
    troubles = Troubles()
    journal = PostgresJournal(database, node=NODE, on_trouble=troubles, limits=QUICK)
    async with running(journal), connected(database) as other:
        async with other.transaction():
            await other.execute("LOCK TABLE call_records IN EXCLUSIVE MODE")
            journal.append([entry(seq) for seq in range(10)])
            assert "is slow" in await troubles.raised("journal_behind")
            assert "10 entries wait" in troubles.said[-1][1]
        await troubles.cleared("journal_behind")
        assert await journal.drain(SOON) == 0
    assert len(await rows(database)) == 10


async def test_a_batch_that_timed_out_is_written_once(database: str) -> None:
    impatient = Limits(linger=timedelta(0), patience=timedelta(milliseconds=100))
    troubles = Troubles()
    journal = PostgresJournal(database, node=NODE, on_trouble=troubles, limits=impatient)
    async with running(journal), connected(database) as other:
        async with other.transaction():
            await other.execute("LOCK TABLE call_records IN EXCLUSIVE MODE")
            journal.append([entry(seq) for seq in range(10)])
            assert await journal.drain(timedelta(seconds=1)) == 10
        assert await journal.drain(SOON) == 0
    assert len(await rows(database)) == 10
    assert troubles.said == []


async def test_memory_is_bounded_and_the_alarm_comes_before_the_loss(
    database: str,
) -> None:
    troubles = Troubles()
    limits = Limits(room=100, batch=10)
    journal = PostgresJournal(database, node=NODE, on_trouble=troubles, limits=limits)
    journal.append([entry(seq) for seq in range(79)])
    assert troubles.said == []
    journal.append([entry(79)])
    assert [name for name, _ in troubles.said] == ["journal_behind"]
    journal.append([entry(seq) for seq in range(80, 130)])
    journal.append([entry(130)])
    assert [name for name, _ in troubles.said] == ["journal_behind", "journal_full"]
    assert journal.waiting == 100
    async with running(journal):
        assert await journal.drain(SOON) == 0
        assert "31 entries were lost" in await troubles.raised("journal_incomplete")
    assert troubles.standing() == {"journal_incomplete"}
    assert [row["seq"] for row in await rows(database)] == list(range(100))


async def test_an_entry_that_cannot_be_written_does_not_stop_the_others(
    database: str,
) -> None:
    troubles = Troubles()
    unwritable = CommandRefused(command="play", why="refused", detail="half of a pair: \ud800")
    journal = PostgresJournal(database, node=NODE, on_trouble=troubles)
    async with running(journal):
        journal.append([entry(1), entry(2, record=unwritable), entry(3)])
        assert await journal.drain(SOON) == 0
    assert [row["seq"] for row in await rows(database)] == [1, 3]
    assert troubles.standing() == {"journal_incomplete"}


async def test_a_database_without_our_tables_is_told_and_waited_for(
    empty_database: str,
) -> None:
    troubles = Troubles()
    journal = PostgresJournal(empty_database, node=NODE, on_trouble=troubles, limits=QUICK)
    async with running(journal):
        journal.append([entry(1)])
        assert "apply the migrations" in await troubles.raised("journal_behind")
        await migrate.apply(empty_database, MIGRATIONS)
        await troubles.cleared("journal_behind")
        assert await journal.drain(SOON) == 0
    assert len(await rows(empty_database)) == 1


@pytest.mark.parametrize(
    "detail",
    [
        "Allocation failed for PJSIP/+525512345678@trunk",
        "no route to sip:5512345678@192.0.2.1",
        "nul \x00 and a \\\x00 backslash",
    ],
)
async def test_a_detail_of_the_network_is_kept_without_its_number(
    database: str, detail: str
) -> None:
    journal = PostgresJournal(database, node=NODE, on_trouble=Troubles())
    async with running(journal):
        journal.append([entry(1, record=CommandRefused(command="dial", why="no", detail=detail))])
        assert await journal.drain(SOON) == 0
    (row,) = await rows(database)
    assert "5512345678" not in row["body"]
    assert json.loads(row["body"])["command"] == "dial"
