"""Why a caller is still waiting: asked of the floor at any moment, changing nothing."""

from __future__ import annotations

from datetime import datetime, timedelta
from math import exp, sqrt

from router.core.call import Call
from router.core.floor import Floor
from router.core.routing.board import USUAL
from router.core.routing.demand import instant, moment
from router.core.routing.explain import Exclusion, Stands, StillWaiting
from router.core.routing.heads import Look
from router.core.routing.lines import Caller
from router.core.routing.reasons import stands, why_nobody
from router.core.staff import Agent
from router.core.vocabulary import CallId, QueueName

CHANCES = {0.5: 0.0, 0.8: 0.8416, 0.95: 1.6449}
"""How sure, and how many standard deviations above the mean that is (normal distribution)."""
MANY = 300
"""From so many on a sum of gaps is normal for all that anybody can tell."""
WORKING = (None, Exclusion.BUSY, Exclusion.WRAP_UP, Exclusion.COOLING_DOWN, Exclusion.SKIPPED)
"""Who will be free for the caller sooner or later, as things are."""


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
    ahead = _ahead(look, caller)
    return StillWaiting(
        call=name,
        at=at,
        queue=queue.name,
        order_class=queue.order_class,
        queued=at - call.place.since,
        ahead=ahead,
        ringing=tuple(sorted(offer.agent for offer in call.offers.values())),
        why=why_nobody(look, caller, floor.policy.version),
        stands=found,
        widens_at=call.arrived_at + queue.widen[step].after if more else None,
        widens_to=str(queue.widen[step].also) if more else None,
        expected=_expected(floor, caller, ahead, sum(s.excluded in WORKING for s in found)),
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
            rests = [t.down_until for t in agent.telephones if t.reachable and t.down_until]
            return min(rests) if rests else None
        case Exclusion.SKIPPED:
            again = call.place.passed_over.get(agent.id) if call.place is not None else None
            return again if again is not None and again > at else None
        case _:
            return None


def _ahead(look: Look, caller: Caller) -> int:
    """Callers with a better place who could take somebody away from this one."""
    mine, waiting = caller.kind(False), look.waiting
    key = (caller.key, caller.id)
    count = 0
    for other in waiting.callers.values():
        kind = other.kind(False)
        if other is caller or not kind.circle.profiles & mine.circle.profiles:
            continue
        if (kind.rank, (other.key, other.id)) < (mine.rank, key):
            count += 1
    return count


def _expected(
    floor: Floor, caller: Caller, ahead: int, working: int
) -> tuple[tuple[float, timedelta], ...]:
    """Everybody ahead and then this caller take the next agent who is done, and an agent is done
    every `busy_for / working` on average: the sum of so many exponential gaps (Erlang's law)."""
    if not working:
        return ()
    busy_for = floor.board.busy_for.get(QueueName(caller.line.demand.queue), float(USUAL))
    gap = busy_for / working
    return tuple(
        (chance, moment(gap * _erlang(ahead + 1, chance)) - moment(0)) for chance in CHANCES
    )


def _erlang(stages: int, chance: float) -> float:
    """The value that the sum of so many exponential gaps of mean 1 stays below, with this chance;
    by halving, as its distribution is known in closed form (1 - a Poisson sum)."""
    root = sqrt(stages)
    if stages > MANY:
        return stages + CHANCES[chance] * root
    low, high = 0.0, stages + 10 * root + 10
    for _ in range(60):
        middle = (low + high) / 2
        term = total = exp(-middle)
        for k in range(1, stages):
            term *= middle / k
            total += term
        if 1 - total < chance:
            low = middle
        else:
            high = middle
    return high
