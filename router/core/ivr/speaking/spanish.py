"""Mexican Spanish out of single recordings: numbers of both genders, dates, times, durations.

The recordings are those of Asterisk's es-MX core sounds; what is not among them (veintiún,
doscientas, hora) is recorded with the hotline's own prompts, under the names in PARTS.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date, time, timedelta

from router.core.ivr.speaking.gender import Gender

LARGEST = 999_999_999
PARTS: Mapping[str, str] = {
    "spoken_21_masculine": "veintiún",
    "spoken_21_feminine": "veintiuna",
    "spoken_200_feminine": "doscientas",
    "spoken_300_feminine": "trescientas",
    "spoken_400_feminine": "cuatrocientas",
    "spoken_500_feminine": "quinientas",
    "spoken_600_feminine": "seiscientas",
    "spoken_700_feminine": "setecientas",
    "spoken_800_feminine": "ochocientas",
    "spoken_900_feminine": "novecientas",
    "spoken_hour": "hora",
    "spoken_hours": "horas",
    "spoken_minute": "minuto",
    "spoken_minutes": "minutos",
    "spoken_second": "segundo",
    "spoken_seconds": "segundos",
    "spoken_with": "con",
    "spoken_point": "punto",
}


def number(value: int, gender: Gender | None) -> Iterator[str]:
    """Without a gender as one counts: uno, veintiuno; with one as before a noun: un, una."""
    if value < 0:
        yield "digits/minus"
        value = -value
    if value == 0:
        yield "digits/0"
        return
    millions, rest = divmod(value, 1_000_000)
    if millions:
        yield from _below_million(millions, Gender.MASCULINE)
        yield "digits/million" if millions == 1 else "digits/millions"
    if rest:
        yield from _below_million(rest, gender)


def _below_million(value: int, gender: Gender | None) -> Iterator[str]:
    thousands, rest = divmod(value, 1000)
    if thousands:
        if thousands > 1:
            # Hundreds agree with what is counted (doscientas mil); one does not (treinta y un mil).
            yield from _below_thousand(thousands, Gender.MASCULINE, hundreds=gender)
        yield "digits/thousand"
    if rest:
        yield from _below_thousand(rest, gender, hundreds=gender)


def _below_thousand(value: int, gender: Gender | None, *, hundreds: Gender | None) -> Iterator[str]:
    hundred, rest = divmod(value, 100)
    if hundred == 1:
        yield "digits/100-and" if rest else "digits/hundred"
    elif hundred and hundreds is Gender.FEMININE:
        yield f"spoken_{hundred}00_feminine"
    elif hundred:
        yield f"digits/{hundred}00"
    if rest:
        yield from _below_hundred(rest, gender)


def _below_hundred(value: int, gender: Gender | None) -> Iterator[str]:
    if value == 21 and gender is not None:
        yield f"spoken_21_{gender}"
    elif value == 1 and gender is not None:
        yield "digits/1F" if gender is Gender.FEMININE else "digits/1M"
    elif value <= 30:
        yield f"digits/{value}"
    else:
        ten, one = divmod(value, 10)
        yield f"digits/{ten}0"
        if one:
            yield "digits/and"
            yield from _below_hundred(one, gender)


def day(value: date) -> Iterator[str]:
    """Martes veinticuatro de noviembre de dos mil veintiséis; the first is primero."""
    yield f"digits/day-{value.isoweekday() % 7}"
    if value.day == 1:
        yield "digits/h-1"
    else:
        yield from number(value.day, None)
    yield "digits/es-de"
    yield f"digits/mon-{value.month - 1}"
    yield "digits/es-de"
    yield from number(value.year, None)


def clock(value: time) -> Iterator[str]:
    """Dieciocho horas con treinta minutos."""
    yield from _counted(value.hour, "hour", Gender.FEMININE)
    if value.minute:
        yield "spoken_with"
        yield from _counted(value.minute, "minute", Gender.MASCULINE)


def duration(value: timedelta) -> Iterator[str]:
    """Hours, minutes and seconds, those that there are."""
    minutes, seconds = divmod(int(value.total_seconds()), 60)
    hours, minutes = divmod(minutes, 60)
    if hours:
        yield from _counted(hours, "hour", Gender.FEMININE)
    if minutes:
        yield from _counted(minutes, "minute", Gender.MASCULINE)
    if seconds or not (hours or minutes):
        yield from _counted(seconds, "second", Gender.MASCULINE)


def _counted(count: int, noun: str, gender: Gender) -> Iterator[str]:
    yield from number(count, gender)
    yield f"spoken_{noun}" if count == 1 else f"spoken_{noun}s"
