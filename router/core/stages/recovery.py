"""When something went wrong: lost connections, orphaned legs, bugs of our own.

Adoption of callers from an earlier life of the engine is its own chapter (survival.md); until then
conversations are left alone, and everyone else is given to the dialplan's fallback.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta

from router.core.commands import HandToDialplan, Hangup, RemoveBridge
from router.core.deadlines import LegOverdue
from router.core.events import (
    CallArrived,
    ClockReached,
    CommandFailed,
    Event,
    LegEnded,
    LegLeft,
    LegsListed,
    ListedLeg,
    NodeDisconnected,
    TroubleReported,
)
from router.core.floor import AgentLeg, Call
from router.core.records import HandedToFallback, NodeConnected, NodeLost
from router.core.speech import LEG_GONE_WITHIN
from router.core.turn import (
    AgentLegOver,
    CallerGone,
    GivenAway,
    Turn,
)
from router.core.vocabulary import AgentId, CallId, LegEnding, LegId, NodeId, OfferId, PlaybackId

JUST_DIALLED = timedelta(seconds=3)
"""A leg ordered so recently may not be in the list yet; its own deadline watches it."""


def node_is_lost(turn: Turn, event: NodeDisconnected) -> None:
    """Its calls go on, unseen; nothing is concluded from silence."""
    turn.floor.nodes[event.node] = False
    turn.note(NodeLost(node=event.node))
    turn.raise_alarm(f"node:{event.node}", f"No connection to Asterisk {event.node}.")


def legs_are_listed(turn: Turn, event: LegsListed) -> None:
    """Compare what exists with what we know, in the order of survival.md."""
    floor = turn.floor
    floor.nodes[event.node] = True
    turn.clear_alarm(f"node:{event.node}")
    listed = {leg.leg: leg for leg in event.legs if leg.in_application or leg.role == "agent"}
    _bury_the_vanished(turn, event, listed)
    partners = _partners(event)
    handed = kept = 0
    for leg in listed.values():
        if (
            leg.leg in floor.callers
            or leg.leg in floor.agent_legs
            or leg.leg in floor.code_legs
            or (leg.leg in partners and _keep_conversation(turn, event.node, leg, listed, partners))
        ):
            kept += 1
        elif leg.role == "caller":
            _hand_stranger(turn, event.node, leg.leg)
            handed += 1
        elif leg.role in ("agent", "code"):
            turn.order(Hangup(node=event.node, call=None, leg=leg.leg))
    ours = {c.talk.bridge for c in floor.calls.values() if c.talk is not None}
    for bridge in event.bridges:
        if not bridge.legs and bridge.bridge not in ours:
            turn.order(RemoveBridge(node=event.node, call=None, bridge=bridge.bridge))
    turn.note(NodeConnected(node=event.node, legs=len(listed), handed=handed, kept=kept))
    turn.match_due = True


def _bury_the_vanished(turn: Turn, event: LegsListed, listed: Mapping[LegId, ListedLeg]) -> None:
    """Legs that we know and Asterisk does not: their end went by unseen."""
    ending = LegEnding.LOST if event.restarted else LegEnding.HUNG_UP
    floor = turn.floor
    elsewhere = {leg.leg for leg in event.legs if leg.leg not in listed}
    for call in list(floor.calls.values()):
        if call.node != event.node or call.leg in listed:
            continue
        if call.leg in elsewhere:
            turn.move(GivenAway(call=call, reason="found in the dialplan", has_left=True))
        else:
            turn.move(CallerGone(call=call, ending=ending))
    for stray in [s for s in floor.strays if s not in listed]:
        _end_stray(turn, stray)
    for leg in list(floor.agent_legs.values()):
        if leg.node != event.node or leg.id in listed:
            continue
        if leg.partner is not None:
            floor.strays.pop(leg.partner, None)
        offer = floor.offers.get(leg.offer) if leg.offer is not None else None
        fresh = offer is not None and turn.at - offer.made_at < JUST_DIALLED
        if event.restarted or not fresh:
            turn.move(AgentLegOver(leg=leg, ending=ending))
    for code in list(floor.code_legs.values()):
        if code.node == event.node and code.id not in listed:
            del floor.code_legs[code.id]


def _partners(event: LegsListed) -> dict[LegId, LegId]:
    partners = {}
    for bridge in event.bridges:
        if len(bridge.legs) == 2:
            one, other = bridge.legs
            partners[one], partners[other] = other, one
    return partners


def _keep_conversation(
    turn: Turn,
    node: NodeId,
    leg: ListedLeg,
    listed: Mapping[LegId, ListedLeg],
    partners: Mapping[LegId, LegId],
) -> bool:
    """Two who talk are never disturbed; the agent counts as busy until it ends."""
    other = listed.get(partners[leg.leg])
    if other is None:
        return False
    caller, agent = (leg, other) if leg.role == "caller" else (other, leg)
    if caller.role != "caller" or agent.role != "agent":
        return False
    floor = turn.floor
    floor.strays[caller.leg] = agent.leg
    known = floor.agents.get(AgentId(agent.agent))
    if known is not None and known.leg is None:
        known.leg, known.since = agent.leg, turn.at
    floor.agent_legs[agent.leg] = AgentLeg(
        id=agent.leg,
        node=node,
        call=CallId(agent.call),
        agent=AgentId(agent.agent),
        partner=caller.leg,
    )
    return True


def _hand_stranger(turn: Turn, node: NodeId, leg: LegId) -> None:
    call = CallId(f"{node}-{leg}")
    turn.order(HandToDialplan(node=node, call=call, leg=leg))
    turn.note(HandedToFallback(queue=None, reason="unknown after a restart"), call)


def stray_ends(turn: Turn, event: LegEnded) -> None:
    """A caller of an earlier life hung up: their agent's phone is let go."""
    _end_stray(turn, event.leg)


