"""A roster with shifts is read, or refused with place and consequence."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from router.core.vocabulary import DeviceKind, SkillName
from router.errors import ShiftsInvalid
from router.planning.shifts_yaml import read_shifts
from router.simulator.roster import Roster, staffed

SKILLS = frozenset(map(SkillName, ("psicologia", "crisis")))
MEXICO = ZoneInfo("America/Mexico_City")
SMALL = """\
seats: 1
shifts:
  noche: {from: "22:00", to: "06:00", breaks: [{at: "02:00", for: 30min}]}
  dia: {from: "08:00", to: "16:00"}
agents:
  - {id: ana, skills: {crisis: 3}, works: {fri-mon: noche}}
  - {id: bea, skills: {psicologia: 2}, device: phone, office: true, works: {wed: dia}}
"""


def roster(text: str = SMALL) -> Roster:
    return read_shifts(text.encode(), "r.yaml", SKILLS)


def told(text: str) -> str:
    with pytest.raises(ShiftsInvalid) as refused:
        roster(text)
    return str(refused.value)


def test_a_shift_passes_midnight_and_belongs_to_the_day_on_which_it_begins() -> None:
    ana, bea = roster().workers
    assert [shift is not None for shift in ana.week] == [True, *[False] * 3, True, True, True]
    assert (bea.device, bea.office) == (DeviceKind.PHONE, True)
    stints = list(roster().stints(date(2026, 11, 24), 1, MEXICO))
    assert [stint.worker.id for stint in stints] == ["ana"]
    assert stints[0].start.astimezone(UTC) == datetime(2026, 11, 24, 4, tzinfo=UTC)
    assert stints[0].end.astimezone(UTC) == datetime(2026, 11, 24, 12, tzinfo=UTC)
    assert stints[0].breaks[0][0].astimezone(UTC) == datetime(2026, 11, 24, 8, tzinfo=UTC)


def test_who_works_at_an_hour_of_the_week() -> None:
    monday_1h, monday_2h, monday_7h = (timedelta(hours=hour) for hour in (1, 2, 7))
    assert set(staffed(roster(), monday_1h)) == {"ana"}
    assert set(staffed(roster(), monday_2h)) == set(), "on a break"
    assert set(staffed(roster(), monday_7h)) == set()


WRONG = {
    ("crisis: 3", "crisys: 3"): "6:24: no queue asks for 'crisys': it would bring ana no call",
    ("crisis: 3", "crisis: 7"): "6:32: the level of 'crisis' is '7'",
    ("fri-mon: noche", "fri-mon: noches"): "there is no shift 'noches': the agent ana would not",
    ("fri-mon: noche", "vie: noche"): "'vie' is no day",
    ("wed: dia", "wed: dia, mon-fri: dia"): "has two shifts on wed",
    ("wed: dia", "tue: noche, wed: noche, thu: dia"): "",
    ("seats: 1", "seats: 0"): "1:8: on wed at 8:00 1 agents need a seat in the office and there",
    ('at: "02:00"', 'at: "07:00"'): "this break is not within its shift: nobody would take it",
    ('to: "16:00"', 'to: "25:00"'): "4:28: `to` is '25:00'; expected a time of day",
    ("for: 30min", "for: long"): "`for` is 'long'; expected minutes, as in 30min",
    ("id: bea", "id: ana"): "'ana' is taken already, in line 6",
    ("device: phone", "device: radio"): "`device` is 'radio'; expected desk or phone",
}


@pytest.mark.parametrize(("change", "sentence"), WRONG.items(), ids=[new for _, new in WRONG])
def test_what_is_wrong_is_told_with_its_place_and_consequence(
    change: tuple[str, str], sentence: str
) -> None:
    before, after = change
    assert before in SMALL
    text = SMALL.replace(before, after, 1)
    if sentence:
        assert sentence in told(text)
    else:
        assert roster(text)


def test_a_shift_that_begins_before_the_last_one_ends_is_refused() -> None:
    long = SMALL.replace('to: "16:00"', 'to: "07:00"').replace("wed: dia", "tue-wed: dia")
    text = long.replace('dia: {from: "08:00"', 'dia: {from: "06:00"')
    assert roster(text)
    overlapping = text.replace("tue-wed: dia", "tue: dia, wed: noche")
    assert roster(overlapping)
    early = SMALL.replace('to: "06:00"', 'to: "09:00"').replace(
        "fri-mon: noche", "mon: noche, tue: dia"
    )
    assert "ana would begin on tue before the shift of mon ends" in told(early)
