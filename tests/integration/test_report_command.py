"""`hotline report` on a real PostgreSQL: the metrics of routing.md, from a journal."""

from __future__ import annotations

import asyncio
import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from router.adapters.postgres.identities import PostgresIdentities
from router.adapters.postgres.journal import PostgresJournal
from router.cli.exits import Exit
from router.cli.main import run
from router.core.house_records import AgentStateChanged
from router.core.records import Abandoned, Answered, Ended, Entry
from router.core.shift_records import WrapUpEnded
from router.core.vocabulary import (
    AgentId,
    AgentState,
    CallId,
    EndedBy,
    NodeId,
    OfferId,
)
from tests.integration.troubles import Troubles
from tests.tale import CRISIS, NOON, Tale

ANA = AgentId("ana")
MINUTE = timedelta(minutes=1)
LOST, REACHED, CALLS_AGAIN = CallId("n1-lost"), CallId("n1-reached"), CallId("n1-again")
ONE, OTHER = "+525512345678", "+525587654321"


def answered(call: str, waited: float) -> Tale:
    tale = Tale(call).started().queued(CRISIS)
    span = timedelta(seconds=waited)
    answer = Answered(
        offer=OfferId(f"{call}-o1"), agent=ANA, queue=CRISIS, waited=span, to_voice=2 * span
    )
    tale.then(answer, after=waited)
    tale.then(Ended(agent=ANA, by=EndedBy.CALLER, talked=8 * MINUTE), after=480)
    return tale.then(WrapUpEnded(agent=ANA, by=EndedBy.AGENT, lasted=2 * MINUTE), after=120)


def abandoned(call: str, waited: float) -> Tale:
    record = Abandoned(queue=CRISIS, waited=timedelta(seconds=waited), offered=False)
    return Tale(call).started().queued(CRISIS).then(record, after=waited)


def vector() -> list[Tale]:
    """M1: A 1000, B 60, A<=20 860, B<=20 20, Bs 10; the target of crisis is 20 s."""
    waits = [10.0] * 860 + [30.0] * 139
    left = [2.0] * 10 + [15.0] * 10 + [60.0] * 38
    return [
        *(answered(f"n1-a{n}", waited) for n, waited in enumerate(waits)),
        *(abandoned(f"n1-b{n}", waited) for n, waited in enumerate(left)),
        abandoned(LOST, 60.0),
        abandoned(REACHED, 60.0),
        answered(CALLS_AGAIN, 30.0 + 5 * 60),
    ]


def shift() -> list[Entry]:
    """Ana works an hour, of which she rests 10 min after a hard call and eats for 5."""
    doings = [
        (-60, AgentState.READY, "own"),
        (20, AgentState.PAUSED, "respiro"),
        (30, AgentState.READY, "own"),
        (50, AgentState.PAUSED, "comida"),
        (55, AgentState.READY, "own"),
        (70, AgentState.LOGGED_OUT, "own"),
    ]
    return [
        Entry(
            call=None,
            epoch=7,
            seq=number,
            at=NOON + minutes * MINUTE,
            record=AgentStateChanged(agent=ANA, state=state, reason=reason),
        )
        for number, (minutes, state, reason) in enumerate(doings, start=1)
    ]


async def keep(database: str, key_file: Path, entries: list[Entry]) -> None:
    journal = PostgresJournal(database, node=NodeId("n1"), on_trouble=Troubles())
    identities = PostgresIdentities(database, key_file=key_file, on_trouble=Troubles())
    journal.append(entries)
    for call, number in ((LOST, ONE), (REACHED, OTHER), (CALLS_AGAIN, OTHER)):
        identities.seal(call, number)
    within = timedelta(seconds=60)
    assert await journal.drain(within) == await identities.drain(within) == 0


async def reported(capsys: pytest.CaptureFixture[str], *words: str) -> str:
    stretch = ["--from", "2026-03-01T12:00", "--to", "2026-03-01T13:00"]
    assert await asyncio.to_thread(run, ["report", *stretch, *words]) == Exit.DONE
    return capsys.readouterr().out


@pytest.fixture
def settings(database: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.setenv("HOTLINE_DATABASE", database)
    monkeypatch.setenv("HOTLINE_STATE_DIR", str(tmp_path))
    return database


async def test_a_report_has_the_metrics_of_routing_md(
    settings: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    entries = [entry for tale in vector() for entry in tale.entries] + shift()
    await keep(settings, tmp_path / "identity.key", entries)
    found: Any = json.loads(await reported(capsys, "--json"))
    queue = found["queues"]["crisis"]
    assert queue["service_level"] == pytest.approx(0.819, abs=0.0005)  # M1
    assert queue["service_level_strict"] == pytest.approx(0.811, abs=0.0005)
    assert (queue["voice_p90"], queue["voice_max"]) == (60.0, 660.0)  # M2
    assert queue["abandonment"] == pytest.approx(50 / 1050)  # M3
    assert queue["net_abandonment"] == pytest.approx(49 / 1050)
    assert (queue["aht"], queue["aht_median"], queue["aht_p90"]) == (600, 600, 600)  # M4
    assert found["agents"]["ana"]["adherence"] == pytest.approx(55 / 60)
    assert found["hours"]["crisis"][12]["offered"] == found["overall"]["offered"] == 1060
    shown = await reported(capsys)
    assert "81.9 %" in shown
    assert "81.1 %" in shown


async def test_a_time_without_callers_is_said_to_have_none(
    settings: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert settings
    stretch = ["--from", "2020-01-01", "--to", "2020-01-02"]
    assert await asyncio.to_thread(run, ["report", *stretch]) == Exit.NOT_SO
    assert "nobody who took a place" in capsys.readouterr().err
    backwards = ["--from", "2020-01-02", "--to", "2020-01-01"]
    assert await asyncio.to_thread(run, ["report", *backwards]) == Exit.WRONG_USE
