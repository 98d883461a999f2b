"""A roster with shifts in YAML, for `hotline simulate --roster`."""

from __future__ import annotations

import re
from collections.abc import Collection
from datetime import timedelta

from router.adapters.ivr.problems import Place, Problems, listed, shown
from router.adapters.ivr.tree import Entries, Items, Scalar, plain, read
from router.core.vocabulary import AgentId, DeviceKind, SkillName
from router.errors import ShiftsInvalid
from router.planning import reading
from router.planning.reading import Mapped, Misfit, told
from router.simulator.roster import DAY, Break, Roster, Shift, Worker, staffed

LARGEST = 1_000_000
DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
TOP = ("seats", "shifts", "agents")
SHIFT = ("from", "to", "breaks")
AGENT = ("id", "name", "skills", "device", "office", "works")
HALF_HOUR = timedelta(minutes=30)

_TIME = re.compile(r"([01]\d|2[0-3]):([0-5]\d)", re.ASCII)
_LASTS = re.compile(r"(\d{1,3}) ?min", re.ASCII)


def read_shifts(content: bytes, source: str, skills: Collection[SkillName]) -> Roster:
    """The roster; `skills` are those that the policy asks for. Raises ShiftsInvalid."""
    problems = Problems()
    roster = None
    if len(content) > LARGEST:
        problems.add(Place(file=source), "the file is larger than 1 MB", "shifts and agents")
    elif (root := read(content, source, problems)) is not None:
        roster = _Reader(Mapped(root, "the roster", problems), skills).roster()
    if problems.found or roster is None:
        lines, found = told(problems)
        raise ShiftsInvalid(problems=lines, found=found)
    return roster


