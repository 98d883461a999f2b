"""A hotline's days through the whole engine: metrics by hand, books that close, the same twice."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from router.adapters import flow_files
from router.core.records import (
    Abandoned,
    Answered,
    CallFinished,
    CallStarted,
    Ended,
    Entry,
    OfferEnded,
    OfferMade,
    Queued,
    WrapUpEnded,
    WrapUpStarted,
)
from router.core.vocabulary import AgentId, OfferOutcome, QueueName
from router.planning.shifts_yaml import read_shifts
from router.planning.traffic_json import read_traffic
from router.simulator.hotline_report import HotlineReport, simulate_hotline
from router.simulator.hotline_run import HotlineRun, Plan
from router.simulator.hotline_tally import QueueTally
from router.simulator.shift_book import ShiftBook
from router.simulator.skills import asked_for

ROOT = Path(__file__).parents[2]
ROSTER = ROOT / "docs/examples/roster.yaml"
ZONE = ZoneInfo("America/Mexico_City")
SUNDAY = date(2026, 11, 29)
CRISIS = QueueName("crisis")
ANA = AgentId("ana")


@pytest.fixture(scope="module")
def plan() -> Plan:
    policy = flow_files.load(ROOT / "ivr")
    return Plan(
        policy=policy,
        roster=read_shifts(ROSTER.read_bytes(), str(ROSTER), asked_for(policy)),
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


def test_service_level_is_that_of_the_vector_in_routing_md() -> None:
    """M1: A 1000, B 60, A<=20 860, B<=20 20, Bs 10."""
    tally = QueueTally(within=20.0, offered=1060)
    tally.waits = [10.0] * 860 + [30.0] * 140
    tally.left = [2.0] * 10 + [15.0] * 10 + [60.0] * 40
    figures = tally.figures()
    assert figures["service_level_strict"] == pytest.approx(0.811, abs=0.0005)
    assert figures["service_level"] == pytest.approx(0.819, abs=0.0005)
    assert figures["abandonment"] == pytest.approx(50 / 1050)
    assert figures["asa"] == pytest.approx((860 * 10 + 140 * 30) / 1000)


def test_time_to_a_voice_has_its_mean_quantiles_and_maximum() -> None:
    """M2."""
    tally = QueueTally(within=20.0, offered=100)
    tally.voices = [float(each) for each in range(1, 101)]
    figures = tally.figures()
    assert (figures["voice_p90"], figures["voice_p99"], figures["voice_max"]) == (90, 99, 100)
    assert figures["voice_mean"] == 50.5


def test_occupancy_is_handling_over_handling_and_available_and_breaks_are_neither() -> None:
    """M4."""
    noon = datetime(2026, 11, 24, 18, 30, tzinfo=UTC)
    book = ShiftBook(frozenset({CRISIS}), ZONE)
    book.works(ANA, noon)
    book.takes(ANA, CRISIS, noon + timedelta(minutes=20))
    book.talked(ANA, timedelta(minutes=10))
    book.is_free(ANA, noon + timedelta(minutes=40))
    book.rests(ANA, noon + timedelta(minutes=50))
    book.works(ANA, noon + timedelta(minutes=80))
    book.leaves(ANA, noon + timedelta(minutes=90))
    figures = book.agents[ANA].figures
    assert figures["occupancy"] == pytest.approx(20 / 60)
    assert figures["heavy_hours"] == pytest.approx(1 / 6)
    assert (book.handling[12], book.handling[13]) == (600.0, 600.0)
    assert book.available[13] == 600.0 + 600.0
