"""The invariants of routing.md, checked while the hotline runs: a breach is an alarm, no exception.

The books of the records are held against the floor, and the floor against the exchange, for what
each turn has touched; and now and then one more agent or caller, so that nothing that a stage
forgot to say stays hidden. The order of callers is looked at by `routing/audit.py`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from router.core import attendance
from router.core.call import Place
from router.core.carried import read_call
from router.core.commands import HandToDialplan
from router.core.events import Event, LegsListed
from router.core.floor import Floor
from router.core.journal_lines import kind_of
from router.core.records import (
    Abandoned,
    Adopted,
    AgentLost,
    Answered,
    CallFinished,
    Ended,
    Entry,
    HandedToFallback,
    OfferEnded,
    OfferMade,
    PartnerAnswered,
    Queued,
    TimedOut,
)
from router.core.routing import audit
from router.core.routing.demand import moment
from router.core.routing.exchange import Decided
from router.core.turn import Turn
from router.core.vocabulary import AgentId, CallId, EndedBy, QueueName
from router.core.watch import Watch

TOLD_AT_MOST = 12
"""The last lines of a call's story in an alarm; `hotline explain` has them all."""
KEPT_AT_MOST = 60
SWEPT_EVERY = 4
"""Turns after which one more agent, or one more caller, is looked at whom nothing has touched."""
BY_WISH = ("key", "partner")
"""How a caller in crisis may leave the queue without an agent."""


def inspect(turn: Turn, event: Event) -> None:
    """At the end of a turn: the cost grows with what it has changed."""
    floor, watch = turn.floor, turn.floor.watch
    if isinstance(event, LegsListed):
        _look_at_listed(turn, event)
    if not turn.entries:
        return
    touched: dict[CallId, None] = {}
    stories, calls, places = watch.stories, floor.calls, watch.places
    for entry in tuple(turn.entries):
        if (call := entry.call) is None:
            continue
        touched[call] = None
        if (story := stories.get(call)) is None:
            story = stories[call] = []
        story.append(entry)
        if len(story) > KEPT_AT_MOST:
            del story[1]
        booked = _BOOKS.get(type(entry.record))
        if booked is not None:
            booked(turn, watch, call, entry.record)
    for call in touched:
        known = calls.get(call)
        if known is not None and (known.place is not None) != (call in places):
            _differ(turn, call, known.place)
    if not floor.board.everything:
        watch.turns += 1
        if not watch.turns % SWEPT_EVERY:
            _sweep(turn)
    for call in touched:
        if call not in calls:
            _close(watch, call)


def inspect_look(turn: Turn, decided: Decided) -> None:
    """Invariants 3 to 5, of whom the look was told and what it decided."""
    board = turn.floor.board
    exchange, (agents, calls) = board.exchange, board.told
    if not decided.pairings and not (exchange.staff.idle and exchange.waiting.mask):
        return
    look = exchange.look(board.looked_at)
    found: list[audit.Breach | None] = list(audit.unserved(look, calls, agents))
    paired: set[CallId] = set()
    for pairing in decided.pairings:
        name = pairing[0].id
        call = turn.floor.calls.get(name)
        extra = name in paired or (call is not None and bool(call.offers))
        paired.add(name)
        found.append(audit.out_of_order(exchange, look, pairing, extra=extra))
    for each in found:
        if each is not None:
            breach(turn, each.invariant, each.call, each.text)


def breach(turn: Turn, number: int, call: CallId | None, text: str) -> None:
    """Invariant `number` does not hold: everybody is told anew, and an alarm has the story."""
    floor = turn.floor
    floor.board.everything = True
    turn.look_again(turn.at)
    turn.ignore(f"invariant_{number}_broken")
    story = _story(floor, call)
    whose = f" {call}: {story}." if call is not None else ""
    turn.raise_alarm(
        f"invariant:{number}", f"{text}{whose} `hotline explain` has it in full: report it."
    )


def _story(floor: Floor, call: CallId | None) -> str:
    entries = floor.watch.stories.get(call, []) if call is not None else []
    if not entries:
        return "no line of it is in this life"
    began = entries[0].at
    return ", ".join(
        _line(each, (each.at - began).total_seconds()) for each in entries[-TOLD_AT_MOST:]
    )


def _line(entry: Entry, after: float) -> str:
    what = kind_of(type(entry.record))
    whom = getattr(entry.record, "agent", None) or getattr(entry.record, "queue", None)
    return f"+{after:.1f} s {what}" + (f" {whom}" if whom else "")


# -- invariants 1 and 2: the books ------------------------------------------------------------


def _takes_place(turn: Turn, watch: Watch, call: CallId, record: Any) -> None:
    watch.places[call] = record.queue
    watch.denied.discard(call)


def _is_adopted(turn: Turn, watch: Watch, call: CallId, record: Any) -> None:
    if record.agent is not None:
        watch.talks[record.agent] = call
    elif record.queue is not None:
        watch.places[call] = record.queue


def _is_offered(turn: Turn, watch: Watch, call: CallId, record: Any) -> None:
    agent = record.agent
    if agent in watch.offers or agent in watch.talks:
        breach(turn, 2, call, f"{agent} is rung, and has another call already.")
    watch.offers[agent] = record.offer


def _offer_ends(turn: Turn, watch: Watch, call: CallId, record: Any) -> None:
    if watch.offers.get(record.agent) == record.offer:
        del watch.offers[record.agent]


