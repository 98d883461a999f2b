"""After the call: the agent's own time, until they or the clock end it (P1)."""

from __future__ import annotations

from datetime import timedelta

from router.core.call import AgentLeg
from router.core.deadlines import WrapUpOver
from router.core.duty import may_extend
from router.core.events import WrapUpFinished
from router.core.rest import settle
from router.core.shift_events import ExtensionAsked
from router.core.shift_records import WrapUpEnded, WrapUpExtended, WrapUpStarted
from router.core.staff import COOL_DOWN, DOWN_FOR, Agent, WrapUp
from router.core.turn import AgentFreed, Turn
from router.core.vocabulary import DeviceKind, EndedBy

NOTHING = timedelta(0)


def agent_is_freed(turn: Turn, move: AgentFreed) -> None:
    """The agent's last leg is gone: wrap-up if they talked, else they are ready again."""
    agent, leg = move.agent, move.leg
    turn.floor.agent_legs.pop(leg.id, None)
    turn.floor.deadlines.forget(leg.id)
    if agent.leg != leg.id:
        return
    agent.leg = agent.call = None
    agent.since = turn.at
    turn.affects(agent)
    if leg.talked_on is not None:
        _begin(turn, agent, leg)
    settle(turn, agent)
    if agent.leaving:
        del turn.floor.agents[agent.id]


def _begin(turn: Turn, agent: Agent, leg: AgentLeg) -> None:
    lasts = NOTHING if leg.lost or not agent.logged_in else _length(turn, agent, leg)
    turn.note(WrapUpStarted(agent=agent.id, lasts=lasts), leg.call)
    until = None if lasts is None else turn.at + lasts
    agent.wrap_up = WrapUp(call=leg.call, since=turn.at, until=until)
    if leg.lost:
        _rest_the_line(turn, agent, leg)
    if lasts == NOTHING:
        end(turn, agent, EndedBy.SYSTEM)
    elif lasts is not None:
        turn.wake(lasts, WrapUpOver(agent.id, turn.at))


def _length(turn: Turn, agent: Agent, leg: AgentLeg) -> timedelta | None:
    """The agent's own figure before the queue's (interface.md 4)."""
    if agent.profile.wrap_up is not None:
        return agent.profile.wrap_up
    queue = turn.floor.policy.queues.get(leg.talked_on) if leg.talked_on is not None else None
    return queue.wrap_up if queue is not None else NOTHING


def _rest_the_line(turn: Turn, agent: Agent, leg: AgentLeg) -> None:
    """A line that just broke is not the first to be rung again for the caller it lost.

    A leg that we hung up ourselves, because the bridge was refused, says nothing of its telephone.
    """
    agent.cools_until = turn.at + COOL_DOWN
    for telephone in agent.telephones:
        broke = telephone.device == leg.device and (leg.silent or not leg.closing)
        if broke and telephone.device.kind is DeviceKind.DESK:
            telephone.down[leg.node] = turn.at + DOWN_FOR


def agent_is_ready(turn: Turn, event: WrapUpFinished) -> None:
    """The agent says so."""
    agent = turn.floor.agents.get(event.agent)
    if agent is None or agent.wrap_up is None:
        turn.ignore("wrap_up_finished_without_one")
        return
    end(turn, agent, EndedBy.AGENT)


def is_over(turn: Turn, due: WrapUpOver) -> None:
    """The clock says so."""
    agent = turn.floor.agents.get(due.agent)
    wrap_up = agent.wrap_up if agent is not None else None
    if agent is None or wrap_up is None or wrap_up.since != due.since:
        return
    if wrap_up.until is not None and wrap_up.until <= turn.at:
        end(turn, agent, EndedBy.SYSTEM)


def agent_extends(turn: Turn, event: ExtensionAsked) -> None:
    """More time to write, until the house's cap. A wrap-up without an end needs none."""
    agent = turn.floor.agents.get(event.agent)
    until = may_extend(turn, agent) if agent is not None else None
    wrap_up = agent.wrap_up if agent is not None else None
    if until is None or wrap_up is None:
        turn.ignore("wrap_up_not_extended")
        return
    wrap_up.until = until
    turn.note(WrapUpExtended(agent=event.agent, until=until), wrap_up.call)
    turn.wake(until - turn.at, WrapUpOver(event.agent, wrap_up.since))


def end(turn: Turn, agent: Agent, by: EndedBy) -> None:
    """Ready again, and the longest idle counts from here (A1)."""
    wrap_up, agent.wrap_up = agent.wrap_up, None
    assert wrap_up is not None
    agent.idle_since = agent.since = turn.at
    turn.note(WrapUpEnded(agent=agent.id, by=by, lasted=turn.at - wrap_up.since), wrap_up.call)
    settle(turn, agent)
    turn.affects(agent)
