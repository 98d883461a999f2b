"""`hotline replay`: callers of a real journal call again under two policies."""

from __future__ import annotations

import asyncio
import json
from datetime import date, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from router.adapters import flow_files
from router.adapters.postgres.journal import PostgresJournal
from router.adapters.postgres.reports import Reports
from router.cli.exits import Exit
from router.cli.main import run
from router.core.records import Abandoned, Answered, CallStarted, Entry
from router.core.shift_records import WrapUpEnded
from router.core.vocabulary import NodeId
from router.past_call import PastCall
from router.planning.shifts_yaml import read_shifts
from router.planning.traffic_json import read_traffic
from router.simulator.hotline_plan import Plan
from router.simulator.hotline_run import HotlineRun
from tests.integration.troubles import Troubles

ROOT = Path(__file__).parents[2]
ROSTER = ROOT / "docs/examples/roster.yaml"
SUNDAY = date(2026, 11, 29)


@pytest.fixture(scope="module")
def plan() -> Plan:
    policy = flow_files.load(ROOT / "ivr")
    return Plan(
        policy=policy,
        roster=read_shifts(ROSTER.read_bytes(), str(ROSTER), policy.skills_asked()),
        traffic=read_traffic(),
        first=SUNDAY,
        days=1,
        zone=ZoneInfo("America/Mexico_City"),
        seed=9,
    )


@pytest.fixture(scope="module")
def day(plan: Plan) -> list[Entry]:
    """What the journal of a day holds, as the engine wrote it."""
    entries: list[Entry] = []
    HotlineRun(plan, 0, entries.append).run()
    return entries


async def _kept(dsn: str, entries: list[Entry]) -> None:
    journal = PostgresJournal(dsn, node=NodeId("n1"), on_trouble=Troubles())
    journal.append(entries)
    assert await journal.drain(timedelta(seconds=30)) == 0


async def test_the_journal_knows_when_who_came_and_how_long_it_took(
    database: str, plan: Plan, day: list[Entry]
) -> None:
    await _kept(database, day)
    past = await Reports(database).past_calls(plan.begins, plan.ends)
    records = [entry.record for entry in day]
    answered = [each for each in past if each.waited is not None]
    assert len(answered) == sum(isinstance(each, Answered) for each in records)
    gone = [each for each in past if each.gave_up_after is not None]
    assert len(gone) == sum(isinstance(each, Abandoned) for each in records)
    wrapped = sum((each.wrapped_up for each in past if each.wrapped_up), timedelta(0))
    written = [each.lasted for each in records if isinstance(each, WrapUpEnded)]
    assert wrapped == sum(written, timedelta(0))
    arrivals = {each.arrived_at for each in records if isinstance(each, CallStarted)}
    assert {each.arrived_at for each in past} <= arrivals
    assert all(each.talked for each in answered)


async def test_the_callers_of_a_day_call_again_under_two_policies(
    database: str,
    plan: Plan,
    day: list[Entry],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    await _kept(database, day)
    monkeypatch.setenv("HOTLINE_DATABASE", database)
    monkeypatch.setenv("HOTLINE_STATE_DIR", str(tmp_path))
    words = ["replay", "--from", "2026-11-29", "--to", "2026-11-30", "--replications", "2"]
    words += ["--policy", str(ROOT / "ivr"), "--roster", str(ROSTER), "--json"]
    assert await asyncio.to_thread(run, words) == Exit.DONE
    found: Any = json.loads(capsys.readouterr().out)
    past: list[PastCall] = await Reports(database).past_calls(plan.begins, plan.ends)
    assert found["calls"] == len(past) > 400
    assert found["overall"]["service_level"]["change"]["mean"] == 0.0
    assert found["overall"]["service_level"]["before"]["mean"] > 0.6


async def test_days_without_calls_are_said_to_have_none(
    database: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setenv("HOTLINE_DATABASE", database)
    monkeypatch.setenv("HOTLINE_STATE_DIR", str(tmp_path))
    words = ["replay", "--policy", str(ROOT / "ivr"), "--roster", str(ROSTER)]
    days = ["--from", "2020-01-01", "--to", "2020-01-02"]
    assert await asyncio.to_thread(run, [*words, *days]) == Exit.NOT_SO
    assert "no calls of these days" in capsys.readouterr().err
    backwards = ["--from", "2020-01-02", "--to", "2020-01-01"]
    assert await asyncio.to_thread(run, [*words, *backwards]) == Exit.WRONG_USE
