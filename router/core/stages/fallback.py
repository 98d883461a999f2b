"""The dialplan's fallback, seen from a living engine: whom it gives back, and who talks there."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta

from router.core.commands import TakeBack
from router.core.events import FallbackListed, LegsListed
from router.core.floor import Returning
from router.core.turn import OfferOver, Turn
from router.core.vocabulary import CallId, LegId, NodeId, OfferOutcome

BACK_WITHIN = timedelta(seconds=2)
"""app_queue looks once a second whether it shall let a caller go; one who is rung comes later."""


def node_is_seen(turn: Turn, event: LegsListed) -> None:
    """Ask for those of whom the fallback has told already, and ring nobody before they are back:
    whoever is first would get the agent for whom another waits longer, or in crisis."""
    floor, told = turn.floor, turn.floor.fallbacks.get(event.node)
    legs = {
        leg.leg
        for leg in event.legs
        if leg.role == "caller" and not leg.in_application and not _was_given_away(turn, leg.leg)
    }
    if told is not None:
        legs &= set(told)
    floor.returning[event.node] = Returning(
        until=turn.at + BACK_WITHIN, legs=legs, known=told is not None
    )
    _ask_for(turn, event.node, told or ())


def is_listed(turn: Turn, event: FallbackListed) -> None:
    """Callers who wait there are asked for, but for those whom we gave away ourselves.

    An agent whose telephone is engaged there counts as talking, and is not rung; if both were
    quick and rang them, whoever talks there is rung for nobody else. Where all come at once, as
    to a node that was just seen, nobody is rung before they are back.
    """
    floor = turn.floor
    for agent in floor.agents.values():
        was_elsewhere = agent.elsewhere
        offer = floor.offers.get(agent.offer) if agent.offer is not None else None
        if offer is not None and agent.id in event.talking and not offer.picked_up:
            agent.engaged_at.add(event.node)
            turn.move(OfferOver(offer=offer, outcome=OfferOutcome.WITHDRAWN))
        elif agent.id in event.engaged and agent.leg is None:
            agent.engaged_at.add(event.node)
        else:
            agent.engaged_at.discard(event.node)
        if agent.elsewhere != was_elsewhere:
            agent.since = turn.at
            turn.affects(agent)
    floor.fallbacks[event.node] = event.waiting
    if not floor.nodes.get(event.node, False):
        return
    if event.freed:
        legs = {leg for leg in event.waiting if not _was_given_away(turn, leg)}
        until = turn.at + BACK_WITHIN
        floor.returning[event.node] = Returning(until=until, legs=legs, known=True)
    returning = floor.returning.get(event.node)
    if returning is not None and not returning.known:
        returning.known = True
        returning.legs &= set(event.waiting)  # the others talk there
        turn.look_due = True
    _ask_for(turn, event.node, event.waiting)


def _ask_for(turn: Turn, node: NodeId, waiting: Iterable[LegId]) -> None:
    floor = turn.floor
    for leg in waiting:
        if leg not in floor.callers and not _was_given_away(turn, leg):
            turn.order(TakeBack(node=node, call=CallId(f"{node}-{leg}"), leg=leg))


def _was_given_away(turn: Turn, leg: LegId) -> bool:
    before = turn.floor.departed.get(leg)
    return before is not None and before.handed
