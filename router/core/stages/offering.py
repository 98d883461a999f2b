"""An agent's telephone is rung for a caller, and every way in which that can end (F1-F6)."""

from __future__ import annotations

from router.core.call import AgentLeg, Call, Offer
from router.core.commands import Dial, Hangup, Play, StopPlay
from router.core.deadlines import ConfirmationDue, LegOverdue, RingingDue, RingsOut
from router.core.duty import enrol_everywhere
from router.core.events import DigitPressed, LegAnswered, LegRinging, PlaybackEnded
from router.core.house_records import AgentStateChanged
from router.core.records import OfferEnded, OfferMade, OfferPickedUp, OfferRang
from router.core.rest import MISSED_OFFERS, weigh
from router.core.routing.queue import RING_FOR
from router.core.speech import LEG_GONE_WITHIN
from router.core.staff import COOL_DOWN, DOWN_FOR, MISSES_BEFORE_PAUSE, Agent
from router.core.turn import (
    AgentFreed,
    AgentLegOver,
    OfferDue,
    OfferOver,
    OffersWithdrawn,
    OfferTaken,
    RungOver,
    Turn,
)
from router.core.vocabulary import (
    AgentState,
    DeviceKind,
    LegEnding,
    LegId,
    OfferId,
    OfferOutcome,
    PlaybackId,
)

ENDING_MEANS = {
    LegEnding.DECLINED: OfferOutcome.DECLINED,
    LegEnding.NO_ANSWER: OfferOutcome.NO_ANSWER,
    LegEnding.UNREACHABLE: OfferOutcome.UNREACHABLE,
    LegEnding.LOST: OfferOutcome.UNREACHABLE,
    LegEnding.HUNG_UP: OfferOutcome.DECLINED,
}


def make(turn: Turn, move: OfferDue) -> None:
    """Ring the chosen agent. State knows the leg's id before the command leaves (house.md 6)."""
    floor, chosen = turn.floor, move.match
    call, agent = floor.calls[chosen.call], floor.agents[chosen.agent]
    telephone = move.telephone or agent.telephone(turn.at, call.node)
    assert call.place is not None
    assert telephone is not None
    assert agent.leg is None
    queue = floor.policy.queues[call.place.queue]
    kind = telephone.device.kind
    call.legs_made += 1
    call.offers_made += 1
    call.place.offers_made += 1
    life = f"{call.id}-e{floor.epoch}"
    offer = Offer(
        id=OfferId(f"{life}-o{call.offers_made}"),
        node=call.node,
        call=call.id,
        agent=agent.id,
        leg=LegId(f"{life}-a{call.legs_made}"),
        device=telephone.device,
        queue=queue.name,
        made_at=turn.at,
        ring_for=move.ring_for or queue.ring_for.get(kind, RING_FOR[kind]),
        again=move.telephone is not None,
    )
    call.offers[offer.id] = floor.offers[offer.id] = offer
    agent.offer, agent.leg, agent.since = offer.id, offer.leg, turn.at
    floor.agent_legs[offer.leg] = AgentLeg(
        id=offer.leg,
        node=call.node,
        call=call.id,
        agent=agent.id,
        offer=offer.id,
        device=offer.device,
    )
    turn.order(
        Dial(
            node=call.node,
            call=call.id,
            leg=offer.leg,
            offer=offer.id,
            agent=agent.id,
            device=telephone.device,
            epoch=floor.epoch,
            ring_for=offer.ring_for,
            queue=queue.name,
        )
    )
    turn.note(
        OfferMade(
            offer=offer.id,
            agent=agent.id,
            device=kind,
            queue=queue.name,
            why=chosen.why,
        ),
        call.id,
    )
    turn.wake(queue.rings_within, RingingDue(offer.id))


