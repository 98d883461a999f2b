"""A house of any size for the routing bench: as many callers wait as agents talk, of all kinds."""

from __future__ import annotations

import random
from dataclasses import dataclass, field

from router.core.routing.demand import Demand
from router.core.routing.exchange import Exchange
from router.core.routing.explain import Exclusion
from router.core.routing.lines import Line
from router.core.routing.skills import SkillSet
from router.core.vocabulary import AgentId, CallId, SkillName

PROFILES = 64
CLASSES = 128
SKILLS = [SkillName(f"skill{n}") for n in range(24)]
SECOND = 1_000_000
NAMED = [SkillSet(((skill, 1),)) for skill in SKILLS]


def profiles(chance: random.Random) -> list[dict[SkillName, int]]:
    """64 kinds of agents, of two to five skills."""
    return [
        {skill: chance.randint(1, 5) for skill in chance.sample(SKILLS, chance.randint(2, 5))}
        for _ in range(PROFILES)
    ]


def demands(chance: random.Random) -> list[Demand]:
    """128 classes of requirements in eight strict classes, with two steps of widening each."""
    made = []
    for n in range(CLASSES):
        first = SkillSet.of({s: chance.randint(1, 2) for s in chance.sample(SKILLS, 2)})
        circles: list[tuple[SkillSet, ...]] = [(first,)]
        for _ in range(2):
            circles.append((*circles[-1], chance.choice(NAMED)))
        made.append(
            Demand(
                queue=f"q{n}",
                order_class=10 * (n % 8),
                circles=tuple(circles),
                after=(20 * SECOND, 60 * SECOND),
                prefer=((chance.choice(SKILLS), 1),),
            )
        )
    return made


@dataclass(slots=True)
class House:
    """Everybody is on the telephone, and as many wait as talk."""

    size: int
    explained: bool = False
    chance: random.Random = field(default_factory=lambda: random.Random(7))
    exchange: Exchange = field(init=False)
    lines: list[Line] = field(init=False)
    kinds: list[dict[SkillName, int]] = field(init=False)
    busy: list[AgentId] = field(default_factory=list)
    waiting: list[CallId] = field(default_factory=list)
    place: dict[CallId, int] = field(default_factory=dict)
    at: int = 0
    calls: int = 0
    decisions: int = 0
    """What happened, and what time brought about: every widening of a call is one."""

    def __post_init__(self) -> None:
        self.exchange = Exchange(explained_by="bench" if self.explained else None)
        self.kinds = profiles(self.chance)
        self.lines = [self.exchange.line(each) for each in demands(self.chance)]

    def open(self) -> None:
        """Agents first, all busy; then callers, who come over the last 30 s."""
        for n in range(self.size):
            self.logs_in(AgentId(f"a{n}"), Exclusion.BUSY)
        self.at = 30 * SECOND
        for _ in range(self.size):
            self.comes(self.at - self.chance.randrange(30 * SECOND))
        self.decides()

    def logs_in(self, agent: AgentId, excluded: Exclusion | None) -> None:
        self.exchange.log_in(
            agent,
            self.kinds[self.chance.randrange(PROFILES)],
            idle_since=self.at,
            excluded=excluded,
        )
        if excluded is not None:
            self.busy.append(agent)

    def comes(self, arrived: int) -> None:
        self.calls += 1
        call = CallId(f"c{self.calls}")
        line = self.lines[self.chance.randrange(CLASSES)]
        self.exchange.arrive(call, line, since=arrived, arrived=arrived)
        self.place[call] = len(self.waiting)
        self.waiting.append(call)

    def goes(self, call: CallId) -> None:
        place = self.place.pop(call)
        last = self.waiting.pop()
        if last != call:
            self.waiting[place] = last
            self.place[last] = place
        self.exchange.leave(call)

    def decides(self) -> None:
        """Whoever is paired talks at once."""
        outcome = self.exchange.decide(self.at)
        self.decisions += 1 + len(outcome.widened)
        for caller, member, _ in outcome.pairings:
            self.goes(caller.id)
            self.busy.append(member.id)

    # -- what the bench makes happen ------------------------------------------------------

    def somebody_comes(self) -> None:
        self.comes(self.at)
        self.decides()

    def somebody_is_free(self) -> None:
        n = self.chance.randrange(len(self.busy))
        self.busy[n], agent = self.busy[-1], self.busy[n]
        self.busy.pop()
        self.exchange.free(agent, self.at)
        self.decides()

    def somebody_hangs_up(self) -> None:
        self.goes(self.waiting[self.chance.randrange(len(self.waiting))])
        self.decides()

    def somebody_changes_skills(self) -> None:
        agent = self.busy[self.chance.randrange(len(self.busy))]
        self.exchange.change_skills(agent, self.kinds[self.chance.randrange(PROFILES)])
        self.decides()

    def something_happens(self) -> None:
        """The mix of a busy hour: half of all events are arrivals and what ends them."""
        self.at += SECOND // 20
        dice = self.chance.random()
        if dice < 0.05:
            self.somebody_changes_skills()
        elif dice < 0.15 and self.waiting:
            self.somebody_hangs_up()
        elif len(self.waiting) < self.size or not self.busy:
            self.somebody_comes()
        else:
            self.somebody_is_free()
