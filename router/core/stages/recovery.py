"""When something went wrong: lost connections, legs that vanished, bugs of our own."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import timedelta

from router.core.call import Call
from router.core.commands import HandToDialplan, Hangup
from router.core.deadlines import LegOverdue, NodeGivenUp
from router.core.events import (
    CallArrived,
    ClockReached,
    CommandFailed,
    DigitPressed,
    Event,
    LegAnswered,
    LegLeft,
    LegRinging,
    LegSilent,
    LegsListed,
    ListedLeg,
    NodeDisconnected,
    PlaybackEnded,
    TroubleReported,
)
from router.core.house_records import NodeLost
from router.core.records import HandedToFallback
from router.core.speech import LEG_GONE_AFTER_ALL, LEG_GONE_WITHIN
from router.core.turn import AgentLegOver, CallerGone, GivenAway, PartnerGone, Turn
from router.core.vocabulary import (
    CallId,
    LegEnding,
    LegId,
    NodeId,
    OfferId,
    PlaybackId,
    RecordingId,
)

RUNG = ("agent", "partner")
"""Legs that are there before they are in the application."""
GIVEN_UP_AFTER = timedelta(seconds=30)
"""A node that has been away so long is not waited for, while another is there."""
JUST_DIALLED = timedelta(seconds=3)
"""A leg ordered so recently may not be in the list yet; its own deadline watches it."""


def node_is_lost(turn: Turn, event: NodeDisconnected) -> None:
    """Its calls go on, unseen; nothing is concluded from silence, and nobody is rung for them."""
    if turn.floor.nodes.get(event.node) is False:
        return
    turn.floor.unheard.discard(event.node)
    turn.match_due = True
    turn.floor.nodes[event.node] = False
    turn.floor.fallbacks.pop(event.node, None)
    turn.note(NodeLost(node=event.node))
    turn.raise_alarm(
        f"node:{event.node}",
        f"No connection to Asterisk {event.node}: see that it runs and can be reached from here.",
    )
    turn.wake(GIVEN_UP_AFTER, NodeGivenUp(node=event.node))


def node_is_given_up(turn: Turn, due: NodeGivenUp) -> None:
    """Where another node goes on, its calls count as lost: their agents are wanted there. Should it
    come back with them, they are adopted. The only node is never given up."""
    floor, node = turn.floor, due.node
    if not any(floor.nodes.values()):
        turn.wake(GIVEN_UP_AFTER, due)
        return
    _bury_the_vanished(turn, node, {}, (), LegEnding.LOST)
    for agent in floor.agents.values():
        if node in agent.engaged_at:
            agent.engaged_at.discard(node)
            turn.affects(agent)
    turn.match_due = True


def is_overtaken(turn: Turn, event: Event) -> bool:
    """Whether it was read from a connection that is gone: after a sleep the guard may have the
    caller, and nobody is put through on old news. The list tells all of it but keys: they wait."""
    if False not in turn.floor.nodes.values():
        return False
    match event:
        case CallArrived():
            node: NodeId | None = event.node
        case LegRinging() | LegAnswered() | DigitPressed():
            node = _node_of(turn, event.leg)
        case LegSilent():
            leg = turn.floor.agent_legs.get(event.leg)
            node = leg.node if leg is not None else None
        case PlaybackEnded():
            owner = turn.floor.calls.get(turn.floor.playbacks.get(event.playback, CallId("")))
            node = owner.node if owner is not None else None
        case _:
            return False
    if node is None or turn.floor.nodes.get(node, True):
        return False
    turn.ignore("overtaken")
    if isinstance(event, DigitPressed):
        turn.floor.keys_unseen.append(event)
    return True


def keys_of(turn: Turn, node: NodeId) -> list[DigitPressed]:
    """The keys that waited for this node's list, in their order."""
    floor = turn.floor
    theirs = [key for key in floor.keys_unseen if _node_of(turn, key.leg) in (node, None)]
    floor.keys_unseen = [key for key in floor.keys_unseen if key not in theirs]
    return theirs


def _node_of(turn: Turn, leg: LegId) -> NodeId | None:
    floor = turn.floor
    call = floor.call_of_caller(leg) or floor.call_of_partner(leg)
    offer = floor.offer_of_leg(leg)
    return call.node if call is not None else offer.node if offer is not None else None


def legs_are_listed(turn: Turn, event: LegsListed) -> list[LegAnswered | LegRinging]:
    """Compare what exists with what we know; returns what telephones have said meanwhile.

    Whom we do not know is adoption's affair.
    """
    floor = turn.floor
    floor.nodes[event.node] = True
    floor.unheard.discard(event.node)
    turn.clear_alarm(f"node:{event.node}")
    floor.deadlines.forget(NodeGivenUp(node=event.node).about)
    listed = {leg.leg: leg for leg in event.legs if leg.in_application or leg.role in RUNG}
    ending = LegEnding.LOST if event.restarted else LegEnding.HUNG_UP
    elsewhere = {leg.leg for leg in event.legs if leg.leg not in listed}
    _bury_the_vanished(turn, event.node, listed, elsewhere, ending)
    return [said for leg in listed.values() if (said := _said_unseen(turn, leg)) is not None]


