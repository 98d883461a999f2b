"""What a shortcut finds is what the look would find, and it is refused where that is unsure."""

from __future__ import annotations

import random
from collections.abc import Callable

import pytest

from router.core.routing.demand import Demand
from router.core.routing.exchange import Exchange
from router.core.routing.explain import Exclusion
from router.core.routing.lines import Caller
from router.core.routing.shortcuts import agent_for, caller_for
from router.core.routing.skills import ANYONE, SkillSet
from router.core.vocabulary import AgentId, CallId, SkillName

LAW, PSY = SkillName("juridico"), SkillName("psicologia")
BEN, ZOE = AgentId("ben"), AgentId("zoe")
ANYBODY = Demand(queue="q", order_class=50, circles=((ANYONE,),))
LAWYER = Demand(queue="law", order_class=50, circles=((SkillSet.of({LAW: 1}),),))
CRISIS = Demand(
    queue="crisis",
    order_class=100,
    circles=((SkillSet.of({PSY: 1}),), (SkillSet.of({PSY: 1}), ANYONE)),
    after=(20,),
)


class Floor:
    """Agents who talk and callers who wait; `hurries`: by the shortcuts, wherever they answer."""

    def __init__(self, *, hurries: bool) -> None:
        self.exchange = Exchange()
        self.hurries = hurries
        self.at = 0
        self.shortcuts = 0
        self.made: list[tuple[CallId, AgentId]] = []

    def calls(self, name: str, demand: Demand) -> None:
        caller = Caller(CallId(name), self.exchange.line(demand), self.at, self.at)
        agent = agent_for(self.exchange, caller, self.at) if self.hurries else None
        if agent is None:
            self.exchange.enter(caller)
        else:
            self.shortcuts += 1
            self.made.append((caller.id, agent.id))
        self.looks()

    def frees(self, agent: AgentId) -> None:
        member = self.exchange.staff.members[agent]
        caller = caller_for(self.exchange, member, self.at) if self.hurries else None
        if caller is None:
            self.exchange.free(agent, self.at)
        else:
            self.shortcuts += 1
            self.made.append((caller.id, agent))
            self.exchange.leave(caller.id)
        self.looks()

    def looks(self) -> None:
        for caller, member, _ in self.exchange.decide(self.at).pairings:
            self.made.append((caller.id, member.id))
            self.exchange.leave(caller.id)


def a_day(floor: Floor, seed: int) -> Floor:
    """More callers than the agents can take, then less."""
    chance = random.Random(seed)
    names = [AgentId(f"a{n}") for n in range(6)]
    for n, name in enumerate(names):
        floor.exchange.log_in(name, ({LAW: 1}, {PSY: 2}, {LAW: 2, PSY: 1})[n % 3], idle_since=0)
    for n in range(2_000):
        floor.at += chance.choice([0, 1, 1, 9])
        if chance.random() < (0.6 if n // 200 % 2 else 0.45):
            floor.calls(f"c{n:04d}", chance.choice([ANYBODY, LAWYER, CRISIS]))
        busy = [a for a in names if floor.exchange.staff.members[a].excluded is not None]
        agent = chance.choice(names)
        if agent in busy:
            floor.frees(agent)
    return floor


@pytest.mark.parametrize("seed", range(5))
def test_a_day_with_shortcuts_gives_each_caller_the_agent_of_a_day_without(seed: int) -> None:
    with_them, without = a_day(Floor(hurries=True), seed), a_day(Floor(hurries=False), seed)
    assert with_them.made == without.made
    assert with_them.shortcuts > len(with_them.made) // 4


def one_of_each() -> tuple[Floor, Caller]:
    """Ben has had a call of each kind and is idle; the caller comes now."""
    floor = Floor(hurries=True)
    floor.exchange.log_in(BEN, {LAW: 1}, idle_since=0)
    for name, demand in (("a", ANYBODY), ("b", LAWYER)):
        floor.calls(name, demand)
        floor.frees(BEN)
    return floor, Caller(CallId("c"), floor.exchange.line(ANYBODY), 0, 0)


def test_who_comes_while_somebody_is_idle_gets_them() -> None:
    floor, caller = one_of_each()
    agent = agent_for(floor.exchange, caller, 0)
    assert agent is not None
    assert (agent.id, agent.excluded) == (BEN, Exclusion.BUSY)


def _a_reserve(floor: Floor, caller: Caller) -> None:
    floor.exchange.keep([(ANYONE, 100, 1)])
    floor.exchange.decide(0)


def _somebody_known(floor: Floor, caller: Caller) -> None:
    caller.odd = True


def _somebody_else_who_is_new(floor: Floor, caller: Caller) -> None:
    floor.exchange.enter(Caller(CallId("d"), floor.exchange.line(LAWYER), 0, 0))


def _somebody_who_asks_why(floor: Floor, caller: Caller) -> None:
    floor.exchange.explained_by = "v1"


@pytest.mark.parametrize(
    "unsure", [_a_reserve, _somebody_known, _somebody_else_who_is_new, _somebody_who_asks_why]
)
def test_no_shortcut_where_it_takes_a_look(unsure: Callable[[Floor, Caller], None]) -> None:
    floor, caller = one_of_each()
    unsure(floor, caller)
    assert agent_for(floor.exchange, caller, 0) is None


def test_an_agent_who_is_free_takes_who_waits_unless_several_kinds_of_callers_do() -> None:
    floor, first = one_of_each()
    floor.exchange.log_in(ZOE, {PSY: 1}, idle_since=0, excluded=Exclusion.BUSY)
    floor.exchange.busy(BEN, Exclusion.BUSY)
    floor.exchange.enter(first)
    floor.exchange.decide(0)
    member = floor.exchange.staff.members[BEN]
    assert caller_for(floor.exchange, member, 7) is first
    assert (member.excluded, member.idle_since) == (Exclusion.BUSY, 7)
    floor.exchange.wants(first.id, first=True)
    floor.exchange.enter(Caller(CallId("d"), floor.exchange.line(LAWYER), 0, 0))
    floor.exchange.decide(8)
    assert caller_for(floor.exchange, member, 8) is None
