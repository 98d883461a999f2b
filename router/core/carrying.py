"""After every turn: what has changed of a call is written on its legs, in case the engine dies."""

from __future__ import annotations

from dataclasses import replace

from router.core import carried
from router.core.call import Call, Offer
from router.core.commands import Admit, Dial, Remember
from router.core.records import CommandRefused, Record
from router.core.turn import Turn
from router.core.vocabulary import CallId, LegId


def remember(turn: Turn) -> None:
    """For the calls that the turn was about; an unchanged text is not written again."""
    touched: dict[CallId, None] = {}
    for entry in turn.entries:
        if entry.call is not None and not _is_refused(entry.record):
            touched[entry.call] = None
    for index, command in enumerate(turn.commands):
        if command.call is not None:
            touched[command.call] = None
        if isinstance(command, Dial):
            turn.commands[index] = _with_intent(turn, command)
    for call_id in touched:
        call = turn.floor.calls.get(call_id)
        if call is not None:
            _call(turn, call)
            for offer in call.offers.values():
                _offer(turn, call, offer)


def _is_refused(record: Record) -> bool:
    """What Asterisk did not take is written with the next turn of the call: an engine that may not
    act any more would write it without end."""
    return isinstance(record, CommandRefused) and record.command == Remember.__name__


def unwritten(turn: Turn, leg: LegId, written: str) -> carried.CarriedCall | None:
    """What this life knew last of a caller who comes back, where that never reached their leg: the
    key that they pressed just before the guard moved them counts, and their place from then on."""
    before = turn.floor.departed.get(leg)
    if before is None or before.ended_by is not None or before.carried == written:
        return None
    return carried.read_call(before.carried)


def _with_intent(turn: Turn, command: Dial) -> Dial:
    """The intent rides on the leg before it rings (F1)."""
    offer = turn.floor.offers.get(command.offer)
    if offer is None:
        return command
    offer.carried = carried.of_offer(offer)
    return replace(command, carried=offer.carried)


def _call(turn: Turn, call: Call) -> None:
    if call.ended_by is not None:
        return
    playback = call.playing.id if call.playing is not None else call.last_playback
    call.last_playback = playback
    text = carried.of_call(call, playback, _urgency(turn, call))
    if text == call.carried and not call.written_again:
        return
    is_first, call.carried, call.written_again = not call.carried, text, False
    for index, command in enumerate(turn.commands):
        if is_first and isinstance(command, Admit) and command.leg == call.leg:
            turn.commands[index] = replace(command, carried=text)
            return
    turn.order(Remember(node=call.node, call=call.id, leg=call.leg, carried=text))


def _urgency(turn: Turn, call: Call) -> carried.Urgency:
    asked_for = call.place or call.talk
    queues = turn.floor.policy.queues
    if asked_for is None or asked_for.queue not in queues:
        return carried.Urgency.UNKNOWN
    first = max(queue.order_class for queue in queues.values())
    is_first = queues[asked_for.queue].order_class == first
    return carried.Urgency.FIRST if is_first else carried.Urgency.OTHER


def _offer(turn: Turn, call: Call, offer: Offer) -> None:
    if not offer.picked_up:
        return
    text = carried.of_offer(offer)
    if text != offer.carried:
        offer.carried = text
        turn.order(Remember(node=call.node, call=call.id, leg=offer.leg, carried=text))
