"""Many small days: whatever callers and telephones do, the books close and nobody is lost."""

from __future__ import annotations

from pathlib import Path

import pytest

from router.adapters import flow_files
from router.core.policy import Policy
from router.core.records import (
    Abandoned,
    AgentLost,
    Answered,
    CallFinished,
    CallStarted,
    HandedToFallback,
    OfferEnded,
)
from router.core.vocabulary import OfferOutcome
from tests.core.books import books_close
from tests.simulation.small_day import SmallDay

IVR = Path(__file__).parents[2] / "ivr"
CALLERS = 20
SEEDS = range(8)


@pytest.fixture(scope="module")
def rules() -> Policy:
    return flow_files.load(IVR, {"noche": False})


@pytest.fixture(scope="module")
def days(rules: Policy) -> list[SmallDay]:
    """Each turn of each day is looked at as well (books.floor_agrees)."""
    days = [SmallDay(rules, seed, callers=CALLERS) for seed in SEEDS]
    for day in days:
        day.run()
    return days


@pytest.mark.parametrize("seed", SEEDS)
def test_nobody_is_lost_on_a_random_day(days: list[SmallDay], seed: int) -> None:
    hotline, floor = days[seed].hotline, days[seed].hotline.engine.floor
    books_close(hotline.entries, floor)
    assert not floor.calls
    assert not floor.offers
    assert not floor.agent_legs
    started = len(hotline.records(CallStarted))
    assert started == CALLERS
    assert started == len(hotline.records(CallFinished)) + len(hotline.records(HandedToFallback))


def test_the_days_hold_everything_that_can_happen_to_a_caller(days: list[SmallDay]) -> None:
    outcomes = {r.outcome for day in days for r in day.hotline.records(OfferEnded)}
    assert outcomes == set(OfferOutcome)
    for kind in (Answered, Abandoned, AgentLost):
        assert any(day.hotline.records(kind) for day in days)


def test_a_day_is_the_same_day_every_time(rules: Policy, days: list[SmallDay]) -> None:
    again = SmallDay(rules, SEEDS[3], callers=CALLERS)
    again.run()
    assert again.hotline.entries == days[3].hotline.entries
    assert again.hotline.commands == days[3].hotline.commands
