"""Why a caller is still waiting: asked of the floor at any moment, changing nothing."""

from __future__ import annotations

from datetime import datetime

from router.core.call import Call
from router.core.expectation import ahead_of, expected
from router.core.floor import Floor
from router.core.routing.demand import instant
from router.core.routing.explain import Exclusion, Stands, StillWaiting
from router.core.routing.heads import Look
from router.core.routing.lines import Caller
from router.core.routing.reasons import stands, why_nobody
from router.core.staff import Agent
from router.core.vocabulary import CallId


def still_waiting(floor: Floor, name: CallId, at: datetime) -> StillWaiting | None:
    """None: the call waits for nobody, or is not known."""
    call, exchange = floor.calls.get(name), floor.board.exchange
    caller = exchange.waiting.callers.get(name)
    if call is None or call.place is None or caller is None:
        return None
    look = exchange.look(instant(at))
    queue, step = floor.policy.queues[call.place.queue], caller.step
    more = step < len(queue.widen)
    found = tuple(_stands(floor, look, call, caller, at))
    return StillWaiting(
        call=name,
        at=at,
        queue=queue.name,
        order_class=queue.order_class,
        queued=at - call.place.since,
        ahead=ahead_of(floor, caller),
        ringing=tuple(sorted(offer.agent for offer in call.offers.values())),
        why=why_nobody(look, caller, floor.policy.version),
        stands=found,
        widens_at=call.arrived_at + queue.widen[step].after if more else None,
        widens_to=str(queue.widen[step].also) if more else None,
        expected=expected(floor, caller),
    )


def all_waiting(floor: Floor, at: datetime) -> tuple[StillWaiting, ...]:
    """Everybody who waits, in the order in which they came to their queue."""
    calls = sorted(
        (c for c in floor.waiting() if c.place is not None),
        key=lambda c: (c.place.since if c.place is not None else c.arrived_at, c.id),
    )
    found = (still_waiting(floor, call.id, at) for call in calls)
    return tuple(each for each in found if each is not None)


def _stands(floor: Floor, look: Look, call: Call, caller: Caller, at: datetime) -> list[Stands]:
    opened = look.opened(caller.kind(False))
    found = []
    for name, member in sorted(look.staff.members.items()):
        excluded = stands(look, caller, opened, member)
        agent = floor.agents.get(name)
        until = _until(call, agent, excluded, at) if agent is not None else None
        found.append(Stands(agent=name, excluded=excluded, until=until))
    return found


def _until(call: Call, agent: Agent, excluded: Exclusion | None, at: datetime) -> datetime | None:
    match excluded:
        case Exclusion.WRAP_UP:
            return agent.wrap_up.until if agent.wrap_up is not None else None
        case Exclusion.COOLING_DOWN:
            return agent.cools_until
        case Exclusion.UNREACHABLE:
            return min((u for t in agent.telephones for u in t.rests_until(at)), default=None)
        case Exclusion.SKIPPED:
            again = call.place.passed_over.get(agent.id) if call.place is not None else None
            return again if again is not None and again > at else None
        case _:
            return None
