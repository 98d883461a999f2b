"""Who was eligible at a decision is rebuilt from the journal as it was told live."""

from __future__ import annotations

import json
import random
from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import timedelta

import pytest

from router.core.enquiry import still_waiting
from router.core.journal_lines import Line, from_line, to_line
from router.core.records import Entry, OfferMade
from router.core.routing.explain import Exclusion, KeptWaiting
from router.core.routing.queue import Reserve
from router.core.vocabulary import AgentId, AgentState, LegEnding, SkillName
from router.explanation import Explained, decision_at, rebuilt
from tests.core.driver import Caller, Driver
from tests.core.house import agent, policy, skills

NAMES = ("ana", "ben", "cat", "dan", "eva", "fay")
SKILLS: tuple[dict[str, int], ...] = (
    {"psicologia": 3, "crisis": 3},
    {"juridico": 3},
    {"psicologia": 2, "juridico": 2},
    {"supervisor": 1},
    {},
)
STATES = {
    AgentState.PAUSED: Exclusion.PAUSED,
    AgentState.WRAP_UP: Exclusion.WRAP_UP,
    AgentState.OFFERED: Exclusion.BUSY,
    AgentState.TALKING: Exclusion.BUSY,
}


def journal(entries: Iterable[Entry]) -> list[Line]:
    """As it is read back from where it was written."""
    return [from_line(json.loads(json.dumps(to_line(entry)))) for entry in entries]


class Shift:
    """Six agents of random skills, and callers, who do at random what people do."""

    def __init__(self, seed: int) -> None:
        self.chance = random.Random(seed)
        reserve = Reserve(skills=skills(psicologia=1, crisis=1), for_class=100, free=1)
        self.hotline = Driver(policy(reserves=(reserve,)) if seed % 2 else None)
        chosen = (self.chance.choice(SKILLS) for _ in NAMES)
        people = zip(NAMES, chosen, strict=True)
        self.hotline.works(
            *(
                replace(agent(name, wrap_up=20), skills={SkillName(s): n for s, n in known.items()})
                for name, known in people
            )
        )
        self.callers: list[Caller] = []

    def something_happens(self) -> None:
        hotline, chance = self.hotline, self.chance
        who = AgentId(chance.choice(NAMES))
        here = [c for c in self.callers if c.leg in hotline.engine.floor.callers]
        match chance.randrange(9):
            case 0 | 1 | 2:
                caller = hotline.caller_arrives()
                self.callers.append(caller.chooses(chance.choice("145")))
            case 3 if who in hotline.rung():
                hotline.answers(who)
            case 4 if who in hotline.rung():
                hotline.leg_fails(who, LegEnding.DECLINED)
            case 5:
                hotline.pauses(who)
            case 6:
                hotline.resumes(who)
            case 7 if here:
                chance.choice(here).hangs_up()
            case _:
                hotline.passes(chance.choice((1, 6, 21)))


@pytest.mark.parametrize("seed", range(20))
def test_who_could_not_be_rung_is_rebuilt_exactly_as_it_was_told_live(seed: int) -> None:
    shift = Shift(seed)
    hotline, compared = shift.hotline, 0
    for _ in range(60):
        before = len(hotline.entries)
        shift.something_happens()
        for line in journal(hotline.entries[before:]):
            if not isinstance(line.record, KeptWaiting) or line.at != hotline.at:
                continue
            assert line.call is not None
            live = still_waiting(hotline.engine.floor, line.call, hotline.at)
            if live is None or live.ringing or live.why.widening != line.record.widening:
                continue  # somebody was found for them later in the same instant
            then = rebuilt(line)
            assert then is not None
            assert then.names_all
            assert then.stands == {each.agent: each.excluded for each in live.stands}
            assert (then.accepts, then.policy) == (live.why.accepts, live.why.policy)
            compared += 1
    assert compared


def state_of(hotline: Driver, name: AgentId) -> Exclusion | None:
    """Why an agent could not be rung for anybody."""
    who = hotline.engine.floor.agents[name]
    if who.state is not AgentState.READY:
        return STATES[who.state]
    if who.cools_until is not None and who.cools_until > hotline.at:
        return Exclusion.COOLING_DOWN
    return None if who.telephone(hotline.at) is not None else Exclusion.UNREACHABLE


def as_the_rules_say(
    hotline: Driver, states: Mapping[AgentId, Exclusion | None], found: Explained
) -> Mapping[AgentId, Exclusion | None]:
    """S1 and W1, word for word, of a call that nobody was rung for before."""
    queue = hotline.engine.floor.policy.queues[found.queue]
    circles = queue.circles[: found.widening + 1]
    return {
        name: state
        if any(c.fits(hotline.engine.floor.agents[name].skills) for c in circles)
        else Exclusion.NOT_QUALIFIED
        for name, state in states.items()
    }


@pytest.mark.parametrize("seed", range(0, 20, 2))
def test_who_was_eligible_when_somebody_was_rung_is_rebuilt_as_the_rules_say(seed: int) -> None:
    shift = Shift(seed)
    hotline, compared = shift.hotline, 0
    for _ in range(60):
        shift.something_happens()
        caller = hotline.caller_arrives()
        states = {name: state_of(hotline, name) for name in hotline.engine.floor.agents}
        caller.chooses(shift.chance.choice("145"))
        lines = journal(e for e in hotline.entries if e.call == caller.id)
        if any(isinstance(line.record, OfferMade) for line in lines):
            found = decision_at(lines, hotline.at)
            assert found is not None
            assert found.rung is not None
            assert found.names_all
            assert found.stands == as_the_rules_say(hotline, states, found)
            compared += 1
    assert compared


def test_the_decision_at_an_instant_is_the_latest_until_then() -> None:
    hotline = Driver()
    hotline.works(agent("ana", psicologia=3, crisis=3), agent("ben", juridico=3))
    hotline.pauses("ana")
    caller = hotline.caller_arrives().chooses("1")
    began = hotline.at
    hotline.passes(5)
    hotline.resumes("ana")
    lines = journal(e for e in hotline.entries if e.call == caller.id)
    assert decision_at(lines, began - timedelta(seconds=1)) is None
    early, late = (decision_at(lines, began + timedelta(seconds=s)) for s in (4, 6))
    assert early is not None
    assert late is not None
    assert (early.rung, early.stands["ana"]) == (None, Exclusion.PAUSED)  # type: ignore[index]  # plain name
    assert (late.rung, late.decided_by) == ("ana", "only_one")
    assert late.stands == {"ana": None, "ben": Exclusion.NOT_QUALIFIED}
