"""One look at the floor: whoever may have become servable, in order, each with the best agent."""

from __future__ import annotations

from router.core.routing.explain import Exclusion, Why
from router.core.routing.heads import Look
from router.core.routing.lines import Caller
from router.core.routing.reasons import why_chosen
from router.core.routing.staff import Standing

BUSY = Exclusion.BUSY  # to ask the class each time costs as much as a call


Pairing = tuple[Caller, Standing, Why | None]
"""This agent for this caller; why, only if it was asked for. To make an object of a class costs
five times as much."""


def pairings(look: Look, policy: str | None) -> list[Pairing]:
    """Until nobody who is new, caller or agent, can be served or serve. With `policy`, why.

    Whoever is paired is BUSY from then on, and the wish of the call is met.
    """
    staff, waiting, best = look.staff, look.waiting, look.choice.best
    new_kinds, new = waiting.fresh, staff.fresh & staff.idle
    waiting.fresh = staff.fresh = 0
    made: list[Pairing] = []
    todo = (new_kinds | look.within_reach(new) if new else new_kinds) & waiting.mask
    while todo:
        if todo & (todo - 1):
            head, todo = look.next(todo)
        else:
            head = look.head(waiting.kinds[todo.bit_length() - 1])
        if head is None:
            break
        entry, opened, agent = head
        caller = entry[3]
        if agent is None:
            agent = best(staff, caller, opened)
        why = None if policy is None else why_chosen(look, caller, opened, agent, policy)
        if caller.first is entry:
            waiting.unwish(caller)
        else:
            waiting.unwish(caller, extra=True)
        staff.take(agent, BUSY)
        made.append((caller, agent, why))
        profile = agent.profile
        if not profile.free and profile.bit & new:
            new ^= profile.bit
            todo &= new_kinds | look.within_reach(new) if new else new_kinds
        todo &= waiting.mask
    return made
