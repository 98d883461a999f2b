"""A caller reaches us: the line they dialled decides what they hear."""

from __future__ import annotations

from datetime import timedelta

from router.core.call import Call
from router.core.commands import Admit
from router.core.events import CallArrived
from router.core.ivr.run import begin
from router.core.records import CallStarted
from router.core.turn import FlowRan, Turn
from router.core.vocabulary import SYNTHETIC, CallId

ADMITTED_WITHIN = timedelta(seconds=4)
"""The dialplan waits no longer for an engine: who comes later was in the fallback meanwhile."""


def caller_arrives(turn: Turn, event: CallArrived) -> None:
    """Begin the flow of the line; an unknown number gets the default line, recorded."""
    floor = turn.floor
    before = floor.departed.get(event.leg)
    if event.leg in floor.callers or (before is not None and before.ended_by is not None):
        turn.ignore("call_arrived_twice")
        return
    policy = floor.policy
    line, known = policy.book.line_for(event.number_dialled)
    result = begin(
        policy.book,
        line,
        turn.at,
        anonymous=event.caller is None,
        require=((SYNTHETIC, 1),) if event.synthetic else (),
    )
    call = Call(
        id=CallId(f"{event.node}-{event.leg}"),
        node=event.node,
        leg=event.leg,
        arrived_at=min(event.arrived_at, turn.at),
        seen_late=turn.at - event.arrived_at > ADMITTED_WITHIN,
        caller=event.caller,
        policy=policy,
        # What the flow noted on the way in has still to be written down.
        run=result.run.but(tags=()) if result.run.tags else result.run,
    )
    if before is not None:
        call.count_on(before)
    floor.calls[call.id] = call
    floor.callers[call.leg] = call.id
    turn.note(
        CallStarted(
            node=call.node,
            flow=line.flow,
            known_line=known,
            arrived_at=call.arrived_at,
            language=result.run.language,
            policy=policy.version,
            synthetic=event.synthetic,
        ),
        call.id,
    )
    if not event.synthetic:  # the dialplan ends a test call that its caller has forgotten
        turn.order(Admit(node=call.node, call=call.id, leg=call.leg))
    turn.move(FlowRan(call, result))
