"""What an earlier life of the engine left in Asterisk besides callers: offers, legs and bridges."""

from __future__ import annotations

from datetime import timedelta

from router.core.call import AgentLeg, Call, Offer
from router.core.carried import CarriedOffer, read_offer
from router.core.commands import HandToDialplan, Hangup, RemoveBridge, StopPlay
from router.core.deadlines import LegOverdue, RingingDue
from router.core.events import LegAnswered, LegRinging, LegsListed, ListedLeg
from router.core.house_records import NodeConnected
from router.core.records import Adopted, HandedToFallback, OfferEnded
from router.core.routing.queue import RING_FOR
from router.core.speech import LEG_GONE_WITHIN
from router.core.staff import Agent, Telephone
from router.core.turn import Turn
from router.core.vocabulary import AgentId, CallId, OfferId, OfferOutcome

Said = LegAnswered | LegRinging


def legs_are_settled(turn: Turn, event: LegsListed) -> list[Said]:
    """After the callers: returns what telephones that go on ringing have said meanwhile."""
    floor = turn.floor
    said: list[Said] = []
    handed = kept = 0
    bridged = {leg for bridge in event.bridges for leg in bridge.legs}
    for leg in event.legs:
        if (
            leg.leg in floor.callers
            or leg.leg in floor.agent_legs
            or leg.leg in floor.code_legs
            or leg.leg in floor.partner_legs
        ):
            kept += 1
        elif leg.role == "agent":
            said.extend(_offer(turn, event, leg, was_bridged=leg.leg in bridged))
        elif leg.role in ("code", "partner"):
            turn.order(Hangup(node=event.node, call=None, leg=leg.leg))
        elif not leg.role and leg.in_application:
            _hand_over(turn, event, leg)
            handed += 1
    _remove_idle_bridges(turn, event)
    adopted = sum(isinstance(entry.record, Adopted) for entry in turn.entries)
    turn.note(
        NodeConnected(
            node=event.node,
            legs=len(event.legs),
            handed=handed,
            kept=kept - adopted,
            adopted=adopted,
            restarted=event.restarted,
        )
    )
    turn.match_due = True
    return said


def telephone_is_late(turn: Turn, event: Said) -> None:
    """Nobody waits for it. Asterisk carried out an order that was given up: it must not ring beside
    the next call of its agent."""
    floor, leg = turn.floor, event.leg
    turn.ignore(type(event).__name__)
    theirs = (each for each in floor.nodes if leg.startswith(f"{each}-"))
    node = max(theirs, key=len, default=None)  # of n1 and n1-b
    if node is not None and leg not in floor.agent_legs:
        turn.order(Hangup(node=node, call=None, leg=leg, answered_elsewhere=True))


def _offer(turn: Turn, event: LegsListed, leg: ListedLeg, *, was_bridged: bool) -> list[Said]:
    """An offer whose caller still waits goes on; any other telephone is let go."""
    floor = turn.floor
    call, agent = floor.calls.get(CallId(leg.call)), floor.agents.get(AgentId(leg.agent))
    carried = read_offer(leg.carried)
    if call is not None and call.place is not None and agent is not None and carried is not None:
        telephone = agent.telephone_of(carried.device)
        works = agent.logged_in or agent.profile.on_call
        free = agent.leg is None and works and agent.paused is None
        known = carried.queue in floor.policy.queues
        if telephone is not None and free and known and leg.offer and not was_bridged:
            return _ring_on(turn, call, agent, telephone, leg, carried)
    _let_go(turn, event, leg, carried, was_bridged=was_bridged)
    return []


def _ring_on(
    turn: Turn,
    call: Call,
    agent: Agent,
    telephone: Telephone,
    leg: ListedLeg,
    carried: CarriedOffer,
) -> list[Said]:
    floor = turn.floor
    queue = floor.policy.queues[carried.queue]
    offer = Offer(
        id=OfferId(leg.offer),
        node=call.node,
        call=call.id,
        agent=agent.id,
        leg=leg.leg,
        device=telephone.device,
        queue=carried.queue,
        made_at=min(leg.created_at, turn.at),
        ring_for=queue.ring_for.get(telephone.device.kind, RING_FOR[telephone.device.kind]),
        again=call.ladder is not None and call.ladder.agent == agent.id,
        carried=leg.carried,
    )
    call.offers[offer.id] = floor.offers[offer.id] = offer
    agent.offer = offer.id
    floor.add_agent_leg(
        AgentLeg(
            id=leg.leg,
            node=call.node,
            call=call.id,
            agent=agent.id,
            offer=offer.id,
            device=telephone.device,
        ),
        since=offer.made_at,
    )
    if carried.whisper is not None:
        turn.order(StopPlay(node=call.node, call=call.id, leg=leg.leg, playback=carried.whisper))
    turn.wake(queue.rings_within, RingingDue(offer.id))
    if leg.up and leg.in_application:
        return [LegAnswered(at=turn.at, leg=leg.leg)]
    return [LegRinging(at=turn.at, leg=leg.leg)] if leg.ringing else []


def _let_go(
    turn: Turn,
    event: LegsListed,
    leg: ListedLeg,
    carried: CarriedOffer | None,
    *,
    was_bridged: bool,
) -> None:
    """The caller is gone. Who talked has their wrap-up, and nobody is free before the leg ends."""
    floor, call, agent = turn.floor, CallId(leg.call), AgentId(leg.agent)
    queue = carried.queue if carried is not None else floor.policy.first_resort
    floor.add_agent_leg(
        AgentLeg(
            id=leg.leg,
            node=event.node,
            call=call,
            agent=agent,
            closing=True,
            talked_on=queue if was_bridged else None,
        ),
        since=turn.at,
    )
    turn.order(Hangup(node=event.node, call=call, leg=leg.leg, answered_elsewhere=not was_bridged))
    turn.wake(LEG_GONE_WITHIN, LegOverdue(leg.leg))
    if leg.offer and not was_bridged:
        turn.note(
            OfferEnded(
                offer=OfferId(leg.offer),
                agent=agent,
                outcome=OfferOutcome.WITHDRAWN,
                after=max(turn.at - leg.created_at, timedelta(0)),
                cause=0,
            ),
            call,
        )


def _hand_over(turn: Turn, event: LegsListed, leg: ListedLeg) -> None:
    """Not a caller, an agent or a code of ours: the dialplan knows better."""
    call = CallId(f"{event.node}-{leg.leg}")
    turn.order(HandToDialplan(node=event.node, call=call, leg=leg.leg))
    turn.note(HandedToFallback(queue=None, reason="not a call of ours"), call)


def _remove_idle_bridges(turn: Turn, event: LegsListed) -> None:
    """Nobody talks in them: they are empty, or hold a telephone that is let go, or a caller whom
    the guard took away as they were listed."""
    with_us = {leg.leg for leg in event.legs if leg.in_application}
    calls = turn.floor.calls.values()
    ours = {side.bridge for call in calls for side in (call.talk, call.partner) if side is not None}
    ours |= {order.bridge for order in turn.commands if isinstance(order, RemoveBridge)}
    for bridge in event.bridges:
        if len(with_us.intersection(bridge.legs)) < 2 and bridge.bridge not in ours:
            turn.order(
                RemoveBridge(
                    node=event.node, call=None, bridge=bridge.bridge, legs=tuple(bridge.legs)
                )
            )
