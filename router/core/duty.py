"""How an agent comes on duty and goes off it, and what Asterisk is told of them."""

from __future__ import annotations

from datetime import datetime

from router.core.commands import EnrolInFallback, ProvisionDevice, WithdrawFromFallback
from router.core.floor import Floor
from router.core.house_records import AgentStateChanged
from router.core.rest import comes_back, settle
from router.core.routing.agent import AgentProfile
from router.core.shift_records import WrapUpEnded
from router.core.staff import Agent
from router.core.turn import OfferOver, Turn
from router.core.vocabulary import SYNTHETIC, AgentState, DeviceKind, EndedBy, NodeId, OfferOutcome


def desk(profile: AgentProfile) -> bool:
    return any(d.kind is DeviceKind.DESK for d in profile.devices)


def nodes_there(floor: Floor) -> list[NodeId]:
    """Where agents are told of. One of several that is away is told when it is back: nobody who
    logs in waits for it."""
    return [node for node, up in floor.nodes.items() if up or len(floor.nodes) == 1]


def leaves_unseen(floor: Floor, agent: Agent) -> None:
    """Nodes that are away have the agent's endpoint and place until they are back."""
    for node in floor.nodes.keys() - nodes_there(floor):
        floor.left_unseen.setdefault(node, set()).add(agent.id)


def provision_everywhere(turn: Turn, agent: Agent) -> None:
    for node in nodes_there(turn.floor):
        provision(turn, agent, node)


def provision(turn: Turn, agent: Agent, node: NodeId, *, tries: int = 0) -> None:
    """The desk endpoint lives in Asterisk's memory: pushed again whenever that is lost."""
    for device in agent.profile.devices:
        if device.kind is DeviceKind.DESK:
            turn.order(
                ProvisionDevice(node=node, call=None, agent=agent.id, device=device, tries=tries)
            )
            break


def enrol(turn: Turn, agent: Agent, node: NodeId) -> None:
    """The fallback queue knows whoever is logged in: a desk phone, or else a number. Not a test
    agent: the fallback would ring them for a caller."""
    if SYNTHETIC in agent.profile.skills:
        return
    devices = agent.profile.devices
    numbers = [d.number for d in devices if d.kind is DeviceKind.PHONE and d.number]
    if devices:
        turn.order(
            EnrolInFallback(
                node=node,
                call=None,
                agent=agent.id,
                paused=agent.paused is not None,
                number=None if desk(agent.profile) or not numbers else numbers[0],
            )
        )


def enrol_everywhere(turn: Turn, agent: Agent) -> None:
    for node in nodes_there(turn.floor):
        enrol(turn, agent, node)


def log_in(turn: Turn, agent: Agent) -> None:
    if agent.logged_in:
        return
    agent.logged_in, agent.paused, agent.misses = True, None, 0
    agent.cools_until = None
    agent.since = agent.idle_since = turn.at
    comes_back(turn, agent)
    turn.note(AgentStateChanged(agent=agent.id, state=AgentState.READY, reason="own"))
    enrol_everywhere(turn, agent)
    turn.affects(agent)


def end_wrap_up(turn: Turn, agent: Agent) -> None:
    wrap_up, agent.wrap_up = agent.wrap_up, None
    if wrap_up is not None:
        lasted = turn.at - wrap_up.since
        turn.note(WrapUpEnded(agent=agent.id, by=EndedBy.AGENT, lasted=lasted), wrap_up.call)
        agent.idle_since = turn.at


def log_out(turn: Turn, agent: Agent, reason: str) -> None:
    if not agent.logged_in:
        return
    drop_offer(turn, agent)
    end_wrap_up(turn, agent)
    agent.logged_in, agent.paused, agent.since = False, None, turn.at
    agent.rest.respiro_for = agent.rest.respiro_until = None
    settle(turn, agent)
    turn.clear_alarm(f"missed_offers:{agent.id}")
    turn.clear_alarm(f"respiro:{agent.id}")
    turn.note(AgentStateChanged(agent=agent.id, state=AgentState.LOGGED_OUT, reason=reason))
    for node in nodes_there(turn.floor):
        turn.order(WithdrawFromFallback(node=node, call=None, agent=agent.id))
    turn.affects(agent)


def pause(turn: Turn, agent: Agent, reason: str) -> None:
    if not agent.logged_in or agent.paused is not None:
        return
    drop_offer(turn, agent)
    agent.paused, agent.since = reason, turn.at
    settle(turn, agent)
    turn.note(AgentStateChanged(agent=agent.id, state=AgentState.PAUSED, reason=reason))
    enrol_everywhere(turn, agent)
    turn.affects(agent)


def resume(turn: Turn, agent: Agent, reason: str) -> None:
    if agent.paused is None:
        return
    agent.paused, agent.misses, agent.cools_until, agent.since = None, 0, None, turn.at
    comes_back(turn, agent)
    turn.clear_alarm(f"missed_offers:{agent.id}")
    turn.clear_alarm(f"respiro:{agent.id}")
    turn.note(AgentStateChanged(agent=agent.id, state=AgentState.READY, reason=reason))
    enrol_everywhere(turn, agent)
    turn.affects(agent)


def drop_offer(turn: Turn, agent: Agent) -> None:
    """Who stops working is not rung any more; no blame (F5)."""
    offer = turn.floor.offers.get(agent.offer) if agent.offer is not None else None
    if offer is not None:
        turn.move(OfferOver(offer=offer, outcome=OfferOutcome.DECLINED))


def may_extend(turn: Turn, agent: Agent) -> datetime | None:
    """Until when a wrap-up would last that is lengthened now; None: it cannot be (P1)."""
    wrap_up, cap = agent.wrap_up, turn.floor.policy.rules.wrap_up
    if wrap_up is None or wrap_up.until is None:
        return None
    until = min(wrap_up.until + cap.extend_by, wrap_up.since + cap.at_most)
    return until if until > wrap_up.until else None
