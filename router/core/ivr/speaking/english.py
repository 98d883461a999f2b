"""English out of single recordings: Asterisk's core sounds, and a few words of our own."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date, time, timedelta

from router.core.ivr.speaking.gender import Gender

LARGEST = 999_999_999
PARTS: Mapping[str, str] = {
    "spoken_hour": "hour",
    "spoken_hours": "hours",
    "spoken_minute": "minute",
    "spoken_minutes": "minutes",
    "spoken_second": "second",
    "spoken_seconds": "seconds",
    "spoken_point": "point",
}


def number(value: int, gender: Gender | None) -> Iterator[str]:
    """English numbers have no gender."""
    if value < 0:
        yield "digits/minus"
        value = -value
    if value == 0:
        yield "digits/0"
        return
    for size, name in ((1_000_000, "million"), (1000, "thousand")):
        count, value = divmod(value, size)
        if count:
            yield from _below_thousand(count)
            yield f"digits/{name}"
    if value:
        yield from _below_thousand(value)


def _below_thousand(value: int) -> Iterator[str]:
    hundred, rest = divmod(value, 100)
    if hundred:
        yield f"digits/{hundred}"
        yield "digits/hundred"
    if rest:
        yield from _below_hundred(rest)


def _below_hundred(value: int) -> Iterator[str]:
    if value <= 20:
        yield f"digits/{value}"
        return
    ten, one = divmod(value, 10)
    yield f"digits/{ten}0"
    if one:
        yield f"digits/{one}"


def day(value: date) -> Iterator[str]:
    """Tuesday, November twenty-fourth, twenty twenty-six."""
    yield f"digits/day-{value.isoweekday() % 7}"
    yield f"digits/mon-{value.month - 1}"
    ten, one = divmod(value.day, 10)
    if value.day <= 20 or one == 0:
        yield f"digits/h-{value.day}"
    else:
        yield f"digits/{ten}0"
        yield f"digits/h-{one}"
    century, year = divmod(value.year, 100)
    if year < 10:
        yield from number(value.year, None)
    else:
        yield from _below_hundred(century)
        yield from _below_hundred(year)


def clock(value: time) -> Iterator[str]:
    """Six oh five p.m."""
    yield f"digits/{(value.hour - 1) % 12 + 1}"
    if value.minute == 0:
        yield "digits/oclock"
    elif value.minute < 10:
        yield "digits/oh"
        yield f"digits/{value.minute}"
    else:
        yield from _below_hundred(value.minute)
    yield "digits/p-m" if value.hour >= 12 else "digits/a-m"


def duration(value: timedelta) -> Iterator[str]:
    """Hours, minutes and seconds, those that there are."""
    minutes, seconds = divmod(int(value.total_seconds()), 60)
    hours, minutes = divmod(minutes, 60)
    for count, noun in ((hours, "hour"), (minutes, "minute"), (seconds, "second")):
        if count or (noun == "second" and not (hours or minutes)):
            yield from number(count, None)
            yield f"spoken_{noun}" if count == 1 else f"spoken_{noun}s"
