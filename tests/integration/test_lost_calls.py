"""Callers who were lost are listed for a person to decide, with what is known and no number."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from router.adapters.postgres.callbacks import Callbacks
from router.adapters.postgres.identities import PostgresIdentities
from router.adapters.postgres.journal import PostgresJournal
from router.adapters.postgres.reports import Reports
from router.cli.calls_lost import gone
from router.cli.exits import Exit
from router.cli.main import run
from router.core.house_records import NodeConnected
from router.core.records import Entry, HandedToFallback
from router.core.snapshot import CallView, Snapshot
from router.core.vocabulary import CallId, EndedBy, NodeId, StepName
from router.ledger import LostCall
from tests.integration.troubles import Troubles
from tests.tale import CRISIS, Tale

NUMBER = "+525512345678"
AGO = datetime.now(UTC) - timedelta(hours=1)
WITHIN = timedelta(seconds=20)


def talking(call: str) -> Tale:
    tale = Tale(call, at=AGO).started().queued(CRISIS).offered("ana", CRISIS)
    return tale.rang("ana").answered("ana", CRISIS)


@pytest.fixture
async def day(database: str, tmp_path: Path) -> Reports:
    """Two are lost, one has no end, and two ended as calls do; who was lost first calls again."""
    journal = PostgresJournal(database, node=NodeId("n1"), on_trouble=Troubles())
    identities = PostgresIdentities(
        database, key_file=tmp_path / "identity.key", on_trouble=Troubles()
    )
    handed = HandedToFallback(queue=CRISIS, reason="the engine was away")
    tales: Sequence[Tale] = (
        talking("n1-1").finished(EndedBy.LOST),
        Tale("n1-2", at=AGO).started().finished(EndedBy.LOST),
        Tale("n2-3", at=AGO).started().queued(CRISIS),
        Tale("n1-4", at=AGO + timedelta(minutes=20)).started().queued(CRISIS).finished(),
        Tale("n1-5", at=AGO).started().queued(CRISIS).then(handed, after=1),
        Tale("n1-6", at=AGO - timedelta(days=2)).started().finished(EndedBy.LOST),
    )
    journal.append([entry for tale in tales for entry in tale.entries])
    for call in ("n1-1", "n1-4"):
        identities.seal(CallId(call), NUMBER)
    assert await journal.drain(WITHIN) == await identities.drain(WITHIN) == 0
    return Reports(database)


async def listed(day: Reports) -> dict[str, LostCall]:
    found = await day.lost_calls(AGO - timedelta(hours=2), limit=10)
    return {each.call: each for each in found}


async def test_who_was_lost_is_listed_with_what_is_known(day: Reports) -> None:
    found = await listed(day)
    assert set(found) == {"n1-1", "n1-2", "n2-3"}
    first = found["n1-1"]
    assert (first.lost, first.answered, first.queue, first.agent) == (True, True, CRISIS, "ana")
    assert first.number_kept
    assert first.called_again_at == AGO + timedelta(minutes=20)
    second = found["n1-2"]
    assert (second.lost, second.answered, second.queue, second.agent) == (True, False, None, None)
    assert (second.number_kept, second.called_again_at) == (False, None)
    assert not found["n2-3"].lost


async def test_who_was_in_the_fallback_of_an_asterisk_that_died_is_listed(
    day: Reports, database: str
) -> None:
    journal = PostgresJournal(database, node=NodeId("n1"), on_trouble=Troubles())
    handed = HandedToFallback(queue=CRISIS, reason="the engine was away")

    def in_fallback(call: str, at: datetime) -> Tale:
        return Tale(call, at=at).started().queued(CRISIS).then(handed, after=1)

    tales = (
        in_fallback("n2-7", AGO),
        in_fallback("n1-8", AGO - timedelta(hours=1.9)),
        in_fallback("n1-9", AGO + timedelta(minutes=30)),
    )
    journal.append([entry for tale in tales for entry in tale.entries])
    journal.append([connected(at=AGO + timedelta(minutes=1), restarted=False, seq=1)])
    assert await journal.drain(WITHIN) == 0
    assert not {"n1-5", "n1-8", "n1-9", "n2-7"} & set(await listed(day))
    journal.append([connected(at=AGO + timedelta(minutes=20), restarted=True, seq=2)])
    assert await journal.drain(WITHIN) == 0
    # Not who was on another node, came after it, or was there so long before that they had left.
    found = await listed(day)
    assert {"n1-5", "n1-8", "n1-9", "n2-7"} & set(found) == {"n1-5"}
    assert not found["n1-5"].lost


def connected(*, at: datetime, restarted: bool, seq: int) -> Entry:
    """An engine has listed what is on the first node."""
    there = NodeConnected(node=NodeId("n1"), legs=0, handed=0, kept=0, restarted=restarted)
    return Entry(call=None, epoch=7, seq=seq, at=at, record=there)


async def test_a_try_to_call_back_is_noted_with_them(
    day: Reports, database: str, tmp_path: Path
) -> None:
    callbacks = Callbacks(database, key_file=tmp_path / "identity.key")
    assert await callbacks.reveal(CallId("n1-1"), by_whom="luz", reason="se cortó") == NUMBER
    await callbacks.tried(CallId("n1-1"), reached=False)
    await callbacks.tried(CallId("n2-3"), reached=True)
    found = await listed(day)
    assert (found["n1-1"].tries, found["n1-1"].reached) == (1, False)
    assert (found["n2-3"].tries, found["n2-3"].reached) == (1, True)


def floor(*calls: str, **nodes: bool) -> Snapshot:
    views = tuple(
        CallView(
            call=CallId(call),
            stage="queued",
            step=StepName("crisis"),
            arrived_at=AGO,
            queue=CRISIS,
            queued_at=AGO,
            widening=0,
            offers=(),
            agent=None,
        )
        for call in calls
    )
    return Snapshot(
        at=AGO,
        epoch=7,
        policy="x",
        nodes={NodeId(node): up for node, up in nodes.items()},
        agents=(),
        calls=views,
        alarms=(),
        ignored={},
    )


async def test_who_is_still_on_the_line_is_not_lost_unless_their_asterisk_is(day: Reports) -> None:
    found = list((await listed(day)).values())
    on_the_line = floor("n2-3", n1=True, n2=True)
    assert {each.call for each in gone(found, on_the_line)} == {"n1-1", "n1-2"}
    unseen = floor("n2-3", n1=True, n2=False)
    assert {each.call for each in gone(found, unseen)} == {"n1-1", "n1-2", "n2-3"}
    left_behind = floor(n1=True, n2=True)
    assert {each.call for each in gone(found, left_behind)} == {"n1-1", "n1-2", "n2-3"}
    assert {each.call for each in gone(found, None)} == {"n1-1", "n1-2"}


@pytest.mark.usefixtures("day")
async def test_the_command_shows_them_without_a_number(
    database: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setenv("HOTLINE_DATABASE", database)
    monkeypatch.setenv("HOTLINE_STATE_DIR", str(tmp_path))
    words = ["calls", "--lost"]
    assert await in_a_thread(*words) == Exit.DONE
    said = capsys.readouterr().out
    assert "n1-1" in said
    assert "ana" in said
    assert "called again" in " ".join(said.split())
    assert NUMBER[-8:] not in said
    assert await in_a_thread(*words, "--json") == Exit.DONE
    told = json.loads(capsys.readouterr().out)["lost"]
    assert {each["call"] for each in told} == {"n1-1", "n1-2"}


async def in_a_thread(*words: str) -> int:
    """A command has an event loop of its own."""
    return await asyncio.to_thread(run, list(words))
