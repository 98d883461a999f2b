"""What agents do by themselves: the roster, log-in and log-out, breaks, and their telephones."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import assert_never

from router.core.commands import (
    EnrolInFallback,
    ProvisionDevice,
    RetireDevice,
    WithdrawFromFallback,
)
from router.core.deadlines import WrapUpOver
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
from router.core.records import AgentStateChanged, DeviceStateChanged, RosterChanged, WrapUpEnded
from router.core.routing.agent import AgentProfile
from router.core.staff import Agent, Telephone
from router.core.turn import OfferOver, Turn
from router.core.vocabulary import (
    AgentState,
    DeviceKind,
    EndedBy,
    NodeId,
    OfferOutcome,
)

Doing = AgentLoggedIn | AgentLoggedOut | AgentPaused | AgentResumed


def roster_is_replaced(turn: Turn, event: RosterReplaced) -> None:
    """Who is new is logged out; who left finishes their call; calls are left alone."""
    floor = turn.floor
    listed = {p.id: p for p in event.agents}
    removed = [a for a in floor.agents.values() if a.id not in listed]
    added = [p for p in event.agents if p.id not in floor.agents]
    for agent in removed:
        _dismiss(turn, agent)
    for profile in event.agents:
        present = floor.agents.get(profile.id)
        if present is None:
            floor.agents[profile.id] = _hire(turn, profile)
        else:
            _update(turn, present, profile)
    turn.note(
        RosterChanged(
            agents=len(listed),
            added=tuple(p.id for p in added),
            removed=tuple(a.id for a in removed),
        )
    )
    turn.match_due = True


def _hire(turn: Turn, profile: AgentProfile) -> Agent:
    agent = Agent(
        profile=profile,
        telephones=_telephones(profile, []),
        since=turn.at,
        idle_since=turn.at,
    )
    _provision(turn, agent)
    return agent


def _update(turn: Turn, agent: Agent, profile: AgentProfile) -> None:
    before = agent.profile
    agent.profile = profile
    agent.telephones = _telephones(profile, agent.telephones)
    back, agent.leaving = agent.leaving, False
    if back or before.devices != profile.devices:
        had, has = _desk(before), _desk(profile)
        if had and not has:
            for node in turn.floor.nodes:
                turn.order(
                    WithdrawFromFallback(node=node, call=None, agent=agent.id),
                    RetireDevice(node=node, call=None, agent=agent.id),
                )
        _provision(turn, agent)
        if agent.logged_in:
            _enrol(turn, agent)


def _telephones(profile: AgentProfile, known: list[Telephone]) -> list[Telephone]:
    """A telephone that did not change keeps what is known of it."""
    fresh = []
    for device in profile.devices:
        same = next((t for t in known if t.device == device), None)
        fresh.append(same or Telephone(device=device, reachable=device.kind is DeviceKind.PHONE))
    return fresh


def _dismiss(turn: Turn, agent: Agent) -> None:
    _log_out(turn, agent, "removed")
    if _desk(agent.profile):
        for node in turn.floor.nodes:
            turn.order(RetireDevice(node=node, call=None, agent=agent.id))
    if agent.leg is None:
        del turn.floor.agents[agent.id]
    else:
        agent.leaving = True


def _desk(profile: AgentProfile) -> bool:
    return any(d.kind is DeviceKind.DESK for d in profile.devices)


def _provision(turn: Turn, agent: Agent) -> None:
    for node in turn.floor.nodes:
        provision(turn, agent, node)


def provision(turn: Turn, agent: Agent, node: NodeId) -> None:
    """The desk endpoint lives in Asterisk's memory: pushed again whenever that is lost."""
    for device in agent.profile.devices:
        if device.kind is DeviceKind.DESK:
            turn.order(ProvisionDevice(node=node, call=None, agent=agent.id, device=device))
            break


def enrol(turn: Turn, agent: Agent, node: NodeId) -> None:
    """The fallback queue knows whoever is logged in: a desk phone, or else a number."""
    devices = agent.profile.devices
    numbers = [d.number for d in devices if d.kind is DeviceKind.PHONE and d.number]
    if devices:
        turn.order(
            EnrolInFallback(
                node=node,
                call=None,
                agent=agent.id,
                paused=agent.paused is not None,
                number=None if _desk(agent.profile) or not numbers else numbers[0],
            )
        )


