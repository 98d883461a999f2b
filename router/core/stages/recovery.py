"""When something went wrong: lost connections, orphaned legs, refused commands, bugs of our own.

Adoption of callers from an earlier life of the engine is its own chapter (survival.md); until then
conversations are left alone, and everyone else is given to the dialplan's fallback.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta

from router.core.commands import (
    Bridge,
    Command,
    Dial,
    HandToDialplan,
    Hangup,
    Play,
    RemoveBridge,
    StartMusic,
    StopPlay,
)
from router.core.deadlines import LegOverdue, MusicDue
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
    PlaybackEnded,
    TroubleReported,
)
from router.core.floor import AgentLeg, Call
from router.core.records import CommandRefused, HandedToFallback, NodeConnected, NodeLost
from router.core.speech import LEG_GONE_WITHIN
from router.core.turn import (
    AgentLegOver,
    CallerGone,
    ConversationBroken,
    GivenAway,
    OfferOver,
    Turn,
)
from router.core.vocabulary import AgentId, CallId, LegEnding, LegId, OfferId, OfferOutcome, Refusal

JUST_DIALLED = timedelta(seconds=3)
"""A leg ordered so recently may not be in the list yet; its own deadline watches it."""
MUSIC_AGAIN_AFTER = timedelta(seconds=1)


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
            or (leg.leg in partners and _keep_conversation(turn, leg, listed, partners))
        ):
            kept += 1
        elif leg.role == "caller":
            _hand_stranger(turn, event, leg.leg)
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
    for call in list(floor.calls.values()):
        if call.node == event.node and call.leg not in listed:
            turn.move(CallerGone(call=call, ending=ending))
    for leg in list(floor.agent_legs.values()):
        if leg.node != event.node or leg.id in listed:
            continue
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
        node=next(iter(floor.nodes)),
        call=CallId(agent.call),
        agent=AgentId(agent.agent),
        partner=caller.leg,
    )
    return True


def _hand_stranger(turn: Turn, event: LegsListed | LegEnded, leg: LegId) -> None:
    node = event.node if isinstance(event, LegsListed) else next(iter(turn.floor.nodes))
    call = CallId(f"{node}-{leg}")
    turn.order(HandToDialplan(node=node, call=call, leg=leg))
    turn.note(HandedToFallback(queue=None, reason="unknown after a restart"), call)


def stray_ends(turn: Turn, event: LegEnded) -> None:
    """A caller of an earlier life hung up: their agent's phone is let go."""
    agent_leg = turn.floor.agent_legs.get(turn.floor.strays.pop(event.leg))
    if agent_leg is not None:
        agent_leg.partner = None
        agent_leg.closing = True
        turn.order(Hangup(node=agent_leg.node, call=agent_leg.call, leg=agent_leg.id))
        turn.wake(LEG_GONE_WITHIN, LegOverdue(leg=agent_leg.id))


def partner_is_alone(turn: Turn, leg: AgentLeg, event: LegEnded) -> None:
    """The agent of such a conversation is gone: the caller is given to the fallback."""
    if leg.partner is not None and turn.floor.strays.pop(leg.partner, None) is not None:
        _hand_stranger(turn, event, leg.partner)


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
    if call is not None and call.ended_by is not None:
        turn.move(CallerGone(call=call, ending=LegEnding.HUNG_UP))


def command_fails(turn: Turn, event: CommandFailed) -> list[PlaybackEnded]:
    """Asterisk said no, or nothing: the story goes on, and the caller hears something.

    Returns prompts that count as ended, for the engine to handle like any other end.
    """
    command = event.command
    turn.note(
        CommandRefused(command=type(command).__name__, why=event.why.value, detail=event.detail),
        command.call,
    )
    ended = []
    for failed in (command, *event.dropped):
        over = _consequence(turn, failed, event.why)
        if over is not None:
            ended.append(over)
    return ended


def _consequence(turn: Turn, command: Command, why: Refusal) -> PlaybackEnded | None:
    floor = turn.floor
    match command:
        case Play(playback=playback):
            if why is Refusal.UNKNOWN:
                turn.order(
                    StopPlay(
                        node=command.node,
                        call=command.call,
                        leg=command.leg,
                        playback=playback,
                    )
                )
            return PlaybackEnded(at=turn.at, playback=playback, heard=False)
        case Dial(offer=offer_id):
            offer = floor.offers.get(offer_id)
            if offer is not None:
                gone = why is not Refusal.UNKNOWN
                turn.move(OfferOver(offer=offer, outcome=OfferOutcome.UNREACHABLE, leg_gone=gone))
        case Bridge():
            call = floor.calls.get(command.call) if command.call is not None else None
            if call is not None and call.talk is not None and call.talk.bridge == command.bridge:
                leg = floor.agent_legs[call.talk.leg]
                leg.lost = leg.closing = True
                turn.order(Hangup(node=leg.node, call=leg.call, leg=leg.id))
                turn.wake(LEG_GONE_WITHIN, LegOverdue(leg=leg.id))
                turn.move(ConversationBroken(call=call, own_hangup=False))
        case StartMusic():
            if why is not Refusal.GONE and command.call is not None:
                turn.wake(MUSIC_AGAIN_AFTER, MusicDue(call=command.call))
        case HandToDialplan():
            if why is Refusal.UNKNOWN:
                turn.order(command)
        case _:
            pass  # hang-ups have their LegOverdue; the rest is repeated at the next connection
    return None


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
    """The call that an event, or the wake-up being handled, is about."""
    floor = turn.floor
    about = floor.handling if isinstance(event, ClockReached) else event
    leg = getattr(about, "leg", None)
    if leg is not None:
        agent_leg = floor.agent_legs.get(leg)
        return floor.call_of_caller(leg) or (floor.calls.get(agent_leg.call) if agent_leg else None)
    playback = getattr(about, "playback", None)
    if playback is not None:
        return floor.calls.get(floor.playbacks.get(playback, CallId("")))
    offer = floor.offers.get(getattr(about, "offer", OfferId("")))
    call = getattr(about, "call", offer.call if offer is not None else None)
    return floor.calls.get(call) if call is not None else None
