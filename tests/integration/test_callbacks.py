"""Callbacks on a real PostgreSQL: the list, the number, the tries."""

from __future__ import annotations

import asyncio
import json
from contextlib import suppress
from datetime import timedelta
from pathlib import Path

import pytest

from router.adapters.postgres.callbacks import Callbacks
from router.adapters.postgres.connection import connected
from router.adapters.postgres.identities import PostgresIdentities
from router.adapters.postgres.journal import PostgresJournal
from router.cli.exits import Exit
from router.cli.main import run
from router.core.records import CallbackRequested, Entry
from router.core.vocabulary import CallId, NodeId, QueueName
from router.errors import CallbackUnknown, NumberNotKept
from tests.integration.troubles import Troubles
from tests.tale import NOON

FIRST, SECOND = CallId("n1-17.1"), CallId("n1-17.2")
OWN, OTHER = "+525512345678", "5598765432"
WITHIN = timedelta(seconds=20)


@pytest.fixture
async def kept(database: str, tmp_path: Path) -> Callbacks:
    """Two callers want to be called; the second, who arrived first, at another number."""
    journal = PostgresJournal(database, node=NodeId("n1"), on_trouble=Troubles())
    key_file = tmp_path / "identity.key"
    identities = PostgresIdentities(database, key_file=key_file, on_trouble=Troubles())
    parts = [asyncio.create_task(part.run()) for part in (journal, identities)]
    journal.append([_asked(FIRST, 60, other=False), _asked(SECOND, 90, other=True)])
    identities.seal(FIRST, OWN)
    identities.seal(SECOND, OWN)
    identities.keep_for_callback(SECOND, OTHER)
    assert await journal.drain(WITHIN) == await identities.drain(WITHIN) == 0
    for part in parts:
        part.cancel()
        with suppress(asyncio.CancelledError):
            await part
    return Callbacks(database, key_file=key_file)


def _asked(call: CallId, seconds_ago: float, *, other: bool) -> Entry:
    record = CallbackRequested(
        queue=QueueName("juridico"),
        arrived_at=NOON - timedelta(seconds=seconds_ago),
        other_number=other,
    )
    return Entry(call=call, epoch=7, seq=1, at=NOON, record=record)


async def test_who_arrived_first_is_first_in_the_list(kept: Callbacks) -> None:
    listed = await kept.listed(limit=10)
    assert [each.call for each in listed] == [SECOND, FIRST]
    assert [each.other_number for each in listed] == [True, False]
    assert all(each.number_kept for each in listed)


async def test_a_number_is_shown_to_who_gives_a_reason(kept: Callbacks, database: str) -> None:
    assert await kept.reveal(FIRST, by_whom="luz", reason="devolver la llamada") == OWN
    assert OTHER in await kept.reveal(SECOND, by_whom="luz", reason="devolver la llamada")
    async with connected(database) as connection:
        rows = await connection.fetch("SELECT call_id, by_whom, reason FROM number_reveals")
    assert [tuple(row) for row in rows] == [
        (FIRST, "luz", "devolver la llamada"),
        (SECOND, "luz", "devolver la llamada"),
    ]


async def test_a_number_lies_sealed(kept: Callbacks, database: str) -> None:
    async with connected(database) as connection:
        everything = str(await connection.fetch("SELECT * FROM call_identity"))
    assert OTHER not in everything
    assert OWN.removeprefix("+52") not in everything


async def test_two_tries_settle_it(kept: Callbacks) -> None:
    await kept.tried(FIRST, reached=False)
    assert [each.tries for each in await kept.listed(limit=10)] == [0, 1]
    await kept.tried(FIRST, reached=False)
    assert [each.call for each in await kept.listed(limit=10)] == [SECOND]
    assert len(await kept.listed(limit=10, closed_too=True)) == 2


async def test_who_was_reached_is_not_called_again(kept: Callbacks) -> None:
    await kept.tried(SECOND, reached=True)
    assert [each.call for each in await kept.listed(limit=10)] == [FIRST]


async def test_what_is_unknown_is_said_in_a_sentence(kept: Callbacks) -> None:
    with pytest.raises(CallbackUnknown, match="n1-99 asked for no callback"):
        await kept.tried(CallId("n1-99"), reached=True)
    with pytest.raises(NumberNotKept, match="n1-99"):
        await kept.reveal(CallId("n1-99"), by_whom="luz", reason="x")


async def test_the_numbers_of_yesterday_are_gone(kept: Callbacks, database: str) -> None:
    async with connected(database) as connection:
        await connection.execute("UPDATE call_identity SET expires_at = now()")
    with pytest.raises(NumberNotKept):
        await kept.reveal(SECOND, by_whom="luz", reason="tarde")
    assert not any(each.number_kept for each in await kept.listed(limit=10))


async def test_the_command_lists_them_without_numbers(
    kept: Callbacks,
    database: str,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("HOTLINE_DATABASE", database)
    where = ["--state-dir", str(tmp_path)]
    assert await asyncio.to_thread(run, ["callbacks", *where]) == Exit.DONE
    shown = capsys.readouterr().out
    assert FIRST in shown
    assert "other" in shown
    assert OTHER not in shown
    assert await asyncio.to_thread(run, ["callbacks", "--json", *where]) == Exit.DONE
    told = json.loads(capsys.readouterr().out)["callbacks"]
    assert [each["call"] for each in told] == [SECOND, FIRST]
    asks = ["callbacks", "number", SECOND, "--reason", "devolver", *where]
    assert await asyncio.to_thread(run, asks) == Exit.DONE
    assert OTHER in capsys.readouterr().out
    tries = ["callbacks", "tried", SECOND, "--reached", *where]
    assert await asyncio.to_thread(run, tries) == Exit.DONE
    assert await asyncio.to_thread(run, ["callbacks", "tried", "n1-99", "--reached", *where]) != 0
