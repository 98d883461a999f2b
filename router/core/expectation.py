"""How long a caller has yet to wait, as a distribution: from recent handling times and the line.

Everybody ahead and then this caller take the next agent who is done, and an agent is done every
`busy / working` on average. `busy` is how long calls of the queue have lately kept an agent, from
ringing to the end of the wrap-up (a running average of some fifty calls; 5 min before the first);
`working` is how many on shift may take the call and neither have a break nor are out of reach. The
wait is the sum of so many exponential gaps (Erlang's law): who is nearly done is not known.
"""

from __future__ import annotations

from datetime import timedelta
from math import exp, sqrt

from router.core.floor import Floor
from router.core.routing.board import USUAL
from router.core.routing.demand import moment
from router.core.routing.explain import Exclusion
from router.core.routing.lines import Caller
from router.core.vocabulary import QueueName

CHANCES = {0.5: 0.0, 0.9: 1.2816}
"""How sure, and how many standard deviations above the mean that is (normal distribution)."""
MANY = 300
"""From so many on a sum of gaps is normal for all that anybody can tell."""
AWAY = (Exclusion.PAUSED, Exclusion.UNREACHABLE)
"""Who will not be free for anybody, as things are."""


def ahead_of(floor: Floor, caller: Caller) -> int:
    """Callers with a better place who could take somebody away from this one."""
    mine, waiting = caller.kind(False), floor.board.exchange.waiting
    key = (caller.key, caller.id)
    count = 0
    for other in waiting.callers.values():
        kind = other.kind(False)
        if other is caller or not kind.circle.profiles & mine.circle.profiles:
            continue
        if (kind.rank, (other.key, other.id)) < (mine.rank, key):
            count += 1
    return count


def working_for(floor: Floor, caller: Caller) -> int:
    """Who on shift may take the caller and will be free sooner or later."""
    profiles = caller.kind(False).circle.profiles
    return sum(
        1
        for member in floor.board.exchange.staff.members.values()
        if member.profile.bit & profiles
        and member.excluded not in AWAY
        and member.id not in caller.never
    )


def expected(floor: Floor, caller: Caller) -> tuple[tuple[float, timedelta], ...]:
    """From now on, with the chance that it is no longer than that; empty: nobody works on it."""
    working = working_for(floor, caller)
    if not working:
        return ()
    busy_for = floor.board.busy_for.get(QueueName(caller.line.demand.queue), float(USUAL))
    gap, stages = busy_for / working, ahead_of(floor, caller) + 1
    return tuple((chance, moment(gap * _erlang(stages, chance)) - moment(0)) for chance in CHANCES)


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
