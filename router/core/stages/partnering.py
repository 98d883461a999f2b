"""A caller is brought to somebody outside: a person confirms, and nobody is left alone."""

from __future__ import annotations

from datetime import timedelta

from router.core.call import Call, Partner, Place
from router.core.commands import (
    Bridge,
    DialPartner,
    Hangup,
    OpenBridge,
    Play,
    RemoveBridge,
    StopMusic,
    StopPlay,
)
from router.core.deadlines import PartnerDue
from router.core.events import DigitPressed, LegAnswered, LegRinging
from router.core.ivr.waits import ConversationOver, ForAgent, PartnerUnreached
from router.core.records import PartnerAnswered, PartnerLeft, PartnerMissed, TimedOut
from router.core.speech import hush, music
from router.core.turn import (
    FlowGiven,
    OffersWithdrawn,
    PartnerGone,
    PartnerWanted,
    QueueEntered,
    Turn,
)
from router.core.vocabulary import BridgeId, EndedBy, LegEnding, LegId, PlaybackId

CONFIRMS_WITHIN = timedelta(seconds=10)
"""From the start of the question, as for an agent (routing.md F2)."""
YES = "1"
REFUSED = "refused"


def dial(turn: Turn, move: PartnerWanted) -> None:
    """Music for the caller, a telephone that rings outside; who waits in a queue keeps waiting."""
    call, wait, floor = move.call, move.wait, turn.floor
    call.legs_made += 1
    leg = LegId(f"{call.id}-e{floor.epoch}-a{call.legs_made}")
    call.partner = Partner(contact=wait.contact, leg=leg, confirm=wait.confirm, since=turn.at)
    floor.partner_legs[leg] = call.id
    if call.place is None:
        hush(turn, call)
        music(turn, call)
    turn.order(
        DialPartner(
            node=call.node,
            call=call.id,
            leg=leg,
            number=wait.number,
            epoch=floor.epoch,
            ring_for=wait.ring_for,
        )
    )
    turn.wake(wait.ring_for, PartnerDue(leg=leg, asked=False))


def says(turn: Turn, call: Call, event: LegRinging | LegAnswered) -> None:
    """It rings; or somebody, or a machine, has picked up."""
    partner = call.partner
    if partner is None or partner.is_there or isinstance(event, LegRinging):
        return
    if not partner.confirm:
        _connect(turn, call, partner)
        return
    partner.asked = PlaybackId(f"{partner.leg}-p1")
    turn.order(
        Play(
            node=call.node,
            call=call.id,
            leg=partner.leg,
            playback=partner.asked,
            prompts=partner.confirm,
            language=call.run.language,
        )
    )
    turn.wake(CONFIRMS_WITHIN, PartnerDue(leg=partner.leg, asked=True))


def presses(turn: Turn, call: Call, event: DigitPressed) -> None:
    """1 takes the call."""
    partner = call.partner
    if partner is None or partner.asked is None or event.digit != YES:
        return
    turn.order(StopPlay(node=call.node, call=call.id, leg=partner.leg, playback=partner.asked))
    partner.asked = None
    _connect(turn, call, partner)


def _connect(turn: Turn, call: Call, partner: Partner) -> None:
    hush(turn, call)
    call.bridges_made += 1
    bridge = BridgeId(f"{call.id}-e{turn.floor.epoch}-b{call.bridges_made}")
    partner.bridge, partner.since = bridge, turn.at
    if call.place is not None:
        _leave_queue(turn, call, call.place)
    turn.order(
        OpenBridge(node=call.node, call=call.id, bridge=bridge),
        StopMusic(node=call.node, call=call.id, leg=call.leg),
        Bridge(node=call.node, call=call.id, bridge=bridge, legs=(call.leg, partner.leg)),
    )
    to_voice = turn.at - call.arrived_at
    turn.note(PartnerAnswered(contact=partner.contact, to_voice=to_voice), call.id)


def _leave_queue(turn: Turn, call: Call, place: Place) -> None:
    """Somebody outside was there before any agent (V1)."""
    call.place = None
    why, waited = "partner", turn.at - place.since
    turn.note(TimedOut(queue=place.queue, waited=waited, why=why), call.id)
    turn.move(OffersWithdrawn(call))
    turn.affects(call)


def is_withdrawn(turn: Turn, move: OffersWithdrawn) -> None:
    """An agent was there first, or the caller has left the queue for which it rang outside."""
    partner = move.call.partner
    if partner is not None and partner.bridge is None:
        caller_goes(turn, move.call)


def is_due(turn: Turn, due: PartnerDue) -> None:
    """Nobody is there: the flow goes on."""
    call = turn.floor.call_of_partner(due.leg)
    partner = call.partner if call is not None else None
    if call is None or partner is None or partner.bridge is not None:
        return
    if due.asked or not partner.is_there:
        turn.order(Hangup(node=call.node, call=call.id, leg=partner.leg))
        why = "unconfirmed" if due.asked else "rang_out"
        turn.move(PartnerGone(call=call, leg=partner.leg, why=why))


def goes(turn: Turn, move: PartnerGone) -> None:
    """They hung up, or never came: the caller's flow goes on. A line that breaks is no end of a
    conversation: the caller is kept, as after an agent's (P3)."""
    call, partner = move.call, move.call.partner
    turn.floor.partner_legs.pop(move.leg, None)
    if partner is None or partner.leg != move.leg:
        return
    call.partner = None
    if partner.bridge is not None:
        # Refused, it may be there all the same: made for the two, who were not put into it.
        turn.order(
            RemoveBridge(node=call.node, call=call.id, bridge=partner.bridge, legs=(call.leg,))
        )
    if partner.bridge is None or move.why == REFUSED:
        turn.note(PartnerMissed(contact=partner.contact, why=move.why), call.id)
        _keep(turn, call)
        return
    if move.why == LegEnding.HUNG_UP:
        _note_end(turn, call, partner, EndedBy.AGENT)
        turn.move(FlowGiven(call, ConversationOver()))
    else:
        _note_end(turn, call, partner, EndedBy.LOST)
        _keep(turn, call)


def _keep(turn: Turn, call: Call) -> None:
    """The flow goes on as if nobody had been reached; who is in a queue is in it still."""
    wait = call.run.wait
    if call.place is None and isinstance(wait, ForAgent):
        # They had left the queue for whoever was rung outside (V1).
        call.wait += 1
        turn.move(QueueEntered(call=call, wait=wait, again=True))
    elif call.place is None:
        turn.move(FlowGiven(call, PartnerUnreached()))


def caller_goes(turn: Turn, call: Call) -> None:
    """The caller is gone, or given away: the telephone outside is let go."""
    partner, call.partner = call.partner, None
    if partner is None:
        return
    turn.floor.partner_legs.pop(partner.leg, None)
    if partner.bridge is not None:
        turn.order(
            RemoveBridge(node=call.node, call=call.id, bridge=partner.bridge, legs=(partner.leg,))
        )
        _note_end(turn, call, partner, EndedBy.CALLER)
    turn.order(Hangup(node=call.node, call=call.id, leg=partner.leg))


def _note_end(turn: Turn, call: Call, partner: Partner, by: EndedBy) -> None:
    left = PartnerLeft(contact=partner.contact, by=by, talked=turn.at - partner.since)
    turn.note(left, call.id)
