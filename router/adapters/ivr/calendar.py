"""Days unlike others: public holidays by law, and the exceptions that an admin writes."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date, timedelta
from functools import cache
from typing import Annotated

from pydantic import PlainValidator

from router.adapters.ivr.words import Misread, read_ranges, text_of
from router.core.ivr.hours import Range

YEARS = range(2020, 2061)
"""A policy knows no clock, so the holidays of all years that it may live to see are in it."""
LONGEST = 366
CLOSED = "closed"
Days = Mapping[date, tuple[Range, ...]]


def read_days(value: object) -> Days:
    """`2026-12-24: 09:00-14:00`, `2026-12-26..2027-01-02: closed`."""
    if not isinstance(value, dict) or not value:
        raise Misread("days with their times, such as `2026-12-24: 09:00-14:00`")
    days: dict[date, tuple[Range, ...]] = {}
    for written, times in value.items():
        ranges = () if times == CLOSED else _ranges(times)
        for day in _span(str(written)):
            if day in days:
                raise Misread(f"each day once ({day} is there twice)")
            days[day] = ranges
    return days


def _ranges(times: object) -> tuple[Range, ...]:
    try:
        return read_ranges(times)
    except Misread as misread:
        raise Misread(f"`closed`, or {misread}") from None


def _span(written: str) -> list[date]:
    expected = "a day such as 2026-12-24, or days such as 2026-12-26..2027-01-02"
    first, dots, last = written.partition("..")
    begin, end = _day(first, expected), _day(last, expected) if dots else _day(first, expected)
    if not 0 <= (end - begin).days < LONGEST:
        raise Misread(f"{expected}, at most a year")
    return [begin + timedelta(days=n) for n in range((end - begin).days + 1)]


def _day(written: str, expected: str) -> date:
    if re.fullmatch(r"\d{4}-\d\d-\d\d", written.strip(), re.ASCII) is None:
        raise Misread(expected)
    try:
        return date.fromisoformat(written.strip())
    except ValueError:
        raise Misread(expected) from None


def read_country(value: object) -> frozenset[date]:
    """The public holidays of `MX`, or of a part of a country such as `US-CA`."""
    text = text_of(value, "a country such as MX")
    if re.fullmatch("[A-Z]{2}(-[A-Z0-9]{1,3})?", text, re.ASCII) is None:
        raise Misread("a country such as MX, or a part of one such as US-CA")
    return _holidays(text)


@cache
def _holidays(country: str) -> frozenset[date]:
    # Imported here: it knows two hundred countries, and most folders ask for none.
    import holidays

    name, _, part = country.partition("-")
    try:
        found = holidays.country_holidays(name, subdiv=part or None, years=YEARS)
    except NotImplementedError:
        raise Misread(f"a country whose holidays are known ({country} is not)") from None
    return frozenset(found)


DaysWord = Annotated[Days, PlainValidator(read_days)]
Country = Annotated[frozenset[date], PlainValidator(read_country)]
HolidayHours = Annotated[
    tuple[Range, ...], PlainValidator(lambda value: () if value == CLOSED else _ranges(value))
]