class _Reader:
    def __init__(self, top: Mapped, skills: Collection[SkillName]) -> None:
        self._top = top
        self._skills = skills
        self._shifts: dict[str, Shift] = {}
        self._named: set[str] = set()

    def roster(self) -> Roster:
        top = self._top
        top.only(TOP)
        seats = top.value("seats", reading.head_count) if top.has("seats") else None
        self._read_shifts()
        seen: dict[str, Place] = {}
        workers = [self._worker(each, seen) for each in top.members("agents", "agent")]
        roster = Roster(workers=tuple(w for w in workers if w is not None), seats=seats)
        if not top.problems.found:
            self._count_seats(roster)
        return roster

    # -- shifts ---------------------------------------------------------------------------

    def _read_shifts(self) -> None:
        node = self._top.node.items.get("shifts")
        if not isinstance(node, Entries) or not node.items:
            place = self._top.node.place if node is None else self._top.place("shifts")
            expected = "names of shifts, each with `from` and `to`"
            self._top.problems.add(place, "there are no `shifts`: nobody would work", expected)
            return
        for name, each in node.items.items():
            self._named.add(name)
            if isinstance(each, Entries):
                shift = self._shift(name, Mapped(each, f"the shift {name}", self._top.problems))
                if shift is not None:
                    self._shifts[name] = shift
            else:
                wrong = f"the shift {shown(name)} is {shown(plain(each))}"
                self._top.problems.add(each.place, wrong, "{from: '07:00', to: '15:00'}")

    def _shift(self, name: str, shift: Mapped) -> Shift | None:
        shift.only(SHIFT)
        start, end = shift.value("from", _clock), shift.value("to", _clock)
        if start is None or end is None:
            return None
        if end <= start:
            end += DAY
        breaks = shift.members("breaks", "break") if shift.has("breaks") else []
        read_ones = [self._break(each, start, end) for each in breaks]
        return Shift(
            name=name, start=start, end=end, breaks=tuple(b for b in read_ones if b is not None)
        )

    def _break(self, pause: Mapped, start: timedelta, end: timedelta) -> Break | None:
        pause.only(("at", "for"))
        at, lasts = pause.value("at", _clock), pause.value("for", _lasts)
        if at is None or lasts is None:
            return None
        if at < start:
            at += DAY
        if at + lasts > end:
            wrong = "this break is not within its shift: nobody would take it"
            pause.problems.add(pause.place("at"), wrong, "a time between `from` and `to`")
        return Break(start=at, lasts=lasts)

    # -- agents ---------------------------------------------------------------------------

    def _worker(self, agent: Mapped, seen: dict[str, Place]) -> Worker | None:
        agent.only(AGENT)
        name = agent.value("id", reading.name)
        if name is not None:
            agent.once("id", name, seen)
            agent.what = f"the agent {name}"
        skills = agent.levels("skills")
        node = agent.node.items.get("skills")
        for skill in skills:
            if skill not in self._skills and isinstance(node, Entries):
                wrong = f"no queue asks for {shown(skill)}: it would bring {name} no call"
                known = sorted(self._skills)
                agent.problems.add(node.keys[skill], wrong, listed(known), word=skill, known=known)
        device = agent.value("device", _device) if agent.has("device") else DeviceKind.DESK
        office = agent.value("office", _truth) if agent.has("office") else False
        week = self._week(agent)
        if name is None or device is None or office is None:
            return None
        called = agent.value("name", reading.name) if agent.has("name") else name
        return Worker(
            id=AgentId(name),
            name=called or name,
            skills=skills,
            device=device,
            week=week,
            office=office,
        )

    def _week(self, agent: Mapped) -> tuple[Shift | None, ...]:
        week: list[Shift | None] = [None] * len(DAYS)
        node = agent.node.items.get("works")
        if not isinstance(node, Entries):
            place = agent.node.place if node is None else agent.place("works")
            agent.problems.add(
                place, f"{agent.what} never works", "`works:` with days and shifts, as in mon-fri"
            )
            return tuple(week)
        for days, each in node.items.items():
            try:
                numbers = _days(days)
                if isinstance(each, Items) or not isinstance(each, Scalar):
                    raise Misfit(f"{shown(plain(each))} is no shift", listed(self._shifts))
                shift = self._shifts.get(each.text)
                if shift is None and each.text in self._named:
                    continue
                if shift is None:
                    wrong = f"there is no shift {shown(each.text)}: {agent.what} would not come"
                    known = list(self._shifts)
                    agent.problems.add(
                        each.place, wrong, listed(known), word=each.text, known=known
                    )
                    continue
            except Misfit as misfit:
                agent.problems.add(node.keys[days], misfit.wrong, misfit.expected)
                continue
            for number in numbers:
                if week[number] is not None:
                    wrong = f"{agent.what} has two shifts on {DAYS[number]}"
                    agent.problems.add(node.keys[days], wrong, "one shift per day")
                week[number] = shift
        self._overlaps(agent, week)
        return tuple(week)

    def _overlaps(self, agent: Mapped, week: list[Shift | None]) -> None:
        for number, shift in enumerate(week):
            following = week[(number + 1) % len(week)]
            if shift is not None and following is not None and shift.end > following.start + DAY:
                wrong = (
                    f"{agent.what} would begin on {DAYS[(number + 1) % len(DAYS)]} before "
                    f"the shift of {DAYS[number]} ends"
                )
                agent.problems.add(agent.place("works"), wrong, "shifts that do not overlap")
                return

    def _count_seats(self, roster: Roster) -> None:
        """Refuse more people in the office than it holds, at the first half hour of the week."""
        if roster.seats is None:
            return
        for half_hour in range(7 * 48):
            since = half_hour * HALF_HOUR
            there = [w for w in staffed(roster, since).values() if w.office]
            if len(there) > roster.seats:
                day, hour = divmod(since, DAY)
                wrong = (
                    f"on {DAYS[day]} at {str(hour)[:-3]} {len(there)} agents need a seat in the "
                    f"office and there are {roster.seats}"
                )
                self._top.problems.add(
                    self._top.place("seats"), wrong, "more seats, or agents who work from home"
                )
                return


def _days(text: str) -> list[int]:
    """`mon-fri`, `sat`, `sat-mon`, `daily`."""
    if text == "daily":
        return list(range(len(DAYS)))
    first, _, last = text.partition("-")
    if first not in DAYS or (last and last not in DAYS):
        expected = f"a day or a range of them, as in mon-fri, or daily; days are {listed(DAYS)}"
        raise Misfit(f"{shown(text)} is no day", expected)
    start = DAYS.index(first)
    length = (DAYS.index(last or first) - start) % len(DAYS) + 1
    return [(start + each) % len(DAYS) for each in range(length)]


def _clock(key: str, text: str) -> timedelta:
    found = _TIME.fullmatch(text)
    if found is None:
        raise Misfit(f"`{key}` is {shown(text)}", "a time of day such as 07:00")
    return timedelta(hours=int(found[1]), minutes=int(found[2]))


def _lasts(key: str, text: str) -> timedelta:
    found = _LASTS.fullmatch(text)
    if found is None or not int(found[1]):
        raise Misfit(f"`{key}` is {shown(text)}", "minutes, as in 30min")
    return timedelta(minutes=int(found[1]))


def _device(key: str, text: str) -> DeviceKind:
    if text not in tuple(DeviceKind):
        raise Misfit(f"`{key}` is {shown(text)}", "desk or phone")
    return DeviceKind(text)


def _truth(key: str, text: str) -> bool:
    if text not in ("true", "false"):
        raise Misfit(f"`{key}` is {shown(text)}", "true or false")
    return text == "true"
