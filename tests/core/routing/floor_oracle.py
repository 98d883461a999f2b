"""The floor of an engine as the oracle sees it: what routing.md says should happen on it now."""

from __future__ import annotations

from datetime import datetime

from router.core.floor import Floor
from router.core.routing.demand import instant
from router.core.staff import Agent
from router.core.stages.dispatch import wanted
from router.core.vocabulary import AgentState
from tests.core.routing.oracle import Oracle, Pair, Person, Worker


def oracle_of(floor: Floor, at: datetime) -> Oracle:
    """Everybody who works and everybody who waits, read off the floor alone."""
    oracle = Oracle(floor.policy.agent_order)
    for agent in floor.staffed():
        oracle.workers[agent.id] = Worker(
            id=agent.id,
            skills=agent.skills,
            idle_since=instant(agent.idle_since),
            idle=_may_be_rung(agent, at),
            resting=agent.resting,
        )
    for call in floor.waiting():
        place = call.place
        assert place is not None
        wants = wanted(floor, call, place)
        first = wants > 0 and not call.offers
        oracle.people[call.id] = Person(
            id=call.id,
            demand=floor.policy.queues[place.queue].demand(
                prefer=place.prefer, require=place.require
            ),
            since=instant(place.since),
            arrived=instant(call.arrived_at),
            at_head=place.at_head,
            step=place.widening,
            first=first,
            extras=max(wants - first, 0),
            passed={agent: instant(until) for agent, until in place.passed_over.items()},
            never=frozenset(place.never),
            sticky=frozenset(place.knows),
        )
    for reserve in floor.policy.reserves:
        keep = reserve.free
        for name, figure in reserve.free_by_hours.items():
            if floor.policy.book.hours[name].is_open(at):
                keep = figure
        oracle.reserves.append((reserve.skills, reserve.for_class, keep))
    return oracle


def left_undone(floor: Floor, at: datetime) -> list[Pair]:
    """Invariant 3: pairs that should have been made by now; widening apart."""
    return oracle_of(floor, at).serve(at=instant(at))


def _may_be_rung(agent: Agent, at: datetime) -> bool:
    cooling = agent.cools_until is not None and agent.cools_until > at
    return (
        agent.state is AgentState.READY
        and not cooling
        and any(t.usable(at) for t in agent.telephones)
    )