def rings(turn: Turn, offer: Offer, event: LegRinging) -> None:
    """180: from now on it may ring as long as its kind of telephone is given."""
    if offer.rang or offer.picked_up:
        return
    offer.rang = True
    turn.floor.deadlines.forget(offer.id)
    turn.note(OfferRang(offer=offer.id, agent=offer.agent), offer.call)
    turn.wake(offer.ring_for, RingsOut(offer.id))


def is_answered(turn: Turn, offer: Offer, event: LegAnswered) -> None:
    """A desk phone is answered by its person; a public one has yet to prove it (F2)."""
    if offer.picked_up:
        return
    offer.picked_up = True
    turn.floor.deadlines.forget(offer.id)
    if offer.device.kind is DeviceKind.DESK:
        turn.move(OfferTaken(offer))
        return
    turn.note(OfferPickedUp(offer=offer.id, agent=offer.agent), offer.call)
    _whisper(turn, offer)
    turn.wake(turn.floor.policy.queues[offer.queue].confirm_within, ConfirmationDue(offer.id))


def _whisper(turn: Turn, offer: Offer) -> None:
    """Names the queue and asks for key 1; the caller hears nothing of it."""
    floor = turn.floor
    call = floor.calls[offer.call]
    call.playbacks_made += 1
    offer.whisper = PlaybackId(f"{call.id}-e{floor.epoch}-p{call.playbacks_made}")
    floor.playbacks[offer.whisper] = call.id
    turn.order(
        Play(
            node=call.node,
            call=call.id,
            leg=offer.leg,
            playback=offer.whisper,
            prompts=(floor.policy.queues[offer.queue].whisper,),
            language=floor.policy.agent_language,
        )
    )


def whisper_ends(turn: Turn, offer: Offer, event: PlaybackEnded) -> None:
    """Said again until somebody confirms or the time is up; a missing file is not repeated."""
    if offer.whisper == event.playback:
        turn.floor.playbacks.pop(event.playback, None)
        offer.whisper = None
        if event.heard:
            _whisper(turn, offer)


def agent_presses(turn: Turn, offer: Offer, event: DigitPressed) -> None:
    """1 is yes; any other key is a slip."""
    if offer.picked_up and event.digit == "1":
        if offer.whisper is not None:
            call = turn.floor.calls[offer.call]
            turn.floor.playbacks.pop(offer.whisper, None)
            turn.order(
                StopPlay(node=call.node, call=call.id, leg=offer.leg, playback=offer.whisper)
            )
            offer.whisper = None
        turn.move(OfferTaken(offer))


def ringing_is_due(turn: Turn, due: RingingDue) -> None:
    """No 180: the telephone cannot be reached (F3)."""
    offer = turn.floor.offers.get(due.offer)
    if offer is not None and not offer.rang and not offer.picked_up:
        turn.move(OfferOver(offer=offer, outcome=OfferOutcome.UNREACHABLE))


def rings_out(turn: Turn, due: RingsOut) -> None:
    """It rang, and nobody came."""
    offer = turn.floor.offers.get(due.offer)
    if offer is not None and not offer.picked_up:
        turn.move(OfferOver(offer=offer, outcome=OfferOutcome.NO_ANSWER))


def confirmation_is_due(turn: Turn, due: ConfirmationDue) -> None:
    """Whoever picked up did not press 1: an answering machine, as far as a caller is concerned."""
    offer = turn.floor.offers.get(due.offer)
    if offer is not None:
        turn.move(OfferOver(offer=offer, outcome=OfferOutcome.MACHINE))


def leg_ends(turn: Turn, move: AgentLegOver) -> None:
    """The agent's telephone gave up, or said no."""
    leg = move.leg
    offer = turn.floor.offers.get(leg.offer) if leg.offer is not None else None
    if offer is not None:
        outcome = ENDING_MEANS[move.ending]
        if not offer.picked_up and move.ending is LegEnding.HUNG_UP:
            outcome = OfferOutcome.NO_ANSWER
        end(turn, OfferOver(offer=offer, outcome=outcome, cause=move.cause, leg_gone=True))


