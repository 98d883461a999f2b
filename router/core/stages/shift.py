"""What agents do by themselves: log-in and log-out, breaks, and their telephones."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import assert_never

from router.core.commands import RetireDevice, WithdrawFromFallback
from router.core.deadlines import DeskDue, RespiroOver, WrapUpOver
from router.core.duty import (
    drop_offer,
    end_wrap_up,
    enrol,
    enrol_everywhere,
    log_in,
    log_out,
    nodes_there,
    pause,
    provision,
    resume,
)
from router.core.events import (
    AgentLoggedIn,
    AgentLoggedOut,
    AgentPaused,
    AgentRecalled,
    AgentResumed,
    DeviceChanged,
    LegsListed,
    RosterReplaced,
)
from router.core.house_records import AgentStateChanged, DeviceStateChanged
from router.core.rest import settle, weigh
from router.core.shift_events import RespiroTaken
from router.core.staff import Agent, Rest
from router.core.turn import Turn
from router.core.vocabulary import AgentState

RESPIRO = "respiro"

Doing = AgentLoggedIn | AgentLoggedOut | AgentPaused | AgentResumed


def agent_does(turn: Turn, event: Doing) -> None:
    """Log in or out, pause or come back; a conversation goes on to its end, an offer does not."""
    agent = turn.floor.agents.get(event.agent)
    if agent is None or agent.leaving:
        turn.ignore("unknown_agent")
        return
    match event:
        case AgentLoggedIn():
            log_in(turn, agent)
        case AgentLoggedOut():
            log_out(turn, agent, "own")
        case AgentPaused(reason=reason):
            pause(turn, agent, reason)
        case AgentResumed():
            resume(turn, agent, "own")
        case _:
            assert_never(event)
    weigh(turn)


def agent_takes_respiro(turn: Turn, event: RespiroTaken) -> None:
    """Never refused: a conversation goes on to its end, everything else gives way (A3)."""
    agent = turn.floor.agents.get(event.agent)
    if agent is None or agent.leaving or not agent.logged_in:
        turn.ignore("respiro_of_nobody_on_shift")
        return
    drop_offer(turn, agent)
    end_wrap_up(turn, agent)
    agent.paused, agent.since = RESPIRO, turn.at
    agent.rest.respiro_for = event.lasts or turn.floor.policy.rules.respiro
    agent.rest.respiro_until = None
    turn.note(AgentStateChanged(agent=agent.id, state=AgentState.PAUSED, reason=RESPIRO))
    if not any(a.paused is None and a is not agent for a in turn.floor.staffed()):
        turn.raise_alarm(
            f"respiro:{agent.id}",
            f"{agent.id} takes a respiro and was the last one on shift: send somebody.",
        )
    settle(turn, agent)
    weigh(turn)
    enrol_everywhere(turn, agent)
    turn.affects(agent)


def respiro_is_over(turn: Turn, due: RespiroOver) -> None:
    """By itself."""
    agent = turn.floor.agents.get(due.agent)
    if agent is not None and agent.rest.respiro_until == due.until and agent.paused == RESPIRO:
        resume(turn, agent, "respiro_over")
        weigh(turn)


def agents_are_recalled(turn: Turn, event: RosterReplaced) -> None:
    """In the turn in which they are on the roster again."""
    for recalled in event.recalled:
        agent_is_recalled(turn, recalled)


def agent_is_recalled(turn: Turn, event: AgentRecalled) -> None:
    """On shift as before: pause, wrap-up and how long they have been idle are kept."""
    agent = turn.floor.agents.get(event.agent)
    if agent is None or agent.logged_in:
        turn.ignore("unknown_agent")
        return
    agent.logged_in, agent.paused, agent.since = True, event.paused, turn.at
    agent.idle_since = min(event.idle_since or turn.at, turn.at)
    if event.wrap_up is not None:
        agent.wrap_up = wrap_up = replace(event.wrap_up)
        if wrap_up.until is not None:
            left = _left(turn, wrap_up.since, wrap_up.until)
            wrap_up.until = turn.at + left
            turn.wake(left, WrapUpOver(agent.id, wrap_up.since))
    if event.rest is not None:
        _rest_on(turn, agent, replace(event.rest))
    enrol_everywhere(turn, agent)
    turn.match_due = True


def _left(turn: Turn, since: datetime, until: datetime) -> timedelta:
    """Of a time that an earlier life began; the clock may have been put back since."""
    return max(min(until - turn.at, until - since), timedelta(0))


def _rest_on(turn: Turn, agent: Agent, rest: Rest) -> None:
    agent.rest = rest
    if rest.respiro_until is not None:
        left = _left(turn, rest.break_since or turn.at, rest.respiro_until)
        rest.respiro_until = turn.at + left
        turn.wake(left, RespiroOver(agent=agent.id, until=rest.respiro_until))
    if rest.tired:
        turn.floor.tired.add(agent.id)
    weigh(turn)


def telephone_changes(turn: Turn, event: DeviceChanged) -> None:
    """Contact state: a hint for whom to ring, never the last word (survival.md)."""
    agent = turn.floor.agents.get(event.agent)
    telephone = agent.telephone_of(event.kind) if agent is not None else None
    if agent is None or telephone is None:
        turn.ignore("unknown_device")
        return
    if event.reachable and telephone.down.pop(event.node, None) is not None:
        # It registered again, or answers again: that is news, though it was never seen to go.
        turn.affects(agent)
    before = telephone.is_seen_by()
    if telephone.is_seen_by(event.node) == event.reachable:
        return
    (telephone.contacts.add if event.reachable else telephone.contacts.discard)(event.node)
    turn.affects(agent)
    if telephone.is_seen_by() != before:
        turn.note(
            DeviceStateChanged(agent=event.agent, device=event.kind, reachable=event.reachable)
        )


def desk_is_due(turn: Turn, due: DeskDue) -> None:
    """Nobody is left without a telephone until the next connection, which may be days away."""
    agent = turn.floor.agents.get(due.agent)
    if agent is not None and due.node in nodes_there(turn.floor):
        provision(turn, agent, due.node, tries=due.tries)


def node_is_back(turn: Turn, event: LegsListed) -> None:
    """Asterisk keeps endpoints and fallback members in memory only: tell it all again."""
    for name in sorted(turn.floor.left_unseen.pop(event.node, ())):
        turn.order(
            WithdrawFromFallback(node=event.node, call=None, agent=name),
            RetireDevice(node=event.node, call=None, agent=name),
        )
    for agent in turn.floor.agents.values():
        provision(turn, agent, event.node)
        if agent.logged_in:
            enrol(turn, agent, event.node)
        elif not event.restarted:
            # They may have logged out while this node was away, or just before the engine died.
            turn.order(WithdrawFromFallback(node=event.node, call=None, agent=agent.id))
