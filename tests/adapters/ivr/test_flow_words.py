"""Every word is read or refused, whatever stands in its place."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from datetime import timedelta
from typing import Any

import pytest

from router.adapters.ivr import words
from router.adapters.ivr.words import Misread
from router.core.ivr.hours import Range
from router.core.routing.queue import Target
from router.core.routing.skills import SkillSet
from router.core.vocabulary import SkillName

READERS = [getattr(words, name) for name in sorted(vars(words)) if name.startswith("read_")]
ODD: list[Any] = ["", " ", [], {}, [[]], [{}], {"": ""}, {"a": []}, "\u0661\u0660s", "é", "9" * 99]


@pytest.mark.parametrize("reader", READERS, ids=lambda reader: getattr(reader, "__name__", "read"))
@pytest.mark.parametrize("value", ODD, ids=repr)
def test_odd_values_are_refused_in_one_way(reader: Callable[[object], object], value: Any) -> None:
    with suppress(Misread):
        reader(value)


@pytest.mark.parametrize(
    ("text", "seconds"), [("4s", 4), ("2min", 120), ("1.5s", 1.5), ("500ms", 0.5), ("24h", 86400)]
)
def test_durations(text: str, seconds: float) -> None:
    assert words.read_duration(text) == timedelta(seconds=seconds)


@pytest.mark.parametrize("text", ["4", "4 m", "-4s", "25h", "1e3s", "4s 5s", "999999999s"])
def test_what_is_no_duration(text: str) -> None:
    with pytest.raises(Misread, match="a duration such as"):
        words.read_duration(text)


def test_targets() -> None:
    assert words.read_target("90% in 20s") == Target(share=0.9, within=timedelta(seconds=20))


@pytest.mark.parametrize("text", ["90 in 20s", "0% in 20s", "101% in 20s", "90% in 0s", "90%"])
def test_what_is_no_target(text: str) -> None:
    with pytest.raises(Misread, match="a target such as"):
        words.read_target(text)


@pytest.mark.parametrize("skills", [{}, {"juridico": 1}, {"juridico": 3, "psicologia": 1}])
def test_skills_are_written_as_the_journal_writes_them(skills: dict[str, int]) -> None:
    wanted = SkillSet.of({SkillName(name): level for name, level in skills.items()})
    assert words.read_skills(str(wanted)) == wanted


@pytest.mark.parametrize("text", ["a and", "a and a", "a or b", "and", "anyone>=2"])
def test_what_is_no_skill(text: str) -> None:
    with pytest.raises(Misread, match="skills such as"):
        words.read_skills(text)


@pytest.mark.parametrize("text", ["a>=6", "a>=0", "a and b>=-1", "a>=12"])
def test_a_level_that_nobody_can_have_is_told_with_what_would_come_of_it(text: str) -> None:
    with pytest.raises(Misread, match="from 1 to 5: nobody has another, and nobody could ever"):
        words.read_skills(text)


def test_a_range_over_midnight_ends_on_the_next_day() -> None:
    assert words.read_range("22:00-06:00") == Range(
        start=timedelta(hours=22), end=timedelta(hours=30)
    )


@pytest.mark.parametrize("text", ["9:00-18:00", "09:60-10:00", "24:00-25:00", "09:00-09:00"])
def test_what_is_no_range(text: str) -> None:
    with pytest.raises(Misread, match="times such as"):
        words.read_range(text)


def test_days() -> None:
    assert words.read_days("wed") == (2,)
    assert words.read_days("sat-mon") == (5, 6, 0)
