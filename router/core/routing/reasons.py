"""The facts behind a pairing, and behind a wait, read off the exchange."""

from __future__ import annotations

from datetime import timedelta

from router.core.routing.demand import Instant
from router.core.routing.explain import NAMED_AT_MOST, Exclusion, KeptWaiting, Why
from router.core.routing.heads import Look
from router.core.routing.lines import Caller
from router.core.routing.staff import Standing
from router.core.vocabulary import AgentId, QueueName


def why_chosen(look: Look, caller: Caller, opened: int, chosen: Standing, policy: str) -> Why:
    """To be asked before the pairing is made: everybody still stands as they were found."""
    staff = look.staff
    other = look.choice.best_for(staff, caller, opened, look.at, besides=frozenset((chosen.id,)))
    decided_by = "only_one"
    if other is not None:
        one = look.choice.key(staff, caller, chosen)
        two = look.choice.key(staff, caller, other)
        terms = zip(look.choice.order, one, two, strict=True)
        decided_by = next(str(term) for term, a, b in terms if a != b)
    demand = caller.line.demand
    step = caller.step
    excluded, free = _standing(look, caller, opened, chosen.id)
    return Why(
        candidates=_candidates(look, caller, opened),
        runner_up=None if other is None else other.id,
        decided_by=decided_by,
        preferred=caller.line.preferred(chosen.profile),
        scarcity=staff.scarcity(chosen.profile),
        idle=span(max(look.at - chosen.idle_since, 0)),
        widening=step,
        waited=span(look.at - caller.arrived),
        excluded=excluded,
        free=free,
        accepts=caller.kind(False).circle.accepts,
        sticky=chosen.id in caller.sticky,
        eligible=_eligible(look, caller),
        staffed=len(staff.members),
        widens_after=span(demand.after[step]) if step < len(demand.after) else None,
        policy=policy,
    )


def why_nobody(look: Look, caller: Caller, policy: str) -> KeptWaiting:
    """Of a caller whom the last look left without anybody."""
    kind, demand, step = caller.kind(False), caller.line.demand, caller.step
    opened = look.opened(kind)
    excluded, free = _standing(look, caller, opened, None)
    return KeptWaiting(
        queue=QueueName(demand.queue),
        accepts=caller.kind(False).circle.accepts,
        eligible=_eligible(look, caller),
        staffed=len(look.staff.members),
        excluded=excluded,
        free=free,
        reserved=kind.circle.profiles & look.staff.idle != opened,
        widening=step,
        widens_after=span(demand.after[step]) if step < len(demand.after) else None,
        waited=span(look.at - caller.arrived),
        policy=policy,
    )


def span(microseconds: Instant) -> timedelta:
    """Of the engine's own instants, which are whole microseconds."""
    return timedelta(microseconds=microseconds)


def stands(look: Look, caller: Caller, opened: int, member: Standing) -> Exclusion | None:
    """Why this agent is none for this caller now; None: they are."""
    profile, circle = member.profile, caller.kind(False).circle
    if not profile.bit & circle.profiles:
        if profile.resting and any(each.fits(profile.skills) for each in circle.accepted):
            return Exclusion.RESTING
        return Exclusion.NOT_QUALIFIED
    if member.id in caller.never:
        off = member.id in caller.unreached
        return Exclusion.UNREACHABLE if off else Exclusion.NEVER_PAIR
    if member.excluded is not None:
        return member.excluded
    if not profile.bit & opened:
        return Exclusion.RESERVED
    passed = caller.passed
    if member.id in passed:
        fresh = look.choice.best_but(look.staff, caller, opened, caller.never | passed.keys())
        if fresh is not None or passed[member.id] > look.at:
            return Exclusion.SKIPPED
    return None


def _candidates(look: Look, caller: Caller, opened: int) -> int:
    profiles = [p for p in look.staff.profiles if p.bit & opened]
    free = sum(p.free for p in profiles)
    if caller.odd is None:
        return free
    members = look.staff.members
    passed = caller.passed
    apart = [
        m
        for a in caller.never | passed.keys()
        if (m := members.get(a)) and m.excluded is None and m.profile.bit & opened
    ]
    if free > len(apart):
        return free - len(apart)
    return sum(1 for m in apart if m.id not in caller.never and passed[m.id] <= look.at)


def _eligible(look: Look, caller: Caller) -> int:
    profiles = caller.kind(False).circle.profiles
    return sum(p.staffed for p in look.staff.profiles if p.bit & profiles)


def _standing(
    look: Look, caller: Caller, opened: int, chosen: AgentId | None
) -> tuple[tuple[tuple[AgentId, Exclusion], ...], tuple[AgentId, ...]]:
    """Of everybody on shift but the winner: who could not be rung and why, and who could."""
    members = look.staff.members
    if len(members) > NAMED_AT_MOST:
        return (), ()
    excluded: list[tuple[AgentId, Exclusion]] = []
    free: list[AgentId] = []
    for agent in sorted(members):
        if agent != chosen:
            why = stands(look, caller, opened, members[agent])
            if why is None:
                free.append(agent)
            else:
                excluded.append((agent, why))
    return tuple(excluded), tuple(free)
