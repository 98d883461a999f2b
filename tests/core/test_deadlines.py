"""The one timer: the earliest first, one at a time, and equal instants in their order."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from router.core.deadlines import Deadlines, LegOverdue, LookAgain
from router.core.vocabulary import LegId

NOON = datetime(2026, 11, 24, 18, 0, tzinfo=UTC)


def at(seconds: float) -> datetime:
    return NOON + timedelta(seconds=seconds)


def leg(name: str) -> LegOverdue:
    return LegOverdue(leg=LegId(name))


def test_nothing_to_wait_for_is_no_timer() -> None:
    deadlines = Deadlines()
    assert deadlines.next is None
    assert deadlines.pop_due(NOON) is None


def test_the_timer_is_the_earliest() -> None:
    deadlines = Deadlines()
    deadlines.add(at(5), leg("late"))
    deadlines.add(at(1), leg("early"))
    assert deadlines.next == at(1)


def test_what_is_not_due_stays() -> None:
    deadlines = Deadlines()
    deadlines.add(at(1), leg("a"))
    assert deadlines.pop_due(at(0.999)) is None
    assert len(deadlines) == 1
    assert deadlines.pop_due(at(1)) == leg("a")
    assert deadlines.next is None


def test_one_is_popped_at_a_time_so_that_handling_it_may_add_an_earlier_one() -> None:
    deadlines = Deadlines()
    deadlines.add(at(1), leg("a"))
    deadlines.add(at(3), leg("c"))
    assert deadlines.pop_due(at(5)) == leg("a")
    deadlines.add(at(2), leg("b"))
    assert deadlines.pop_due(at(5)) == leg("b")


def test_deadlines_that_cannot_be_compared_share_an_instant() -> None:
    deadlines = Deadlines()
    deadlines.add(at(1), leg("a"))
    deadlines.add(at(1), LookAgain())
    deadlines.add(at(1), leg("b"))
    popped = [deadlines.pop_due(at(1)) for _ in range(3)]
    assert popped == [leg("a"), LookAgain(), leg("b")]


@settings(max_examples=50, deadline=None, database=None)
@given(st.lists(st.integers(0, 5)))
def test_they_come_in_the_order_of_time_and_then_of_adding(seconds: list[int]) -> None:
    deadlines = Deadlines()
    for n, second in enumerate(seconds):
        deadlines.add(at(second), leg(str(n)))
    order = sorted(range(len(seconds)), key=lambda n: (seconds[n], n))
    popped = []
    while (due := deadlines.pop_due(at(9))) is not None:
        popped.append(due)
    assert popped == [leg(str(n)) for n in order]


def test_what_is_over_wakes_nobody() -> None:
    deadlines = Deadlines()
    deadlines.add(at(1), leg("a"))
    deadlines.add(at(2), leg("b"))
    deadlines.add(at(3), leg("a"))
    deadlines.forget("a")
    deadlines.forget("nobody knows it")
    assert (deadlines.next, len(deadlines)) == (at(2), 1)
    assert deadlines.pop_due(at(9)) == leg("b")
    assert deadlines.next is None
    assert deadlines.pop_due(at(9)) is None


def test_what_was_popped_is_not_forgotten_again() -> None:
    deadlines = Deadlines()
    deadlines.add(at(1), leg("a"))
    assert deadlines.pop_due(at(1)) == leg("a")
    deadlines.add(at(2), leg("a"))
    assert deadlines.pop_due(at(2)) == leg("a")
    deadlines.forget("a")
    assert len(deadlines) == 0
