"""What is plain to see without a look: who comes while somebody is idle for them, and who is free
while somebody waits for them.

The same as `match` would find, in less than half its time; a model's calls are mostly of this kind.
None means that it is not as plain as that: tell the exchange, then `match`.
"""

from __future__ import annotations

from router.core.routing.deciding import BUSY
from router.core.routing.demand import Instant
from router.core.routing.exchange import Exchange
from router.core.routing.lines import Caller
from router.core.routing.staff import Standing


def agent_for(exchange: Exchange, caller: Caller, at: Instant) -> Standing | None:
    """The agent of a new caller, who need not `enter` then; BUSY from now on."""
    staff, line = exchange.staff, caller.line
    kind = line.kinds[caller.step][caller.tier]
    opened = kind.circle.profiles & staff.idle
    if not opened or kind.live or caller.odd or not line.untimed or not _is_quiet(exchange, at):
        return None
    agent = exchange.choice.best(staff, caller, opened)
    staff.take(agent, BUSY)
    return agent


def caller_for(exchange: Exchange, member: Standing, at: Instant) -> Caller | None:
    """Whom an agent takes who was not idle until now: they are BUSY, and the caller's wish is
    met."""
    waiting, profile = exchange.waiting, member.profile
    todo = profile.kinds & waiting.mask
    # Somebody alike who is idle, or several kinds of callers: then it takes a look.
    if not todo or todo & (todo - 1) or profile.free or not _is_quiet(exchange, at):
        return None
    kind = waiting.kinds[todo.bit_length() - 1]
    if kind.odd:
        return None
    entry = kind.first_plain()
    assert entry is not None
    caller = entry[3]
    waiting.unwish(caller, extra=caller.first is not entry)
    member.idle_since, member.excluded = at, BUSY
    return caller


def _is_quiet(exchange: Exchange, at: Instant) -> bool:
    """Nobody else is to be looked at, no reserve binds, nothing is due, and nobody asks why."""
    staff, waiting = exchange.staff, exchange.waiting
    return not (
        waiting.fresh
        or staff.fresh & staff.idle
        or staff.kept
        or waiting.unnumbered
        or waiting.unsettled
        or staff.emptied
        or (waiting.due and waiting.due[0][0] <= at)
        or exchange.explained_by is not None
    )