def _is_answered(turn: Turn, watch: Watch, call: CallId, record: Any) -> None:
    watch.places.pop(call, None)
    other = watch.talks.get(record.agent)
    if other is not None and other != call:
        breach(turn, 2, call, f"{record.agent} talks in two calls, also in {other}.")
    watch.talks[record.agent] = call


def _talk_ends(turn: Turn, watch: Watch, call: CallId, record: Any) -> None:
    watch.talks.pop(record.agent, None)


def _leaves_place(turn: Turn, watch: Watch, call: CallId, record: Any) -> None:
    watch.places.pop(call, None)


def _times_out(turn: Turn, watch: Watch, call: CallId, record: Any) -> None:
    watch.places.pop(call, None)
    if record.why not in BY_WISH and _is_first(turn.floor, record.queue):
        watch.denied.add(call)


def _has_partner(turn: Turn, watch: Watch, call: CallId, record: Any) -> None:
    watch.denied.discard(call)


def _finishes(turn: Turn, watch: Watch, call: CallId, record: Any) -> None:
    """Invariant 1: by own hang-up, a bridge, or a recorded overflow; crisis never by the system."""
    if watch.places.pop(call, None) is not None:
        breach(turn, 1, call, "A caller left a queue, and no line says how.")
    elif record.by is EndedBy.SYSTEM and call in watch.denied:
        breach(turn, 1, call, "The system hung up on a caller of the first class.")


_BOOKS: Mapping[type, Callable[[Turn, Watch, CallId, Any], None]] = {
    Queued: _takes_place,
    Adopted: _is_adopted,
    OfferMade: _is_offered,
    OfferEnded: _offer_ends,
    Answered: _is_answered,
    Ended: _talk_ends,
    AgentLost: _talk_ends,
    Abandoned: _leaves_place,
    HandedToFallback: _leaves_place,
    TimedOut: _times_out,
    PartnerAnswered: _has_partner,
    CallFinished: _finishes,
}
"""What each record says; all others say nothing of places, offers and conversations."""


def _is_first(floor: Floor, queue: QueueName) -> bool:
    queues = floor.policy.queues
    known = queues.get(queue)
    return known is not None and known.order_class == max(q.order_class for q in queues.values())


def _differ(turn: Turn, call: CallId, place: Place | None) -> None:
    """The floor and the books have the same callers waiting, but for this one."""
    places = turn.floor.watch.places
    where = "on the floor only" if place is not None else "in the books only"
    breach(turn, 1, call, f"A caller waits {where}.")
    if place is not None:
        places[call] = place.queue
    else:
        places.pop(call, None)


def _close(watch: Watch, call: CallId) -> None:
    watch.stories.pop(call, None)
    watch.places.pop(call, None)
    watch.denied.discard(call)


# -- invariant 3: nobody is forgotten ---------------------------------------------------------


def _sweep(turn: Turn) -> None:
    """Whoever is idle on the floor, or waits there, is so for the exchange."""
    floor, watch = turn.floor, turn.floor.watch
    if watch.turns % (2 * SWEPT_EVERY):
        name = next(watch.agents, None)
        if name is None:
            watch.agents = iter(tuple(floor.agents))
        elif name in floor.agents:
            _look_at_agent(turn, name)
    else:
        waiting = next(watch.calls, None)
        if waiting is None:
            watch.calls = iter(tuple(watch.places))
        else:
            _look_at_caller(turn, waiting)


def _look_at_agent(turn: Turn, name: AgentId) -> None:
    floor, board = turn.floor, turn.floor.board
    agent, member = floor.agents[name], board.exchange.staff.members.get(name)
    if member is None:
        forgotten = attendance.works(board, agent)
    else:
        idle = attendance.is_idle(agent, moment(board.looked_at))
        forgotten = idle != (member.excluded is None)
    if forgotten and name not in board.agents:
        breach(turn, 3, agent.call, f"{agent.id} is idle, or not, and routing was not told.")


def _look_at_caller(turn: Turn, call: CallId) -> None:
    floor = turn.floor
    known = floor.calls.get(call)
    if known is None or known.place is None or known.ended_by is not None:
        return
    if call not in floor.board.exchange.waiting.callers:
        breach(turn, 3, call, "A caller waits, and routing was not told.")


# -- invariant 6: a restart -------------------------------------------------------------------


def _look_at_listed(turn: Turn, event: LegsListed) -> None:
    """Every caller in the application is known, and those who wait stand in the same order."""
    floor = turn.floor
    given = {c.leg for c in turn.commands if isinstance(c, HandToDialplan)}
    before, now = [], []
    for leg in event.legs:
        if leg.role != "caller" or not leg.in_application or leg.leg in given:
            continue
        call = floor.call_of_caller(leg.leg)
        if call is None:
            if leg.leg not in floor.departed:
                breach(turn, 6, None, f"The caller on {leg.leg} was there and is not known.")
            continue
        carried = read_call(leg.carried)
        place = carried.kept.place if carried is not None else None
        if place is not None and call.place is not None:
            before.append((place.since, call.id))
            now.append((call.place.since, call.id))
    order = [name for _, name in sorted(now)]
    if [name for _, name in sorted(before)] != order:
        breach(turn, 6, order[0], "Callers changed places when the engine was started again.")