def _end_stray(turn: Turn, leg: LegId) -> None:
    agent_leg = turn.floor.agent_legs.get(turn.floor.strays.pop(leg))
    if agent_leg is not None:
        agent_leg.partner = None
        agent_leg.closing = True
        turn.order(Hangup(node=agent_leg.node, call=agent_leg.call, leg=agent_leg.id))
        turn.wake(LEG_GONE_WITHIN, LegOverdue(leg=agent_leg.id))


def partner_is_alone(turn: Turn, leg: AgentLeg) -> None:
    """The agent of such a conversation is gone: the caller is given to the fallback."""
    if leg.partner is not None and turn.floor.strays.pop(leg.partner, None) is not None:
        _hand_stranger(turn, leg.node, leg.partner)


def leg_leaves(turn: Turn, event: LegLeft) -> None:
    """A caller is in the dialplan without our asking: handed to the fallback, not abandoned."""
    call = turn.floor.call_of_caller(event.leg)
    if call is None:
        turn.ignore("leg_left_unknown")
        return
    turn.move(GivenAway(call=call, reason="left the application", has_left=True))


def leg_is_overdue(turn: Turn, due: LegOverdue) -> None:
    """A leg that we hung up never reported its end: it counts as gone."""
    floor = turn.floor
    leg = floor.agent_legs.get(due.leg)
    if leg is not None and leg.closing:
        turn.ignore("leg_end_never_reported")
        turn.move(AgentLegOver(leg=leg, ending=LegEnding.HUNG_UP))
    floor.code_legs.pop(due.leg, None)
    call = floor.call_of_caller(due.leg)
    if call is not None and (call.ended_by is not None or call.vanished):
        turn.move(CallerGone(call=call, ending=LegEnding.HUNG_UP))


def trouble_is_reported(turn: Turn, event: TroubleReported) -> None:
    """The shell's trouble is an alarm like any other."""
    if event.text is None:
        turn.clear_alarm(event.name)
    else:
        turn.raise_alarm(event.name, event.text)


def quarantine(turn: Turn, event: Event) -> None:
    """A bug of ours while handling `event`: its caller goes to the dialplan, never to silence."""
    floor = turn.floor
    turn.raise_alarm("bug", f"A defect of the engine while handling {type(event).__name__}.")
    call = _whose(turn, event)
    if call is not None:
        turn.move(GivenAway(call=call, reason="defect"))
    elif isinstance(event, CallArrived) and event.leg not in floor.callers:
        stranger = CallId(f"{event.node}-{event.leg}")
        turn.order(HandToDialplan(node=event.node, call=stranger, leg=event.leg))
        turn.note(HandedToFallback(queue=None, reason="defect"), stranger)


def _whose(turn: Turn, event: Event) -> Call | None:
    """The call that an event, the command it tells of, or the wake-up being handled is about."""
    floor = turn.floor
    about: object = event
    if isinstance(event, ClockReached):
        about = floor.handling
    elif isinstance(event, CommandFailed):
        about = event.command
    leg = getattr(about, "leg", LegId(""))
    agent_leg = floor.agent_legs.get(leg)
    offer = floor.offers.get(getattr(about, "offer", OfferId("")))
    calls = (
        floor.callers.get(leg),
        agent_leg.call if agent_leg is not None else None,
        floor.playbacks.get(getattr(about, "playback", PlaybackId(""))),
        offer.call if offer is not None else None,
        getattr(about, "call", None),
    )
    return next((floor.calls[c] for c in calls if c is not None and c in floor.calls), None)
