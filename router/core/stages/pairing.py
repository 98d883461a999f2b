"""Whom a caller knows, and whom they must not get: on entering a queue, and when it is told."""

from __future__ import annotations

from router.core.call import Call, Place
from router.core.events import PairsTold
from router.core.shift_records import PairsRead
from router.core.turn import OfferOver, Turn
from router.core.vocabulary import OfferOutcome


def pairs_are_told(turn: Turn, event: PairsTold) -> None:
    """The database has answered, now or again: callers who wait are looked at anew.

    Nobody waits for it; until it comes, this life of the engine knows whom it connected itself.
    """
    pairs = turn.floor.pairs
    pairs.learn(event.known)
    pairs.apart = event.apart
    turn.note(PairsRead(known=len(pairs.known), apart=sum(map(len, pairs.apart.values()))))
    for call in turn.floor.waiting():
        if call.place is not None:
            _acquaint(turn, call, call.place)
            for offer in call.offers.values():
                if offer.agent in call.place.never:
                    turn.move(OfferOver(offer=offer, outcome=OfferOutcome.WITHDRAWN))


def enters_queue(turn: Turn, call: Call) -> None:
    """Asked of memory alone."""
    if call.place is not None:
        _acquaint(turn, call, call.place)


def _acquaint(turn: Turn, call: Call, place: Place) -> None:
    pairs, sticky = turn.floor.pairs, turn.floor.policy.rules.sticky
    knows = pairs.whom(call.caller, place.queue, sticky, turn.at)
    never = pairs.never(call.caller)
    if (knows, never) != (place.knows, place.never):
        place.knows, place.never = knows, never
        turn.affects(call)
