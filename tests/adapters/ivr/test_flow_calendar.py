"""Holidays and exceptions in hours.yaml, and the way of callers who meet one."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from router.adapters.flow_files import load
from router.core.ivr.hours import Hours
from tests.adapters.ivr.flow_mistakes import Edit, told_of
from tests.core.ivr.caller import Caller

OFFICE = """\
hours:
  oficina:
    zone: America/Mexico_City
    open: {mon-fri: 09:00-18:00}
    holidays: MX
    exceptions:
      2026-12-24: 09:00-12:00
      2026-12-28..2027-01-02: closed
"""


def office(edit: Edit, flow_folder: Path, old: str = "", new: str = "") -> Hours:
    edit("hours.yaml", "hours:\n", OFFICE.replace(old, new, 1))
    return load(flow_folder).book.hours["oficina"]


def noon(year: int, month: int, day: int) -> datetime:
    """In Mexico City."""
    return datetime(year, month, day, 18, tzinfo=UTC)


@pytest.mark.parametrize(
    ("day", "is_open"),
    [
        ((2026, 11, 24), True),
        ((2026, 11, 16), False),  # Revolution, the third Monday
        ((2026, 2, 2), False),  # Constitution, the first Monday
        ((2026, 3, 16), False),  # Juárez, the third Monday
        ((2026, 5, 1), False),
        ((2026, 9, 16), False),
        ((2026, 12, 25), False),
        ((2030, 10, 1), False),  # the presidency passes on, every sixth year
        ((2029, 10, 1), True),
        ((2026, 12, 28), False),
        ((2027, 1, 2), False),
        ((2027, 1, 4), True),
    ],
)
def test_the_holidays_of_the_mexican_labour_law(
    flow_folder: Path, edit: Edit, day: tuple[int, int, int], is_open: bool
) -> None:
    assert office(edit, flow_folder).is_open(noon(*day)) is is_open


def test_an_exception_may_be_shorter_hours(flow_folder: Path, edit: Edit) -> None:
    hours = office(edit, flow_folder)
    assert hours.is_open(datetime(2026, 12, 24, 17, 59, tzinfo=UTC))
    assert not hours.is_open(noon(2026, 12, 24))


def test_holidays_may_have_hours_of_their_own(flow_folder: Path, edit: Edit) -> None:
    hours = office(edit, flow_folder, "holidays: MX", "holidays: MX\n    on_holidays: 12:00-13:00")
    assert hours.is_open(noon(2026, 12, 25))
    assert not hours.is_open(datetime(2026, 12, 25, 19, tzinfo=UTC))


def test_an_exception_goes_before_a_holiday(flow_folder: Path, edit: Edit) -> None:
    hours = office(edit, flow_folder, "2026-12-24:", "2026-12-25: 09:00-18:00\n      2026-12-24:")
    assert hours.is_open(noon(2026, 12, 25))


@pytest.mark.parametrize(
    ("old", "new", "sentence"),
    [
        ("MX", "ZZ", "a country whose holidays are known (ZZ is not)"),
        ("MX", "mexico", "a country such as MX"),
        ("2026-12-24", "24/12/2026", "a day such as 2026-12-24"),
        ("2026-12-24", "2026-02-30", "a day such as 2026-12-24"),
        ("2027-01-02", "2026-01-02", "at most a year"),
        ("2026-12-24", "2026-12-30", "each day once (2026-12-30 is there twice)"),
        ("closed", "shut", "`closed`, or times such as 09:00-18:00"),
    ],
)
def test_what_is_no_day(flow_folder: Path, edit: Edit, old: str, new: str, sentence: str) -> None:
    edit("hours.yaml", "hours:\n", OFFICE.replace(old, new, 1))
    (told,) = told_of(flow_folder)
    assert sentence in told


def test_a_flow_may_tell_holidays_from_closing_time(flow_folder: Path, edit: Edit) -> None:
    edit("hours.yaml", "hours:\n", OFFICE)
    edit(
        "flows/linea.yaml",
        "    hours: noche\n    open: crisis\n    closed: menu\n",
        "    hours: oficina\n    open: menu\n    closed: crisis\n    holiday: gracias\n",
    )
    book = load(flow_folder).book
    at = {"open": noon(2026, 11, 24), "closed": noon(2026, 11, 22), "holiday": noon(2026, 12, 25)}
    reached = {how: Caller(book, when, "5555335533").listens().run.step for how, when in at.items()}
    assert reached == {"open": "menu", "closed": "crisis", "holiday": "gracias"}


@pytest.mark.parametrize(
    ("written", "told"),
    [
        ("{1: gracia}", "the step 'juridico' leads to 'gracia', which is no step of this flow"),
        ("{8: {play: avisos}}", "the step 'juridico' says 'avisos', which is no prompt"),
        ("{8: {}}", "the name of a step, or {play: ...} or {tag: ...} to keep the place"),
        ("{8: {say: aviso}}", "the name of a step, or {play: ...} or {tag: ...}"),
    ],
)
def test_keys_while_waiting_lead_somewhere(
    flow_folder: Path, edit: Edit, written: str, told: str
) -> None:
    edit("flows/linea.yaml", "    queue: juridico\n", f"    queue: juridico\n    keys: {written}\n")
    (line,) = told_of(flow_folder)
    assert told in line


def test_only_the_estimate_has_a_gap(flow_folder: Path, edit: Edit) -> None:
    edit("prompts/es.yaml", "gracias: >-\n", 'x: "Faltan {n} minutos."\ngracias: >-\n')
    edit("prompts/en.yaml", "gracias: >-\n", 'x: "{n} minutes."\ngracias: >-\n')
    edit("queues.yaml", "waiting: {message: espera_crisis,", "waiting: {message: x, estimate: x,")
    lines = told_of(flow_folder)
    assert len(lines) == 2
    assert all("says 'x', in which {n} is not known" in line for line in lines)