def withdraw(turn: Turn, move: OffersWithdrawn) -> None:
    """The caller has gone or has somebody: the other telephones stop ringing at once."""
    for offer in list(move.call.offers.values()):
        if move.keep is None or offer.id != move.keep.id:
            end(turn, OfferOver(offer=offer, outcome=OfferOutcome.WITHDRAWN))


def end(turn: Turn, move: OfferOver) -> None:
    """Close the books on one offer; the agent is free when the leg is gone."""
    floor, offer, outcome = turn.floor, move.offer, move.outcome
    if floor.offers.pop(offer.id, None) is None:
        return
    floor.deadlines.forget(offer.id)
    agent = floor.agents[offer.agent]
    agent.offer = None
    if offer.whisper is not None:
        floor.playbacks.pop(offer.whisper, None)
    turn.note(
        OfferEnded(
            offer=offer.id,
            agent=agent.id,
            outcome=outcome,
            after=turn.at - offer.made_at,
            cause=move.cause,
        ),
        offer.call,
    )
    _blame(turn, agent, offer, outcome)
    call = floor.calls.get(offer.call)
    if call is not None:
        call.offers.pop(offer.id, None)
        _pass_over(turn, call, agent, outcome)
        if offer.again:
            turn.move(RungOver(call=call, outcome=outcome))
        turn.affects(call)
    leg = floor.agent_legs[offer.leg]
    if move.leg_gone:
        turn.move(AgentFreed(agent, leg))
    else:
        leg.closing = True
        elsewhere = outcome is OfferOutcome.WITHDRAWN
        turn.order(Hangup(node=leg.node, call=leg.call, leg=leg.id, answered_elsewhere=elsewhere))
        turn.wake(LEG_GONE_WITHIN, LegOverdue(leg.id))
    turn.affects(agent)


def _pass_over(turn: Turn, call: Call, agent: Agent, outcome: OfferOutcome) -> None:
    """Whoever did not take this call is not asked again for it while another is free (F6)."""
    if call.place is None or outcome is OfferOutcome.WITHDRAWN:
        return
    if outcome is OfferOutcome.UNREACHABLE and agent.telephone(turn.at, call.node) is not None:
        return  # their next telephone has not been tried yet
    queue = turn.floor.policy.queues[call.place.queue]
    call.place.passed_over[agent.id] = turn.at + queue.offer_again_after


def _blame(turn: Turn, agent: Agent, offer: Offer, outcome: OfferOutcome) -> None:
    """F5: what an outcome says of the agent, and what it does not."""
    match outcome:
        case OfferOutcome.UNREACHABLE:
            for telephone in agent.telephones:
                if telephone.device == offer.device:
                    telephone.down[offer.node] = turn.at + DOWN_FOR
        case OfferOutcome.NO_ANSWER | OfferOutcome.MACHINE if not offer.again:
            agent.misses += 1
            agent.cools_until = turn.at + COOL_DOWN
            if agent.misses >= MISSES_BEFORE_PAUSE and agent.logged_in:
                _pause_for_misses(turn, agent)
        case _:
            pass


def _pause_for_misses(turn: Turn, agent: Agent) -> None:
    """Never silently, and never the last one (F6)."""
    others = [a for a in turn.floor.staffed() if a is not agent and a.paused is None]
    name = f"missed_offers:{agent.id}"
    if not others:
        turn.raise_alarm(
            name,
            f"{agent.id} missed {agent.misses} calls in a row and is the last one on shift: call"
            " them, or send somebody.",
        )
        return
    agent.paused, agent.since = MISSED_OFFERS, turn.at
    turn.note(AgentStateChanged(agent=agent.id, state=AgentState.PAUSED, reason=MISSED_OFFERS))
    weigh(turn)
    turn.raise_alarm(
        name,
        f"{agent.id} missed {agent.misses} calls in a row and is paused: call them;"
        f" `hotline agents resume {agent.id}` ends the pause.",
    )
    enrol_everywhere(turn, agent)
