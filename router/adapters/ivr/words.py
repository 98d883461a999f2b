"""How words in the flow files are read: names, keys, durations, targets, skills, times."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from enum import StrEnum
from typing import Annotated, TypeVar

from pydantic import PlainValidator

from router.core.ivr.hours import Range
from router.core.ivr.speaking.gender import Gender
from router.core.ivr.speaking.grammar import Form
from router.core.routing.queue import Target
from router.core.routing.skills import SkillSet
from router.core.vocabulary import Language, PromptId, SkillName

UNITS = {
    "ms": timedelta(milliseconds=1),
    "s": timedelta(seconds=1),
    "min": timedelta(minutes=1),
    "h": timedelta(hours=1),
}
LONGEST = timedelta(hours=24)
M = TypeVar("M", bound=StrEnum)
DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


class Misread(ValueError):
    """Not what the place asks for; the message completes "expected ..."."""


def text_of(value: object, expected: str) -> str:
    """Raises Misread for what is no text, or an empty one."""
    if not isinstance(value, str) or not value.strip():
        raise Misread(expected)
    return value.strip()


def _matching(pattern: str, expected: str) -> Callable[[object], str]:
    compiled = re.compile(pattern, re.ASCII)

    def read(value: object) -> str:
        text = text_of(value, expected)
        if compiled.fullmatch(text) is None:
            raise Misread(expected)
        return text

    return read


read_name = _matching("[a-z][a-z0-9_]{0,59}", "a name: small letters without accents, digits and _")
read_key = _matching("[0-9*#]", "a key of the telephone: 0 to 9, '*' or '#'")
read_number = _matching("[0-9]{2,15}", "a telephone number in digits, such as 5555335533")
read_language = _matching("[a-z]{2,3}", "a language such as es or en")
read_truth = _matching("true|false", "true or false")


def read_text(value: object) -> str:
    """Prose, of a length that can be spoken."""
    text = " ".join(text_of(value, "a text").split())
    if len(text) > 2000:
        raise Misread("a text of at most 2000 letters")
    return text


def read_duration(value: object) -> timedelta:
    """`4s`, `1.5s`, `2min`; at most a day."""
    expected = "a duration such as 4s, 2min or 1h, at most 24h"
    found = re.fullmatch(
        r"(\d{1,6}(?:\.\d{1,3})?) ?(ms|s|min|h)", text_of(value, expected), re.ASCII
    )
    if found is None or (duration := float(found[1]) * UNITS[found[2]]) > LONGEST:
        raise Misread(expected)
    return duration


def read_pause(value: object) -> timedelta:
    """How long a caller may be left with nothing to hear."""
    return duration_between(value, "1s", "30s")


def duration_between(value: object, least: str, most: str) -> timedelta:
    """Both ends are written as a flow file would."""
    expected = f"a duration from {least} to {most}"
    try:
        duration = read_duration(value)
    except Misread:
        raise Misread(expected) from None
    if not read_duration(least) <= duration <= read_duration(most):
        raise Misread(expected)
    return duration


def read_positive(value: object) -> timedelta:
    """A duration that is one."""
    duration = read_duration(value)
    if not duration:
        raise Misread("a duration above zero, such as 4s or 2min")
    return duration


def read_window(value: object) -> timedelta:
    """`30d`, `12h`: longer than what a call may take; at most a year."""
    expected = "a time such as 30d or 12h, at most 366d"
    found = re.fullmatch(r"(\d{1,3}) ?d", text_of(value, expected), re.ASCII)
    if found is not None and 0 < int(found[1]) <= 366:
        return timedelta(days=int(found[1]))
    try:
        return read_positive(value)
    except Misread:
        raise Misread(expected) from None


def read_wrap_up(value: object) -> timedelta | None:
    """None: the agent ends it."""
    if value == "agent":
        return None
    try:
        return read_duration(value)
    except Misread as misread:
        raise Misread(f"`agent` (who then ends it), or {misread}") from None


def whole(least: int, most: int) -> PlainValidator:
    """A whole number in this range, without leading zeros."""
    expected = f"a whole number from {least} to {most}"

    def read(value: object) -> int:
        text = text_of(value, expected)
        if re.fullmatch("0|[1-9][0-9]{0,8}", text, re.ASCII) is None:
            raise Misread(expected)
        if not least <= int(text) <= most:
            raise Misread(expected)
        return int(text)

    return PlainValidator(read)


def read_target(value: object) -> Target:
    """`90% in 20s`."""
    expected = "a target such as 90% in 20s"
    found = re.fullmatch(r"(\d{1,3}) ?% in (.+)", text_of(value, expected), re.ASCII)
    if found is None or not 1 <= int(found[1]) <= 100:
        raise Misread(expected)
    try:
        return Target(share=int(found[1]) / 100, within=read_positive(found[2]))
    except Misread:
        raise Misread(expected) from None


def read_skills(value: object) -> SkillSet:
    """`psicologia and juridico>=3`, or `anyone`: as the journal writes them."""
    expected = "skills such as `psicologia and juridico`, `juridico>=3` or `anyone`"
    text = text_of(value, expected)
    if text == "anyone":
        return SkillSet()
    levels: dict[SkillName, int] = {}
    for term in re.split(r"\s+and\s+", text):
        level = re.search(r">= ?([+-]?\d+)$", term, re.ASCII)
        if level is not None and level[1] not in tuple("12345"):
            raise Misread("a level from 1 to 5: nobody has another, and nobody could ever answer")
        found = re.fullmatch(r"([a-z][a-z0-9_]{0,59})(?: ?>= ?([1-5]))?", term, re.ASCII)
        if found is None or found[1] in (*levels, "and", "or", "anyone"):
            raise Misread(expected)
        levels[SkillName(found[1])] = int(found[2] or 1)
    return SkillSet.of(levels)


def read_circle(value: object) -> tuple[SkillSet, ...]:
    """Skills, or several alternatives joined by `or`."""
    expected = "skills such as `juridico`, `psicologia and juridico`, `psicologia or juridico`"
    text = text_of(value, expected)
    try:
        return tuple(read_skills(part) for part in re.split(r"\s+or\s+", text))
    except Misread:
        raise Misread(expected) from None


def read_preferences(value: object) -> dict[SkillName, int]:
    """`english`, or weights such as `{nahuatl: 2}`."""
    expected = "a skill, or skills with weights from 1 to 100 such as {nahuatl: 2}"
    weights = value if isinstance(value, dict) else {text_of(value, expected): "1"}
    try:
        return {SkillName(read_name(k)): _weight(w, expected) for k, w in weights.items()}
    except Misread:
        raise Misread(expected) from None


def _weight(value: object, expected: str) -> int:
    text = text_of(value, expected)
    if re.fullmatch("[1-9][0-9]?|100", text, re.ASCII) is None:
        raise Misread(expected)
    return int(text)


def read_requirements(value: object) -> dict[SkillName, int]:
    """`english and juridico>=3`."""
    skills = read_skills(value)
    if not skills.levels:
        raise Misread("skills such as `english` or `english and juridico>=3`")
    return dict(skills.levels)


def read_names(value: object) -> tuple[str, ...]:
    """One name, or a list of them."""
    named = value if isinstance(value, list) else [value]
    if not 1 <= len(named) <= 20:
        raise Misread("a name, or a list of names")
    return tuple(read_name(name) for name in named)


def read_ender(value: object) -> str | None:
    """The key that ends digits."""
    text = text_of(value, "'#', '*' or none")
    if text not in ("#", "*", "none"):
        raise Misread("'#', '*' or none")
    return None if text == "none" else text


def _member(kind: type[M], expected: str) -> PlainValidator:
    def read(value: object) -> M:
        try:
            return kind(text_of(value, expected))
        except ValueError:
            raise Misread(expected) from None

    return PlainValidator(read)


def read_prompts(value: object) -> tuple[PromptId, ...]:
    """One prompt, or a list of them."""
    expected = "a prompt, or a list of prompts"
    named = value if isinstance(value, list) else [value]
    if not 1 <= len(named) <= 20:
        raise Misread(expected)
    try:
        return tuple(PromptId(read_name(name)) for name in named)
    except Misread as misread:
        raise Misread(f"{expected}, each {misread}") from None


def read_range(value: object) -> Range:
    """`22:00-06:00` ends on the next day; `00:00-24:00` is all day."""
    expected = "times such as 09:00-18:00"
    found = re.fullmatch(r"(\d\d):(\d\d) ?- ?(\d\d):(\d\d)", text_of(value, expected), re.ASCII)
    if found is None:
        raise Misread(expected)
    start, end = _clock(found[1], found[2], expected), _clock(found[3], found[4], expected)
    if start in (end, LONGEST):
        raise Misread(f"{expected}; all day is 00:00-24:00")
    return Range(start=start, end=end if end > start else end + LONGEST)


def _clock(hours: str, minutes: str, expected: str) -> timedelta:
    clock = timedelta(hours=int(hours), minutes=int(minutes))
    if int(minutes) > 59 or clock > LONGEST:
        raise Misread(expected)
    return clock


def read_ranges(value: object) -> tuple[Range, ...]:
    """One range, or a list of them."""
    ranges = value if isinstance(value, list) else [value]
    if not ranges:
        raise Misread("times such as 09:00-18:00, or a list of them")
    return tuple(read_range(each) for each in ranges)


def read_days(value: object) -> tuple[int, ...]:
    """`mon`, `mon-fri`, `sat-mon`; 0 is Monday."""
    expected = "a day or days such as mon, mon-fri or sat-sun"
    first, dash, last = text_of(value, expected).partition("-")
    if first not in DAYS or (dash and last not in DAYS):
        raise Misread(expected)
    begin = DAYS.index(first)
    length = (DAYS.index(last) - begin) % 7 + 1 if dash else 1
    return tuple((begin + day) % 7 for day in range(length))


Name = Annotated[str, PlainValidator(read_name)]
Key = Annotated[str, PlainValidator(read_key)]
Number = Annotated[str, PlainValidator(read_number)]
LanguageWord = Annotated[Language, PlainValidator(read_language)]
Truth = Annotated[bool, PlainValidator(lambda value: read_truth(value) == "true")]
Text = Annotated[str, PlainValidator(read_text)]
Duration = Annotated[timedelta, PlainValidator(read_duration)]
Positive = Annotated[timedelta, PlainValidator(read_positive)]
Window = Annotated[timedelta, PlainValidator(read_window)]
Pause = Annotated[timedelta, PlainValidator(read_pause)]
WrapUp = Annotated[timedelta | None, PlainValidator(read_wrap_up)]
TargetWord = Annotated[Target, PlainValidator(read_target)]
Skilled = Annotated[SkillSet, PlainValidator(read_skills)]
Circle = Annotated[tuple[SkillSet, ...], PlainValidator(read_circle)]
Preferences = Annotated[dict[SkillName, int], PlainValidator(read_preferences)]
Prompt = Annotated[PromptId, PlainValidator(read_name)]
Prompts = Annotated[tuple[PromptId, ...], PlainValidator(read_prompts)]
Ranges = Annotated[tuple[Range, ...], PlainValidator(read_ranges)]
Days = Annotated[tuple[int, ...], PlainValidator(read_days)]
OrderClass = Annotated[int, whole(1, 1000)]
Names = Annotated[tuple[str, ...], PlainValidator(read_names)]
Requirements = Annotated[dict[SkillName, int], PlainValidator(read_requirements)]
Ender = Annotated[str | None, PlainValidator(read_ender)]
FormWord = Annotated[Form, _member(Form, "number, digits, date, time, duration or characters")]
GenderWord = Annotated[Gender, _member(Gender, "masculine or feminine")]
Scale = Annotated[int, whole(2, 9)]
UpTo40 = Annotated[int, whole(1, 40)]
UpTo20 = Annotated[int, whole(1, 20)]
Figure = Annotated[int, whole(0, 1000)]
Length = Annotated[int, whole(1, 10_000)]
