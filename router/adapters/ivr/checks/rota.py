"""Who works when: the roster's agents, and the hours of the week that each may be written with."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from router.adapters.ivr.problems import Place, Problems, shown
from router.adapters.ivr.tree import Entries, Items, Node, place_of, plain, read
from router.adapters.ivr.words import Misread, read_days, read_ranges
from router.core.ivr.hours import Range
from router.core.routing.agent import AgentProfile
from router.core.vocabulary import AgentId, SkillName

Week = tuple[tuple[Range, ...], ...]

HOUR = timedelta(hours=1)
WEEK = 7 * 24


@dataclass(frozen=True, slots=True, kw_only=True)
class Rostered:
    """`week` None: the roster does not say when they work, and any hour counts."""

    profile: AgentProfile
    week: Week | None = None

    def works(self, hour: int) -> bool:
        """In the hour of the week, counted from the midnight that begins Monday."""
        if self.week is None:
            return True
        return any(
            each.start <= (hour - day * 24 + shift) * HOUR < each.end
            for day, ranges in enumerate(self.week)
            for each in ranges
            for shift in (0, WEEK)
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Rota:
    """`skills` are those that somebody has, and where the first of them is written.

    `ends` has those that end: whose, which, when, and where that is written.
    """

    file: str
    agents: Sequence[Rostered]
    skills: Mapping[SkillName, Place]
    ends: Sequence[tuple[AgentId, SkillName, datetime, Place]] = ()

    def first_hole(self, able: Sequence[Rostered]) -> int | None:
        """The first hour of the week in which none of them works."""
        return self.first_hour_with_fewer(able, 1)

    def first_hour_with_fewer(self, able: Sequence[Rostered], count: int) -> int | None:
        """The first hour of the week in which fewer of them work."""
        return next((h for h in range(WEEK) if sum(a.works(h) for a in able) < count), None)


def read_week(node: Node, problems: Problems) -> Week | None:
    """`mon-fri: 08:00-16:00`, `sat: [09:00-12:00, 16:00-20:00]`; None with the problems noted."""
    if not isinstance(node, Entries):
        wrong = f"{shown(plain(node))} says no working hours"
        problems.add(node.place, wrong, "days with times, such as {mon-fri: 08:00-16:00}")
        return None
    before = len(problems.found)
    week: list[tuple[Range, ...]] = [()] * 7
    for written in node.items:
        try:
            days = read_days(written)
        except Misread as misread:
            problems.add(node.keys[written], f"{shown(written)} is no day", str(misread))
            continue
        times = plain(node.items[written])
        try:
            for day in days:
                week[day] += read_ranges(times)
        except Misread as misread:
            wrong = f"{shown(times)} are no working hours"
            problems.add(place_of(node, written), wrong, str(misread))
    return tuple(week) if len(problems.found) == before else None


def read_rota(text: str, file: str, agents: Sequence[AgentProfile], now: datetime) -> Rota:
    """`agents` are those of the text, which is right; they have the skills that count `now`."""
    root = read(text.encode("utf-8", "surrogateescape"), file, Problems())
    weeks: dict[AgentId, Week | None] = {}
    skills: dict[SkillName, Place] = {}
    dated: dict[tuple[AgentId, SkillName], Place] = {}
    written = root.items.get("agents") if root is not None else None
    for agent in written.items if isinstance(written, Items) else ():
        if not isinstance(agent, Entries):
            continue
        name = AgentId(str(plain(agent.items["id"])))
        if (works := agent.items.get("works")) is not None:
            weeks[name] = read_week(works, Problems())
        of = agent.items.get("skills")
        for skill, place in of.keys.items() if isinstance(of, Entries) else ():
            skills.setdefault(SkillName(skill), place)
            dated[(name, SkillName(skill))] = place_of(agent, "skills", skill, "until")
    return Rota(
        file=file,
        agents=tuple(
            Rostered(profile=replace(each, skills=each.skills_at(now)), week=weeks.get(each.id))
            for each in agents
        ),
        skills=skills,
        ends=tuple(
            (each.id, skill, validity.ends, dated[(each.id, skill)])
            for each in agents
            for skill, validity in each.validity.items()
            if validity.ends is not None
        ),
    )
