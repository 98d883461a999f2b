"""When something is open: ranges of the week in a time zone, over midnight if need be."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta, tzinfo

DAY = timedelta(days=1)
QUARTER = timedelta(minutes=15)
"""Wherever clocks are set, it is on a quarter of an hour."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Range:
    """Wall-clock times counted from the midnight that begins its day; `end` is exclusive.

    22:00-06:00 ends after 30 hours, and belongs to the day on which it begins.
    """

    start: timedelta
    end: timedelta


@dataclass(frozen=True, slots=True, kw_only=True)
class Hours:
    """`week` has seven days from Monday; `days` are holidays and exceptions, which have hours of
    their own or none. `forced` overrides the clock, for trials.

    The zone comes as an object: to look one up by its name is reading a file.
    """

    name: str
    tz: tzinfo
    week: tuple[tuple[Range, ...], ...]
    days: Mapping[date, tuple[Range, ...]] = field(default_factory=dict)
    forced: bool | None = None

    def is_open(self, at: datetime) -> bool:
        """Whether `at`, an aware instant, falls into a range of its day or of the night before."""
        if self.forced is not None:
            return self.forced
        local = at.astimezone(self.tz)
        clock, today = _clock(local), local.date()
        later = clock + DAY
        for each in self.of(today):
            if each.start <= clock < each.end:
                return True
        return any(each.start <= later < each.end for each in self.of(today - DAY))

    def holds_until(self, at: datetime) -> datetime:
        """From `at` to this later instant the answer is the same; it need not be another then."""
        at = at.astimezone(UTC)
        if self.forced is not None:
            return at + DAY
        local = at.astimezone(self.tz)
        clock, today = _clock(local), local.date()
        edges = [edge for each in self.of(today) for edge in (each.start, each.end)]
        edges += [edge - DAY for each in self.of(today - DAY) for edge in (each.start, each.end)]
        until = at + min((edge for edge in edges if clock < edge < DAY), default=DAY) - clock
        if until.astimezone(self.tz).utcoffset() == local.utcoffset():
            return until
        # The clock is set in between: look again whenever it may have been.
        return at + QUARTER - clock % QUARTER

    def of(self, day: date) -> tuple[Range, ...]:
        """The ranges that begin on this day."""
        ranges = self.days.get(day)
        return self.week[day.weekday()] if ranges is None else ranges

    def is_exceptional(self, at: datetime) -> bool:
        """Whether `at` falls on a holiday or an exception."""
        return self.forced is None and at.astimezone(self.tz).date() in self.days


def _clock(local: datetime) -> timedelta:
    """What it says, counted from midnight."""
    seconds = 3600 * local.hour + 60 * local.minute + local.second
    return timedelta(seconds=seconds, microseconds=local.microsecond)
