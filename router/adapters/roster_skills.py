"""The skills of a roster: levels, and from which day until which they count (S1)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, time, timedelta, tzinfo
from zoneinfo import ZoneInfo

from router.adapters.ivr.problems import Place, Problems, listed, shown
from router.adapters.ivr.tree import Entries, Node, Scalar, place_of, plain
from router.adapters.ivr.words import Misread, read_name
from router.core.routing.agent import Validity
from router.core.vocabulary import SkillName

MEXICO_CITY = ZoneInfo("America/Mexico_City")
LEVELS = range(1, 6)
DATED = ("level", "from", "until")
DAY = timedelta(days=1)


def read_skills(
    agent: Entries, zone: tzinfo, problems: Problems
) -> tuple[Mapping[SkillName, int], Mapping[SkillName, Validity]]:
    """Levels of all skills, and when those count that do not for ever; with the problems noted."""
    node = agent.items.get("skills")
    if node is None or (isinstance(node, Scalar) and not node.text):
        return {}, {}
    if not isinstance(node, Entries):
        problems.add(
            node.place, f"{shown(plain(node))} are no skills", "levels, as in {psicologia: 4}"
        )
        return {}, {}
    levels: dict[SkillName, int] = {}
    validity: dict[SkillName, Validity] = {}
    for skill, written in node.items.items():
        try:
            read_name(skill)
        except Misread as misread:
            problems.add(node.keys[skill], f"{shown(skill)} is no skill", str(misread))
        name = SkillName(skill)
        if isinstance(written, Entries):
            levels[name], validity[name] = _dated(skill, written, zone, problems)
        else:
            levels[name] = _level(skill, written, place_of(node, skill), problems)
    return levels, validity


def _dated(skill: str, written: Entries, zone: tzinfo, problems: Problems) -> tuple[int, Validity]:
    """`{level: 3, until: 2026-12-31}`: to the end of that day."""
    for key, place in written.keys.items():
        if key not in DATED:
            wrong = f"{shown(key)} is not known of a skill"
            problems.add(place, wrong, listed(DATED), word=key, known=DATED)
    level = 0
    if "level" in written.items:
        level = _level(skill, written.items["level"], place_of(written, "level"), problems)
    else:
        problems.add(written.place, f"{shown(skill)} has no level", "`level:`, from 1 to 5")
    first = _day(written, "from", problems)
    last = _day(written, "until", problems)
    if first is not None and last is not None and last < first:
        wrong = f"{shown(skill)} ends before it begins: it never counts"
        problems.add(place_of(written, "until"), wrong, "a day after `from`")
    return level, Validity(
        begins=None if first is None else _midnight(first, zone),
        ends=None if last is None else _midnight(last + DAY, zone),
    )


def _midnight(day: date, zone: tzinfo) -> datetime:
    return datetime.combine(day, time(), zone)


def _day(written: Entries, key: str, problems: Problems) -> date | None:
    node = written.items.get(key)
    if node is None:
        return None
    text = node.text.strip() if isinstance(node, Scalar) else ""
    try:
        day = date.fromisoformat(text)
        if len(text) != 10 or not 2000 <= day.year <= 2200:
            raise ValueError
    except ValueError:
        wrong = f"{shown(plain(node))} cannot be `{key}`: nobody could tell when the skill counts"
        problems.add(place_of(written, key), wrong, "a day such as 2026-12-31")
        return None
    return day


def _level(skill: str, node: Node, place: Place, problems: Problems) -> int:
    """1 to 5, or 0 with the problem noted."""
    text = node.text.strip() if isinstance(node, Scalar) else ""
    if text.isascii() and text.isdigit() and len(text) == 1 and int(text) in LEVELS:
        return int(text)
    problems.add(
        place,
        f"{shown(plain(node))} cannot be `{skill}`",
        "a level from 1 to 5; who lacks the skill does not list it",
    )
    return 0
