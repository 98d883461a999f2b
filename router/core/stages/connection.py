"""Caller and agent talk; whatever ends it, the caller is kept until they hang up (P3)."""

from __future__ import annotations

from datetime import timedelta

from router.core.call import AgentLeg, Call, Talk
from router.core.commands import (
    Bridge,
    HandToDialplan,
    Hangup,
    Listen,
    OpenBridge,
    RemoveBridge,
    StopMusic,
)
from router.core.deadlines import LegOverdue
from router.core.events import LegSilent
from router.core.ivr.waits import ConversationOver, ForAgent
from router.core.records import (
    Abandoned,
    AgentLost,
    Answered,
    CallFinished,
    Ended,
    HandedToFallback,
    OfferEnded,
)
from router.core.rest import has_talked
from router.core.routing.estimate import usual
from router.core.speech import LEG_GONE_WITHIN, hush
from router.core.turn import (
    AgentFreed,
    AgentLegOver,
    CallerGone,
    ConversationBroken,
    FlowGiven,
    GivenAway,
    LadderSet,
    OffersWithdrawn,
    OfferTaken,
    QueueEntered,
    Turn,
)
from router.core.vocabulary import BridgeId, EndedBy, LegEnding, OfferOutcome

NO_AUDIO = 44
"""Q.850, as Asterisk itself says of a leg that it ends for this."""


def connect(turn: Turn, move: OfferTaken) -> None:
    """The first person who took the call gets it; every other telephone stops ringing (F4)."""
    floor, offer = turn.floor, move.offer
    if floor.offers.pop(offer.id, None) is None:
        return
    call, agent = floor.calls[offer.call], floor.agents[offer.agent]
    call.offers.pop(offer.id, None)
    floor.deadlines.forget(offer.id)
    floor.deadlines.forget(call.id)
    place, call.place = call.place, None
    assert place is not None
    turn.note(
        OfferEnded(
            offer=offer.id,
            agent=agent.id,
            outcome=OfferOutcome.ACCEPTED,
            after=turn.at - offer.made_at,
            cause=0,
        ),
        call.id,
    )
    call.bridges_made += 1
    bridge = BridgeId(f"{call.id}-e{floor.epoch}-b{call.bridges_made}")
    call.talk = Talk(agent=agent.id, leg=offer.leg, bridge=bridge, queue=place.queue, since=turn.at)
    agent.offer, agent.call, agent.since, agent.misses = None, call.id, turn.at, 0
    turn.clear_alarm(f"missed_offers:{agent.id}")
    floor.agent_legs[offer.leg].talked_on = place.queue
    floor.pairs.meet(call.caller, agent.id, turn.at)
    hush(turn, call)
    turn.order(
        OpenBridge(node=call.node, call=call.id, bridge=bridge),
        StopMusic(node=call.node, call=call.id, leg=call.leg),
        Bridge(node=call.node, call=call.id, bridge=bridge, legs=(call.leg, offer.leg)),
        Listen(node=call.node, call=call.id, leg=offer.leg),
    )
    turn.note(
        Answered(
            offer=offer.id,
            agent=agent.id,
            queue=place.queue,
            waited=turn.at - place.since,
            to_voice=turn.at - call.arrived_at,
        ),
        call.id,
    )
    turn.move(OffersWithdrawn(call, offer))
    turn.affects(call, agent)


def agent_leg_ends(turn: Turn, move: AgentLegOver) -> None:
    """The agent's leg of a conversation is gone: free the agent, keep the caller."""
    leg = move.leg
    call = turn.floor.calls.get(leg.call)
    agent = turn.floor.agents.get(leg.agent)
    own_hangup = move.ending is LegEnding.HUNG_UP
    if call is not None and call.talk is not None and call.talk.leg == leg.id:
        leg.lost = not own_hangup
        turn.move(ConversationBroken(call=call, leg=leg, own_hangup=own_hangup, cause=move.cause))
    if agent is not None:
        turn.move(AgentFreed(agent, leg))
    else:
        turn.floor.agent_legs.pop(leg.id, None)  # of a roster that was lost


