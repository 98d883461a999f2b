"""A hotline's days through the whole engine: metrics by hand, books that close, the same twice."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import date
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from router.adapters import flow_files
from router.core.engine import Engine
from router.core.ivr.model import Flow
from router.core.ivr.steps.goodbye import GoodbyeStep
from router.core.ivr.steps.message import MessageStep
from router.core.records import (
    Abandoned,
    Answered,
    CallFinished,
    CallStarted,
    Ended,
    Entry,
    MessageLeft,
    MessageLost,
    OfferEnded,
    OfferMade,
    Queued,
)
from router.core.routing.explain import NOBODY_ASKS, KeptWaiting
from router.core.shift_records import WrapUpEnded, WrapUpStarted
from router.core.vocabulary import OfferOutcome, PromptId, QueueName, StepName
from router.planning.shifts_yaml import read_shifts
from router.planning.traffic_json import read_traffic
from router.simulator.hotline_plan import Plan
from router.simulator.hotline_report import HotlineReport, Replication, simulate_hotline
from router.simulator.hotline_run import EPOCH, HotlineRun
from router.simulator.traffic import CallsAgain

ROOT = Path(__file__).parents[2]
ROSTER = ROOT / "docs/examples/roster.yaml"
ZONE = ZoneInfo("America/Mexico_City")
SUNDAY = date(2026, 11, 29)
CRISIS = QueueName("crisis")


@pytest.fixture(scope="module")
def plan() -> Plan:
    policy = flow_files.load(ROOT / "ivr")
    return Plan(
        policy=policy,
        roster=read_shifts(ROSTER.read_bytes(), str(ROSTER), policy.skills_asked()),
        traffic=read_traffic(),
        first=SUNDAY,
        days=1,
        zone=ZONE,
        seed=5,
    )


@pytest.fixture(scope="module")
def journal(plan: Plan) -> list[Entry]:
    entries: list[Entry] = []
    run = HotlineRun(plan, 0, entries.append)
    run.run()
    assert not run.engine.floor.calls
    return entries


def test_a_day_that_nobody_asks_about_is_the_day_that_is_explained(
    plan: Plan, journal: list[Entry]
) -> None:
    explained: list[Entry] = []
    run = HotlineRun(plan, 0, explained.append)
    run.engine = Engine(plan.policy, EPOCH, remembers=False)
    run.run()

    assert any(isinstance(entry.record, KeptWaiting) for entry in explained)
    assert unexplained(explained) == unexplained(journal)


def unexplained(entries: list[Entry]) -> list[object]:
    found = list[object]()
    for entry in entries:
        match entry.record:
            case KeptWaiting():
                pass
            case OfferMade() as record:
                found.append((entry.at, entry.call, replace(record, why=NOBODY_ASKS)))
            case record:
                found.append((entry.at, entry.call, record))
    return found


def test_the_books_of_a_simulated_day_close(journal: list[Entry]) -> None:
    kinds = Counter(type(entry.record) for entry in journal)
    assert kinds[CallStarted] == kinds[CallFinished] > 400
    assert kinds[Queued] == kinds[Answered] + kinds[Abandoned]
    assert kinds[OfferMade] == kinds[OfferEnded]
    assert kinds[Answered] == kinds[Ended] == kinds[WrapUpStarted]
    assert kinds[WrapUpEnded] >= kinds[WrapUpStarted] - 20


def test_telephones_refuse_ring_out_and_answer(journal: list[Entry]) -> None:
    outcomes = {entry.record.outcome for entry in journal if isinstance(entry.record, OfferEnded)}
    assert outcomes >= {OfferOutcome.ACCEPTED, OfferOutcome.NO_ANSWER, OfferOutcome.DECLINED}
    assert outcomes >= {OfferOutcome.MACHINE, OfferOutcome.UNREACHABLE}


def test_at_night_everybody_waits_for_crisis(journal: list[Entry]) -> None:
    night = {
        entry.record.queue
        for entry in journal
        if isinstance(entry.record, Queued) and entry.at.astimezone(ZONE).hour in range(1, 7)
    }
    assert night == {CRISIS}


@pytest.fixture(scope="module")
def report(plan: Plan) -> HotlineReport:
    return simulate_hotline(plan, 2, workers=2, progress=lambda _: None)


def test_two_cores_find_what_one_finds(plan: Plan, report: HotlineReport) -> None:
    assert report == simulate_hotline(plan, 2, workers=1, progress=lambda _: None)


def test_queues_and_hours_add_up_to_all(report: HotlineReport) -> None:
    offered = report.overall["offered"].mean
    assert offered is not None
    queues = sum(each["offered"].mean or 0 for each in report.queues.values())
    hours = sum(each["offered"].mean or 0 for each in report.by_hour)
    assert queues == hours == pytest.approx(offered)
    assert all(0 <= (each["occupancy"].mean or 0) <= 1 for each in report.by_hour)


def test_heavy_calls_are_counted_for_who_carried_them(report: HotlineReport) -> None:
    carried = sum(each["heavy_calls"].mean or 0 for each in report.agents.values())
    assert carried == pytest.approx(report.queues[CRISIS]["answered"].mean)


def test_whoever_calls_again_and_is_answered_was_not_lost(plan: Plan) -> None:
    """M3: net abandonment."""
    few = replace(plan.roster, workers=plan.roster.workers[::3])
    again = replace(plan.traffic, calls_again=CallsAgain(share=0.8, after=(60.0, 600.0)))
    short_of_staff = replace(plan, roster=few)
    alone = Replication(plan=short_of_staff)(0).overall
    tried = Replication(plan=replace(short_of_staff, traffic=again))(0).overall
    assert alone["net_abandonment"] == alone["abandonment"]
    assert (tried["offered"] or 0) > (alone["offered"] or 0)
    assert 0 < (tried["net_abandonment"] or 0) < (tried["abandonment"] or 0)


def test_agents_work_as_planned_but_for_pauses_after_missed_calls(report: HotlineReport) -> None:
    """M4: adherence."""
    adherence = report.overall["adherence"].mean
    assert adherence is not None
    assert 0.9 < adherence <= 1


def test_whoever_is_sent_to_the_recorder_leaves_a_message(plan: Plan) -> None:
    recorder = MessageStep(
        name=StepName("buzon"),
        prompts=(PromptId("aviso"),),
        next=StepName("gracias"),
        on_timeout=StepName("gracias"),
    )
    goodbye = GoodbyeStep(name=StepName("gracias"), prompts=(PromptId("gracias"),))
    book = plan.policy.book
    line = book.line_for(book.default_line)[0]
    flow = Flow(
        name=line.flow,
        start=recorder.name,
        steps={recorder.name: recorder, goodbye.name: goodbye},
    )
    rules = replace(plan.policy, book=replace(book, flows={flow.name: flow}))
    entries: list[Entry] = []
    HotlineRun(replace(plan, policy=rules), 0, entries.append).run()
    kinds = Counter(type(entry.record) for entry in entries)
    assert not kinds[MessageLost]
    # But those who hang up before the tone.
    assert kinds[CallStarted] >= kinds[MessageLeft] > kinds[CallStarted] * 0.7
