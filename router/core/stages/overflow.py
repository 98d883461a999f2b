"""When waiting is not enough any more, something else is done about it (V1).

Each overflow of a queue comes about once for a place, when all of its conditions hold. The caller
keeps their place, unless they go on at another step; whoever is served first never does.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from router.core.call import Call, Place
from router.core.deadlines import OverflowDue
from router.core.expectation import expected
from router.core.ivr.waits import ForPartner, QueueOverflowed
from router.core.records import Overflowed, Widened
from router.core.routing.overflow import Outside, Overflow
from router.core.routing.queue import Queue
from router.core.turn import FlowGiven, PartnerWanted, Turn

LOOKED_AT_EVERY = timedelta(seconds=5)
"""What hangs on others than the caller is looked at so often."""


def begins(turn: Turn, call: Call) -> None:
    """A caller waits; some things may have to be done at once. Nobody outside is troubled for a
    test call."""
    if call.place is not None and not call.run.is_synthetic:
        _look(turn, call, call.place)


def is_due(turn: Turn, due: OverflowDue) -> None:
    """Unless the place is left, or looked at at another instant."""
    call = turn.floor.calls.get(due.call)
    if call is not None and call.place is not None and call.overflow_at == due.at:
        _look(turn, call, call.place)


def policy_is_published(turn: Turn) -> None:
    """What is written of overflows now counts for who waits already (W3)."""
    for call in turn.floor.waiting():
        begins(turn, call)


def _look(turn: Turn, call: Call, place: Place) -> None:
    queue = turn.floor.policy.queues[place.queue]
    since = call.waits_since
    open_ = [n for n in range(len(queue.overflow)) if n not in place.overflowed]
    for number in open_:
        overflow = queue.overflow[number]
        if call.ladder is None and _holds(turn, call, place, overflow, turn.at - since):
            place.overflowed = (*place.overflowed, number)
            _act(turn, call, place, queue, overflow)
            if overflow.step is not None:
                return
    left = [queue.overflow[n] for n in open_ if n not in place.overflowed]
    if left:
        due = min(_next(turn, each, since) for each in left)
        call.overflow_at = due
        turn.wake(due - turn.at, OverflowDue(call.id, due))


def _next(turn: Turn, overflow: Overflow, since: datetime) -> datetime:
    due = since + overflow.wait
    return due if due > turn.at else turn.at + LOOKED_AT_EVERY


def _holds(turn: Turn, call: Call, place: Place, overflow: Overflow, waited: timedelta) -> bool:
    """The cheap conditions first. A caller who is back from a lost agent waits anew."""
    if waited < overflow.wait:
        return False
    if overflow.length is not None:
        others = (c.place for c in turn.floor.waiting() if c.place is not None)
        if sum(each.queue == place.queue for each in others) < overflow.length:
            return False
    if overflow.nobody_staffed and _anybody(turn, place):
        return False
    if overflow.expected is not None:
        caller = turn.floor.board.exchange.waiting.callers.get(call.id)
        told = dict(expected(turn.floor, caller)) if caller is not None else None
        return told is not None and (not told or told[0.5] > overflow.expected)
    return True


def _anybody(turn: Turn, place: Place) -> bool:
    """Who is logged in and could ever take the caller, however far it widens."""
    circles = turn.floor.policy.queues[place.queue].insisting_on(place.require).circles
    staffed = turn.floor.staffed()
    return any(each.fits(a.skills) for a in staffed for each in circles)


def _act(turn: Turn, call: Call, place: Place, queue: Queue, overflow: Overflow) -> None:
    waited = turn.at - call.arrived_at

    def note(action: str, into: str) -> None:
        turn.note(
            Overflowed(
                queue=queue.name, action=action, into=into, because=str(overflow), waited=waited
            ),
            call.id,
        )

    if overflow.alarm:
        note("alarm", "")
        turn.raise_alarm(
            f"overflow:{queue.name}",
            f"A caller in {queue.name} has waited {waited.seconds} s ({overflow}): send somebody,"
            f" or see `hotline why {call.id}`.",
        )
    if overflow.widen and place.widening < len(queue.widen):
        note("widen", str(queue.widen[place.widening].also))
        _widen(turn, call, place, queue)
    if overflow.on_call:
        note("on_call", " or ".join(str(each) for each in overflow.on_call))
        _stand_anew(turn, call)
    if overflow.outside is not None and call.partner is None:
        note("partner", overflow.outside.contact)
        _ring_outside(turn, call, overflow.outside)
    if overflow.step is not None:
        note("step", overflow.step)
        turn.move(FlowGiven(call, QueueOverflowed(to=overflow.step)))


def _widen(turn: Turn, call: Call, place: Place, queue: Queue) -> None:
    place.widening += 1
    also = str(queue.widen[place.widening - 1].also)
    turn.note(Widened(queue=queue.name, step=place.widening, also=also, skipped=False), call.id)
    _stand_anew(turn, call)


def _stand_anew(turn: Turn, call: Call) -> None:
    """In the same place, among those who ask for the same: dispatch tells the exchange."""
    turn.floor.board.places.pop(call.id, None)
    turn.affects(call)


def _ring_outside(turn: Turn, call: Call, outside: Outside) -> None:
    number = turn.floor.policy.book.contacts.get(outside.contact)
    if number is not None:
        wait = ForPartner(
            contact=outside.contact,
            number=number,
            ring_for=outside.ring_for,
            confirm=outside.confirm,
        )
        turn.move(PartnerWanted(call=call, wait=wait))
