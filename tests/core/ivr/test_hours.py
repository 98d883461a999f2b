"""When something is open."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta, timezone
from zoneinfo import ZoneInfo

import pytest

from router.core.ivr.hours import Hours, Range

MEXICO = timezone(timedelta(hours=-6))
NEVER: tuple[Range, ...] = ()


def between(start: int, end: int) -> Range:
    return Range(start=timedelta(hours=start), end=timedelta(hours=end))


def on_tuesdays(*ranges: Range) -> Hours:
    return Hours(name="x", tz=MEXICO, week=(NEVER, ranges, *(NEVER,) * 5))


def tuesday(hour: int, minute: int = 0, second: int = 0) -> datetime:
    return datetime(2026, 11, 24, tzinfo=MEXICO) + timedelta(
        hours=hour, minutes=minute, seconds=second
    )


@pytest.mark.parametrize(
    ("at", "open_"),
    [
        (tuesday(8, 59, 59), False),
        (tuesday(9), True),
        (tuesday(17, 59, 59), True),
        (tuesday(18), False),
        (tuesday(9 + 24), False),
        (tuesday(9 - 24), False),
    ],
)
def test_the_end_is_not_open_any_more(at: datetime, open_: bool) -> None:
    assert on_tuesdays(between(9, 18)).is_open(at) is open_


@pytest.mark.parametrize(
    ("at", "open_"),
    [
        (tuesday(3), False),
        (tuesday(21, 59), False),
        (tuesday(22), True),
        (tuesday(24), True),
        (tuesday(29, 59), True),
        (tuesday(30), False),
    ],
)
def test_a_night_belongs_to_the_day_on_which_it_begins(at: datetime, open_: bool) -> None:
    assert on_tuesdays(between(22, 30)).is_open(at) is open_


def test_the_night_of_sunday_reaches_into_monday() -> None:
    sunday = Hours(name="x", tz=MEXICO, week=(*(NEVER,) * 6, (between(22, 30),)))
    assert sunday.is_open(datetime(2026, 11, 23, 5, 59, tzinfo=MEXICO))
    assert not sunday.is_open(datetime(2026, 11, 23, 6, 0, tzinfo=MEXICO))


def test_the_clock_is_that_of_the_zone() -> None:
    hours = on_tuesdays(between(0, 7))
    assert hours.is_open(datetime(2026, 11, 24, 6, 0, tzinfo=UTC))
    assert not hours.is_open(datetime(2026, 11, 24, 5, 59, tzinfo=UTC))
    assert not hours.is_open(datetime(2026, 11, 24, 13, 0, tzinfo=UTC))


def test_a_whole_day_has_no_gap_at_midnight() -> None:
    always = Hours(name="x", tz=MEXICO, week=((between(0, 24),),) * 7)
    assert all(always.is_open(tuesday(hour, 59, 59)) for hour in range(48))


@pytest.mark.parametrize("forced", [True, False])
def test_forced_hours_do_not_look_at_the_clock(forced: bool) -> None:
    hours = replace(on_tuesdays(between(9, 18)), forced=forced)
    assert hours.is_open(tuesday(3)) is forced
    assert hours.is_open(tuesday(12)) is forced


OFFICE = Hours(
    name="oficina",
    tz=UTC,
    week=((Range(start=timedelta(hours=9), end=timedelta(hours=18)),),) * 5 + ((), ()),
    days={
        date(2026, 12, 24): (Range(start=timedelta(hours=9), end=timedelta(hours=12)),),
        date(2026, 12, 25): (),
        date(2026, 12, 26): (Range(start=timedelta(hours=22), end=timedelta(hours=26)),),
    },
)


@pytest.mark.parametrize(
    ("at", "is_open", "exceptional"),
    [
        (datetime(2026, 12, 23, 17, tzinfo=UTC), True, False),
        (datetime(2026, 12, 24, 11, tzinfo=UTC), True, True),
        (datetime(2026, 12, 24, 12, tzinfo=UTC), False, True),
        (datetime(2026, 12, 25, 10, tzinfo=UTC), False, True),
        (datetime(2026, 12, 26, 10, tzinfo=UTC), False, True),
        (datetime(2026, 12, 27, 1, tzinfo=UTC), True, False),
        (datetime(2026, 12, 27, 2, tzinfo=UTC), False, False),
    ],
)
def test_an_exception_goes_before_the_week(at: datetime, is_open: bool, exceptional: bool) -> None:
    assert (OFFICE.is_open(at), OFFICE.is_exceptional(at)) == (is_open, exceptional)


def test_forced_hours_know_no_exception() -> None:
    forced = replace(OFFICE, forced=True)
    christmas = datetime(2026, 12, 25, 10, tzinfo=UTC)
    assert (forced.is_open(christmas), forced.is_exceptional(christmas)) == (True, False)


@pytest.mark.parametrize("begins", [date(2026, 3, 7), date(2026, 10, 31)])
@pytest.mark.parametrize("zone", ["America/Mexico_City", "America/Tijuana", "Australia/Lord_Howe"])
def test_the_answer_holds_as_long_as_it_is_said_to(begins: date, zone: str) -> None:
    """Around the days on which clocks are set, every five minutes."""
    night = (Range(start=timedelta(hours=22, minutes=10), end=timedelta(hours=26, minutes=30)),)
    hours = replace(OFFICE, tz=ZoneInfo(zone), week=(night,) * 7)
    at = datetime.combine(begins, time(), tzinfo=UTC)
    ends, looks = at + timedelta(days=60 if zone == "Australia/Lord_Howe" else 3), 0
    while at < ends:
        answer, until = hours.is_open(at), hours.holds_until(at)
        looks += 1
        assert until > at
        while at < until:
            assert hours.is_open(at) is answer
            at += timedelta(minutes=5)
    assert looks < 8 * 60


def test_forced_hours_hold() -> None:
    forced = replace(OFFICE, forced=True)
    assert forced.holds_until(datetime(2026, 12, 25, 10, tzinfo=UTC)) > datetime(
        2026, 12, 25, 12, tzinfo=UTC
    )