def _enrol(turn: Turn, agent: Agent) -> None:
    for node in turn.floor.nodes:
        enrol(turn, agent, node)


def agent_does(turn: Turn, event: Doing) -> None:
    """Log in or out, pause or come back; a conversation goes on to its end, an offer does not."""
    agent = turn.floor.agents.get(event.agent)
    if agent is None or agent.leaving:
        turn.ignore("unknown_agent")
        return
    match event:
        case AgentLoggedIn():
            _log_in(turn, agent)
        case AgentLoggedOut():
            _log_out(turn, agent, "own")
        case AgentPaused(reason=reason):
            _pause(turn, agent, reason)
        case AgentResumed():
            _resume(turn, agent)
        case _:
            assert_never(event)


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
            left = min(wrap_up.until - turn.at, wrap_up.until - wrap_up.since)
            turn.wake(max(left, timedelta(0)), WrapUpOver(agent=agent.id, since=wrap_up.since))
    _enrol(turn, agent)
    turn.match_due = True


def _log_in(turn: Turn, agent: Agent) -> None:
    if agent.logged_in:
        return
    agent.logged_in, agent.paused, agent.misses = True, None, 0
    agent.cools_until = None
    agent.since = agent.idle_since = turn.at
    turn.note(AgentStateChanged(agent=agent.id, state=AgentState.READY, reason="own"))
    _enrol(turn, agent)
    turn.affects(agent)


def _log_out(turn: Turn, agent: Agent, reason: str) -> None:
    if not agent.logged_in:
        return
    _drop_offer(turn, agent)
    if agent.wrap_up is not None:
        turn.note(
            WrapUpEnded(agent=agent.id, by=EndedBy.AGENT, lasted=turn.at - agent.wrap_up.since),
            agent.wrap_up.call,
        )
        agent.wrap_up = None
    agent.logged_in, agent.paused, agent.since = False, None, turn.at
    turn.clear_alarm(f"missed_offers:{agent.id}")
    turn.note(AgentStateChanged(agent=agent.id, state=AgentState.LOGGED_OUT, reason=reason))
    for node in turn.floor.nodes:
        turn.order(WithdrawFromFallback(node=node, call=None, agent=agent.id))
    turn.affects(agent)


def _pause(turn: Turn, agent: Agent, reason: str) -> None:
    if not agent.logged_in or agent.paused is not None:
        return
    _drop_offer(turn, agent)
    agent.paused, agent.since = reason, turn.at
    turn.note(AgentStateChanged(agent=agent.id, state=AgentState.PAUSED, reason=reason))
    _enrol(turn, agent)
    turn.affects(agent)


def _resume(turn: Turn, agent: Agent) -> None:
    if agent.paused is None:
        return
    agent.paused, agent.misses, agent.cools_until, agent.since = None, 0, None, turn.at
    turn.clear_alarm(f"missed_offers:{agent.id}")
    turn.note(AgentStateChanged(agent=agent.id, state=AgentState.READY, reason="own"))
    _enrol(turn, agent)
    turn.affects(agent)


def _drop_offer(turn: Turn, agent: Agent) -> None:
    """Who stops working is not rung any more; no blame (F5)."""
    offer = turn.floor.offers.get(agent.offer) if agent.offer is not None else None
    if offer is not None:
        turn.move(OfferOver(offer=offer, outcome=OfferOutcome.DECLINED))


def telephone_changes(turn: Turn, event: DeviceChanged) -> None:
    """Contact state: a hint for whom to ring, never the last word (survival.md)."""
    agent = turn.floor.agents.get(event.agent)
    telephone = agent.telephone_of(event.kind) if agent is not None else None
    if agent is None or telephone is None:
        turn.ignore("unknown_device")
        return
    if event.reachable and telephone.down_until is not None:
        # It registered again, or answers again: that is news, though it was never seen to go.
        telephone.down_until = None
        turn.affects(agent)
    if telephone.reachable == event.reachable:
        return
    telephone.reachable = event.reachable
    turn.note(DeviceStateChanged(agent=event.agent, device=event.kind, reachable=event.reachable))
    turn.affects(agent)


def node_is_back(turn: Turn, event: LegsListed) -> None:
    """Asterisk keeps endpoints and fallback members in memory only: tell it all again."""
    for agent in turn.floor.agents.values():
        provision(turn, agent, event.node)
        if agent.logged_in:
            enrol(turn, agent, event.node)
