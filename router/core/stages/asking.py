"""Another system is asked for a caller, who hears something until it answers."""

from __future__ import annotations

from datetime import timedelta

from router.core.commands import LookUp
from router.core.deadlines import LookupOverdue
from router.core.events import LookupEnded
from router.core.ivr.waits import ForLookup, LookupOver
from router.core.records import LookedUp
from router.core.speech import music
from router.core.turn import FlowGiven, LookupWanted, Turn
from router.core.vocabulary import LookupId

LATE = timedelta(seconds=5)
"""Beyond the time of all tries, should the shell never tell."""


def ask(turn: Turn, move: LookupWanted) -> None:
    """Music at once, unless a prompt is heard: nobody waits in silence."""
    call, wait = move.call, move.wait
    call.playbacks_made += 1
    call.lookup = LookupId(f"{call.id}-e{turn.floor.epoch}-q{call.playbacks_made}")
    call.asked_at = turn.at
    if call.playing is None:
        music(turn, call)
    turn.order(LookUp(node=call.node, call=call.id, lookup=call.lookup, request=wait))
    turn.wake(wait.timeout * (wait.retries + 1) + LATE, LookupOverdue(lookup=call.lookup))


def ends(turn: Turn, event: LookupEnded) -> None:
    """The flow goes on, with the answer or without."""
    call = next((c for c in turn.floor.calls.values() if c.lookup == event.lookup), None)
    if call is None:
        turn.ignore("LookupEnded")
        return
    call.lookup = None
    wait = call.run.wait
    if isinstance(wait, ForLookup):
        took = turn.at - (call.asked_at or turn.at)
        turn.note(LookedUp(step=call.run.step, why=event.why, took=took), call.id)
        turn.move(FlowGiven(call, LookupOver(values=event.values)))


def is_overdue(turn: Turn, due: LookupOverdue) -> None:
    """The shell never told."""
    if any(call.lookup == due.lookup for call in turn.floor.calls.values()):
        ends(turn, LookupEnded(at=turn.at, lookup=due.lookup, values=None, why="never told"))
