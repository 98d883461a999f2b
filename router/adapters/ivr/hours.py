"""hours.yaml: when something is open, in which time zone."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, tzinfo
from zoneinfo import ZoneInfo, available_timezones

from pydantic import Field

from router.adapters.ivr.calendar import Country, DaysWord, HolidayHours
from router.adapters.ivr.problems import Place, Problems, listed, shown
from router.adapters.ivr.shapes import Shape, entries_of, only_sections, shaped
from router.adapters.ivr.tree import Entries, Node, place_of
from router.adapters.ivr.words import Days, Misread, Ranges, Text, read_name
from router.core.ivr.hours import Hours, Range

FILE = "hours.yaml"


class HoursShape(Shape):
    """Where and when; a day that is an exception is that before it is a holiday."""

    zone: Text
    holidays: Country = frozenset()
    on_holidays: HolidayHours = ()
    exceptions: DaysWord = Field(default_factory=dict)

    @property
    def days(self) -> Mapping[date, tuple[Range, ...]]:
        """Those with hours of their own."""
        return {**dict.fromkeys(self.holidays, self.on_holidays), **self.exceptions}


class EveryDayShape(HoursShape):
    """The same on all days."""

    open: Ranges


class ByDayShape(HoursShape):
    """Days that are not named, or `closed`, are closed; days named twice have both."""

    open: dict[Days, HolidayHours] = Field(min_length=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class HoursFile:
    """What could be read of it; `names` are all that are written, readable or not."""

    names: tuple[str, ...]
    hours: Mapping[str, Hours]
    places: Mapping[str, Place]


def read_hours(
    root: Entries | None, file: str, forced: Mapping[str, bool], problems: Problems
) -> HoursFile:
    """All hours that could be read; without the file there are none."""
    written = []
    if root is not None:
        only_sections(root, ("hours",), problems)
        written = entries_of(root, "hours", file, problems)
    hours = {}
    for name, at, node in written:
        if (found := _hours(name, at, node, forced.get(name), problems)) is not None:
            hours[name] = found
    names = [name for name, _, _ in written]
    for name in forced:
        if name not in names:
            wrong = f"the hours {shown(name)} are to be forced, and are not here"
            problems.add(Place(file=file), wrong, listed(names), word=name, known=names)
    places = {name: at for name, at, _ in written}
    return HoursFile(names=tuple(names), hours=hours, places=places)


def _hours(
    name: str, at: Place, node: Node, forced: bool | None, problems: Problems
) -> Hours | None:
    what = f"the hours {shown(name)}"
    try:
        read_name(name)
    except Misread as misread:
        problems.add(at, f"{what} cannot be named so", str(misread))
    if isinstance(node, Entries) and isinstance(node.items.get("open"), Entries):
        by_day = shaped(ByDayShape, node, what, at, problems)
        if by_day is None:
            return None
        written: HoursShape = by_day
        week = _week(by_day.open)
    else:
        every_day = shaped(EveryDayShape, node, what, at, problems)
        if every_day is None:
            return None
        written, week = every_day, (every_day.open,) * 7
    tz = _zone(written.zone, place_of(node, "zone"), what, problems)
    if tz is None:
        return None
    return Hours(name=name, tz=tz, week=week, days=written.days, forced=forced)


def _week(by_day: Mapping[tuple[int, ...], tuple[Range, ...]]) -> tuple[tuple[Range, ...], ...]:
    week: list[tuple[Range, ...]] = [()] * 7
    for days, ranges in by_day.items():
        for day in days:
            week[day] += ranges
    return tuple(week)


def _zone(name: str, at: Place, what: str, problems: Problems) -> tzinfo | None:
    try:
        # A folder of zones (`America`) and an over-long name are refused as files are.
        return ZoneInfo(name)
    except (LookupError, ValueError, OSError):
        problems.add(
            at,
            f"{what} have the zone {shown(name)}, which is not known",
            "a zone such as America/Mexico_City",
            word=name,
            known=available_timezones(),
        )
        return None