def _bury_the_vanished(
    turn: Turn,
    node: NodeId,
    listed: Mapping[LegId, ListedLeg],
    elsewhere: Collection[LegId],
    ending: LegEnding,
) -> None:
    """Legs that we know and Asterisk does not: their end went by unseen. `elsewhere`: in the
    dialplan; `ending`: of callers."""
    floor = turn.floor
    for call in list(floor.calls.values()):
        if call.node != node or call.leg in listed:
            continue
        if call.leg in elsewhere:
            turn.move(GivenAway(call=call, reason="found in the dialplan", has_left=True))
        else:
            turn.move(CallerGone(call, ending))
    for leg in list(floor.agent_legs.values()):
        if leg.node != node or leg.id in listed:
            continue
        offer = floor.offers.get(leg.offer) if leg.offer is not None else None
        fresh = offer is not None and turn.at - offer.made_at < JUST_DIALLED
        if ending is LegEnding.LOST or not fresh:
            # Whether the agent hung up or their line broke was not seen: the caller is kept.
            turn.move(AgentLegOver(leg, LegEnding.LOST))
    for name, owner in list(floor.partner_legs.items()):
        partner_of = floor.calls.get(owner)
        if partner_of is None or partner_of.node != node or name in listed:
            continue
        partner = partner_of.partner
        fresh = (
            partner is not None and not partner.is_there and turn.at - partner.since < JUST_DIALLED
        )
        if ending is LegEnding.LOST or not fresh:
            # As above: how it ended was not seen.
            turn.move(PartnerGone(call=partner_of, leg=name, why=LegEnding.LOST.value))
    for code in list(floor.code_legs.values()):
        if code.node == node and code.id not in listed:
            del floor.code_legs[code.id]


def _said_unseen(turn: Turn, leg: ListedLeg) -> LegAnswered | LegRinging | None:
    """The engine sorts out whether it is news."""
    floor = turn.floor
    offer = floor.offer_of_leg(leg.leg)
    if offer is None:
        return None
    if leg.up and leg.in_application and not offer.picked_up:
        return LegAnswered(at=turn.at, leg=leg.leg)
    return LegRinging(at=turn.at, leg=leg.leg) if leg.ringing and not offer.rang else None


def leg_leaves(turn: Turn, event: LegLeft) -> None:
    """A caller is in the dialplan without our asking: handed to the fallback, not abandoned."""
    call = turn.floor.call_of_caller(event.leg)
    if call is None:
        turn.ignore("leg_left_unknown")
        return
    turn.move(GivenAway(call=call, reason="left the application", has_left=True))


def leg_is_overdue(turn: Turn, due: LegOverdue) -> None:
    """A leg that we hung up never reported its end: it is hung up again, then counts as gone."""
    floor = turn.floor
    leg = floor.agent_legs.get(due.leg)
    if leg is not None and leg.closing and not leg.hung_up_again:
        # The order may have been lost on its way. Until it is carried out, the telephone may ring
        # on: nobody is free for another call in the same breath.
        leg.hung_up_again = True
        turn.order(Hangup(node=leg.node, call=leg.call, leg=leg.id))
        turn.wake(LEG_GONE_AFTER_ALL, LegOverdue(leg.id))
    elif leg is not None and leg.closing:
        turn.ignore("leg_end_never_reported")
        turn.move(AgentLegOver(leg, LegEnding.HUNG_UP))
    floor.code_legs.pop(due.leg, None)
    call = floor.call_of_caller(due.leg)
    if call is not None and not floor.nodes.get(call.node, True):
        turn.wake(LEG_GONE_AFTER_ALL, due)  # the next list tells, or the node is given up
        return
    if call is not None and (call.vanished or call.hung_up_again):
        turn.move(CallerGone(call, LegEnding.HUNG_UP))
    elif call is not None and call.ended_by is not None:
        call.hung_up_again = True  # as above; refusal.py tells if this is not carried out either
        turn.order(Hangup(node=call.node, call=call.id, leg=call.leg, only_here=True))
        turn.wake(LEG_GONE_WITHIN, due)


def trouble_is_reported(turn: Turn, event: TroubleReported) -> None:
    """The shell's trouble is an alarm like any other."""
    if event.text is None:
        turn.clear_alarm(event.name)
    else:
        turn.raise_alarm(event.name, event.text)


def quarantine(turn: Turn, event: Event) -> None:
    """A bug of ours while handling `event`: its caller goes to the dialplan, never to silence."""
    floor = turn.floor
    turn.raise_alarm(
        "bug",
        f"A defect of the engine while handling {type(event).__name__}: its caller, if there was"
        " one, is with the fallback. The engine's log has it whole: report it.",
    )
    call = _whose(turn, event)
    if call is not None:
        turn.move(GivenAway(call=call, reason="defect"))
    elif isinstance(event, CallArrived):
        _hand_stranger(turn, event.node, event.leg)
    elif isinstance(event, LegsListed):
        floor.nodes[event.node] = True
        floor.unheard.discard(event.node)
        for leg in event.legs:
            if leg.role == "caller" and leg.in_application:
                _hand_stranger(turn, event.node, leg.leg)


def _hand_stranger(turn: Turn, node: NodeId, leg: LegId) -> None:
    if leg not in turn.floor.callers:
        stranger = CallId(f"{node}-{leg}")
        turn.order(HandToDialplan(node=node, call=stranger, leg=leg))
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
    recording = floor.recordings.get(getattr(about, "recording", RecordingId("")))
    calls = (
        floor.callers.get(leg),
        agent_leg.call if agent_leg is not None else None,
        floor.playbacks.get(getattr(about, "playback", PlaybackId(""))),
        offer.call if offer is not None else None,
        recording.call if recording is not None else None,
        getattr(about, "call", None),
    )
    return next((floor.calls[c] for c in calls if c is not None and c in floor.calls), None)
