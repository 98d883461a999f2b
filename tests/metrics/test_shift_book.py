"""How agents' hours are counted."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from router.core.vocabulary import AgentId, QueueName
from router.metrics.shift_book import ShiftBook

ZONE = ZoneInfo("America/Mexico_City")
CRISIS = QueueName("crisis")
ANA = AgentId("ana")
HALF_PAST_NOON = datetime(2026, 11, 24, 18, 30, tzinfo=UTC)
"""Where the hotline is."""


def after(minutes: float) -> datetime:
    return HALF_PAST_NOON + timedelta(minutes=minutes)


def book(begins: datetime | None = None, ends: datetime | None = None) -> ShiftBook:
    return ShiftBook(frozenset({CRISIS}), ZONE, begins=begins, ends=ends)


def test_occupancy_is_handling_over_handling_and_available_and_breaks_are_neither() -> None:
    """M4."""
    shifts = book()
    shifts.works(ANA, after(0))
    shifts.takes(ANA, CRISIS, after(20))
    shifts.talked(ANA, timedelta(minutes=10), after(30))
    shifts.is_free(ANA, after(40))
    shifts.rests(ANA, after(50))
    shifts.works(ANA, after(80))
    shifts.leaves(ANA, after(90))
    figures = shifts.agents[ANA].figures
    assert figures["occupancy"] == pytest.approx(20 / 60)
    assert figures["heavy_hours"] == pytest.approx(1 / 6)
    assert (shifts.handling[12], shifts.handling[13]) == (600.0, 600.0)
    assert shifts.available[13] == 600.0 + 600.0


def test_a_respiro_and_a_debrief_count_as_work_and_another_break_does_not() -> None:
    """M4: adherence, of the time logged in."""
    shifts = book()
    shifts.works(ANA, after(0))
    for number, reason in enumerate(("respiro", "debrief", "comida")):
        shifts.rests(ANA, after(30 * number + 20), reason)
        shifts.works(ANA, after(30 * number + 30))
    shifts.leaves(ANA, after(100))
    shifts.close(after(120))
    assert shifts.agents[ANA].figures["adherence"] == pytest.approx(90 / 100)


def test_work_is_held_against_the_shift_if_that_is_known() -> None:
    plan = {ANA: ((after(0), after(60)), (after(90), after(150)))}
    shifts = ShiftBook(frozenset(), ZONE, plan=plan)
    shifts.works(ANA, after(15))
    shifts.rests(ANA, after(60), "comida")
    shifts.works(ANA, after(95))
    shifts.leaves(ANA, after(170))
    shifts.close(after(200))
    figures = shifts.agents[ANA].figures
    assert figures["adherence"] == pytest.approx((45 + 55) / 120)
    assert shifts.adherence(12) == pytest.approx(15 / 30)
    assert shifts.overall()["adherence"] == figures["adherence"]


def test_only_what_lies_within_the_time_of_the_report_counts() -> None:
    shifts = book(begins=after(30), ends=after(90))
    shifts.works(ANA, after(0))
    shifts.takes(ANA, CRISIS, after(10))
    shifts.is_free(ANA, after(40))
    shifts.leaves(ANA, after(200))
    shifts.close(after(90))
    figures = shifts.agents[ANA].figures
    assert figures["calls"] == 0
    assert figures["occupancy"] == pytest.approx(10 / 60)
    assert figures["hours"] == pytest.approx(1)
    assert figures["adherence"] == 1


def test_a_conversation_after_the_shift_is_handling() -> None:
    shifts = book()
    shifts.works(ANA, after(0))
    shifts.takes(ANA, CRISIS, after(0))
    shifts.leaves(ANA, after(10))
    shifts.is_free(ANA, after(20))
    shifts.close(after(30))
    assert shifts.agents[ANA].handling == 1200.0
    assert shifts.agents[ANA].available == 0.0
