"""Who is kept apart from whom, on a real PostgreSQL: by a call, at somebody's word, for good."""

from __future__ import annotations

import asyncio
import json
from contextlib import suppress
from datetime import timedelta
from pathlib import Path

import pytest

from router.adapters.postgres.identities import PostgresIdentities
from router.adapters.postgres.journal import PostgresJournal
from router.adapters.postgres.pairs import PostgresPairs
from router.cli.exits import Exit
from router.cli.main import run
from router.core.records import Answered, Entry
from router.core.vocabulary import AgentId, CallerKey, CallId, NodeId, OfferId, QueueName
from router.errors import CallerNotKnown, PairUnknown
from tests.integration.troubles import Troubles
from tests.tale import NOON

FIRST, SECOND, WITHHELD = CallId("n1-17.1"), CallId("n1-17.2"), CallId("n1-17.3")
ANA, ZOE = AgentId("ana"), AgentId("zoe")
NUMBER = "+525512345678"
WITHIN = timedelta(seconds=20)
LONG = timedelta(days=36_500)


def _answered(call: CallId, agent: AgentId, minutes: int) -> Entry:
    record = Answered(
        offer=OfferId("o"),
        agent=agent,
        queue=QueueName("juridico"),
        waited=timedelta(0),
        to_voice=timedelta(0),
    )
    return Entry(call=call, epoch=7, seq=1, at=NOON + timedelta(minutes=minutes), record=record)


@pytest.fixture
async def caller(database: str, tmp_path: Path) -> CallerKey:
    """One caller, who talked to ana and later to zoe."""
    journal = PostgresJournal(database, node=NodeId("n1"), on_trouble=Troubles())
    key_file = tmp_path / "identity.key"
    identities = PostgresIdentities(database, key_file=key_file, on_trouble=Troubles())
    parts = [asyncio.create_task(part.run()) for part in (journal, identities)]
    journal.append([_answered(FIRST, ANA, 0), _answered(SECOND, ZOE, 5)])
    key = identities.seal(FIRST, NUMBER)
    assert identities.seal(SECOND, NUMBER) == key
    assert key is not None
    assert await journal.drain(WITHIN) == await identities.drain(WITHIN) == 0
    for part in parts:
        part.cancel()
        with suppress(asyncio.CancelledError):
            await part
    return key


async def test_whom_a_caller_talked_to_last_is_read_by_their_key(
    caller: CallerKey, database: str
) -> None:
    known, apart = await PostgresPairs(database).read(LONG)
    assert {key: (met.agent, met.at) for key, met in known.items()} == {
        caller: (ZOE, NOON + timedelta(minutes=5))
    }
    assert apart == {}
    assert await PostgresPairs(database).read(None) == ({}, {})


async def test_a2_a_pair_is_kept_apart_by_a_past_call_until_it_is_lifted(
    caller: CallerKey, database: str
) -> None:
    pairs = PostgresPairs(database)
    number = await pairs.keep_apart(ANA, FIRST, by_whom="luz", reason="la conoce")
    assert await pairs.apart() == {caller: (ANA,)}
    (listed,) = await pairs.listed()
    assert (listed.pair, listed.agent, listed.call, listed.by_whom, listed.reason) == (
        number,
        ANA,
        FIRST,
        "luz",
        "la conoce",
    )
    await pairs.lift(number, by_whom="eva", reason="aclarado")
    assert await pairs.apart() == {}
    assert await pairs.listed() == []
    (kept,) = await pairs.listed(lifted_too=True)
    assert kept.lifted_by == "eva"
    with pytest.raises(PairUnknown, match=f"No pair {number}"):
        await pairs.lift(number, by_whom="eva", reason="otra vez")


async def test_nobody_is_kept_apart_from_a_caller_of_whom_nothing_is_kept(
    caller: CallerKey, database: str
) -> None:
    with pytest.raises(CallerNotKnown, match=WITHHELD):
        await PostgresPairs(database).keep_apart(ANA, WITHHELD, by_whom="luz", reason="x")


async def test_the_commands_keep_apart_list_and_lift_without_a_number(
    caller: CallerKey,
    database: str,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("HOTLINE_DATABASE", database)
    where = ["--state-dir", str(tmp_path)]
    asks = ["agents", "never-pair", "ana", "--call", FIRST, "--reason", "la conoce", *where]
    assert await asyncio.to_thread(run, asks) == Exit.DONE
    assert "no engine runs now, the next one will know it" in capsys.readouterr().out
    assert await asyncio.to_thread(run, ["agents", "never-pairs", "--json", *where]) == Exit.DONE
    shown = capsys.readouterr().out
    (pair,) = json.loads(shown)["pairs"]
    assert (pair["agent"], pair["call"], pair["reason"]) == ("ana", FIRST, "la conoce")
    assert caller not in shown
    assert NUMBER not in shown
    lifts = ["agents", "lift-pair", str(pair["pair"]), "--reason", "aclarado", *where]
    assert await asyncio.to_thread(run, lifts) == Exit.DONE
    capsys.readouterr()
    assert await asyncio.to_thread(run, ["agents", "never-pairs", *where]) == Exit.DONE
    assert "Nobody is kept apart" in capsys.readouterr().out