def falls_silent(turn: Turn, event: LegSilent) -> None:
    """The agent's telephone is dead, or cut off: we hang it up, for it cannot, and keep the caller.

    Told again and again until the leg is gone."""
    leg = turn.floor.agent_legs.get(event.leg)
    call = turn.floor.calls.get(leg.call) if leg is not None else None
    talk = call.talk if call is not None else None
    if leg is None or leg.closing or call is None or talk is None or talk.leg != leg.id:
        turn.ignore("nobody_talks_on_it")
        return
    leg.lost = leg.silent = True
    hang_up(turn, leg)
    turn.move(ConversationBroken(call=call, leg=leg, own_hangup=False, cause=NO_AUDIO))


def breaks(turn: Turn, move: ConversationBroken) -> None:
    """The agent's own hang-up lets the flow go on; anything else keeps the caller (P3)."""
    call, talk = move.call, move.call.talk
    if talk is None:
        return
    call.talk = None
    turn.order(RemoveBridge(node=call.node, call=call.id, bridge=talk.bridge, legs=(call.leg,)))
    talked = turn.at - talk.since
    agent = turn.floor.agents.get(talk.agent)
    has_talked(turn, agent, talk.queue, talked, lost=not move.own_hangup)
    if move.own_hangup:
        turn.note(Ended(agent=talk.agent, by=EndedBy.AGENT, talked=talked), call.id)
        _learn(turn, talk, talked)
        turn.move(FlowGiven(call, ConversationOver()))
        return
    turn.note(AgentLost(agent=talk.agent, cause=move.cause, talked=talked), call.id)
    call.wait += 1
    wait = ForAgent(queue=talk.queue, prefer=call.run.prefer, require=call.run.require)
    turn.move(QueueEntered(call=call, wait=wait, again=True))
    turn.move(LadderSet(call=call, agent=talk.agent, device=move.leg.device))


def caller_leaves(turn: Turn, move: CallerGone) -> None:
    """The caller hung up: everything that was for them ends, and the call leaves the floor."""
    call = move.call
    _settle(turn, call)
    # Whose goodbye nobody saw end is listed too: a person decides whether to call them back.
    lost = move.ending is LegEnding.LOST
    by = EndedBy.LOST if lost else call.ended_by or EndedBy.CALLER
    call.ended_by = by
    if call.place is not None:
        turn.note(
            Abandoned(
                queue=call.place.queue,
                waited=turn.at - call.place.since,
                offered=bool(call.offers),
            ),
            call.id,
        )
    _end_talk(turn, call, by)
    turn.note(CallFinished(by=by, at_step=call.run.step, lasted=turn.at - call.arrived_at), call.id)


def give_away(turn: Turn, move: GivenAway) -> None:
    """The dialplan's fallback has the caller, at their wish or ours: never silence."""
    call = move.call
    call.ended_by = None  # who was to be hung up and is in the fallback instead may come back
    _settle(turn, call)
    place = call.place
    turn.note(HandedToFallback(queue=place.queue if place else None, reason=move.reason), call.id)
    _end_talk(turn, call, EndedBy.SYSTEM)
    if not move.has_left:
        call.handed = True
        hush(turn, call)
        turn.order(HandToDialplan(node=call.node, call=call.id, leg=call.leg))


def _settle(turn: Turn, call: Call) -> None:
    turn.floor.depart(call)
    turn.move(OffersWithdrawn(call))
    if call.place is not None:
        turn.affects(call)


def _end_talk(turn: Turn, call: Call, by: EndedBy) -> None:
    talk, call.talk = call.talk, None
    if talk is None:
        return
    turn.note(Ended(agent=talk.agent, by=by, talked=turn.at - talk.since), call.id)
    if not call.run.is_synthetic:
        _learn(turn, talk, turn.at - talk.since)
        has_talked(turn, turn.floor.agents.get(talk.agent), talk.queue, turn.at - talk.since)
    turn.order(RemoveBridge(node=call.node, call=call.id, bridge=talk.bridge, legs=(talk.leg,)))
    hang_up(turn, turn.floor.agent_legs[talk.leg])


def _learn(turn: Turn, talk: Talk, talked: timedelta) -> None:
    """How long callers wait for is told by how long conversations take."""
    takes = turn.floor.takes
    takes[talk.queue] = usual(takes.get(talk.queue, talked), talked)


def hang_up(turn: Turn, leg: AgentLeg) -> None:
    """End an agent's leg; the agent is free once its end is reported."""
    leg.closing = True
    turn.order(Hangup(node=leg.node, call=leg.call, leg=leg.id))
    turn.wake(LEG_GONE_WITHIN, LegOverdue(leg.id))
