"""Who gets whom: one pure function with a total order, so that every run decides alike.

Rules: routing.md O1 (order of callers), O3 (a head nobody can serve blocks nobody), O4 (reserve),
A1 (order of agents), F3/F4 (several at once), F6 (nobody is asked twice while another is free).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from router.core.routing.agent import AgentProfile
from router.core.routing.explain import Exclusion, Why
from router.core.routing.queue import Queue
from router.core.routing.skills import SkillSet
from router.core.vocabulary import AgentId, CallId, SkillName


@dataclass(frozen=True, slots=True, kw_only=True)
class Seeker:
    """A caller who may be offered to `wants` more agents now.

    `widening` counts the steps in force. `passed_over`: who did not take it, and from when on
    they may be asked again. `extra`: an agent is ringing already, this is one more at once.
    """

    call: CallId
    queue: Queue
    since: datetime
    arrived_at: datetime
    at_head: bool = False
    widening: int = 0
    prefer: tuple[tuple[str, int], ...] = ()
    passed_over: Mapping[AgentId, datetime] = field(default_factory=dict)
    wants: int = 1
    extra: bool = False

    @property
    def accepted(self) -> tuple[SkillSet, ...]:
        """Whoever fits one of these is eligible (W2)."""
        return (self.queue.require, *(s.also for s in self.queue.widen[: self.widening]))

    @property
    def order(self) -> tuple[int, bool, bool, datetime, CallId]:
        """O1: class first, then who came back from a lost agent, then the place."""
        return (-self.queue.order_class, self.extra, not self.at_head, self.since, self.call)


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """An agent who is logged in. `excluded` None: free, and a telephone can be rung."""

    profile: AgentProfile
    idle_since: datetime
    excluded: Exclusion | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """A reserve that is in force: keep `free` of those who fit `skills` for `for_class`."""

    skills: SkillSet
    for_class: int
    free: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Match:
    """This agent for this call, and why."""

    call: CallId
    agent: AgentId
    why: Why


@dataclass(frozen=True, slots=True, kw_only=True)
class Matched:
    """`held_back`: calls that a reserve alone keeps waiting (O4)."""

    matches: tuple[Match, ...]
    held_back: tuple[CallId, ...]


def match(
    seekers: Iterable[Seeker],
    staff: Sequence[Candidate],
    reserves: Sequence[Held],
    at: datetime,
) -> Matched:
    """Assign free agents to waiting callers, in order. `staff` is everyone who is logged in."""
    rarity = _rarity(staff)
    free = {c.profile.id: c for c in staff if c.excluded is None}
    matches: list[Match] = []
    held_back: list[CallId] = []
    for seeker in _in_order(seekers):
        if not free:
            break
        eligible = [c for c in free.values() if _fits(seeker, c)]
        open_to = [c for c in eligible if not _reserved(c, seeker, free, staff, reserves)]
        if eligible and not open_to and not seeker.extra:
            held_back.append(seeker.call)
        asked = _not_passed_over(seeker, open_to, at)
        if not asked:
            continue
        ranked = sorted(asked, key=lambda c: _rank(seeker, c, rarity))
        chosen = ranked[0]
        why = _why(seeker, ranked, open_to, staff, free, rarity, at)
        matches.append(Match(call=seeker.call, agent=chosen.profile.id, why=why))
        del free[chosen.profile.id]
    return Matched(matches=tuple(matches), held_back=tuple(held_back))


def _in_order(seekers: Iterable[Seeker]) -> list[Seeker]:
    """Once for each agent wanted: in a class, everybody's first comes before anybody's second."""
    wishes: list[Seeker] = []
    for seeker in seekers:
        if seeker.wants > 0:
            wishes.append(seeker)
        wishes.extend(replace(seeker, extra=True) for _ in range(seeker.wants - 1))
    return sorted(wishes, key=lambda s: s.order)


def anyone_staffed(accepted: Iterable[SkillSet], staff: Iterable[AgentProfile]) -> bool:
    """Whether somebody who is logged in fits, free or not (W2)."""
    sets = tuple(accepted)
    return any(s.fits(p.skills) for p in staff for s in sets)


def _fits(seeker: Seeker, candidate: Candidate) -> bool:
    return any(s.fits(candidate.profile.skills) for s in seeker.accepted)


def _not_passed_over(seeker: Seeker, eligible: list[Candidate], at: datetime) -> list[Candidate]:
    """F6: first those who were not asked yet; only when there are none, the others in time."""
    fresh = [c for c in eligible if c.profile.id not in seeker.passed_over]
    return fresh or [c for c in eligible if seeker.passed_over[c.profile.id] <= at]


def _reserved(
    candidate: Candidate,
    seeker: Seeker,
    free: Mapping[AgentId, Candidate],
    staff: Sequence[Candidate],
    reserves: Sequence[Held],
) -> bool:
    for reserve in reserves:
        if seeker.queue.order_class >= reserve.for_class or reserve.free <= 0:
            continue
        if not reserve.skills.fits(candidate.profile.skills):
            continue
        left = sum(1 for c in free.values() if reserve.skills.fits(c.profile.skills)) - 1
        if left >= reserve.free:
            continue
        if _starves(reserve, seeker, staff):
            continue
        return True
    return False


def _starves(reserve: Held, seeker: Seeker, staff: Sequence[Candidate]) -> bool:
    """A reserve never makes a queue unserviceable (interface.md 7): whether it would."""
    qualified = [c for c in staff if reserve.skills.fits(c.profile.skills)]
    others = [c for c in staff if not reserve.skills.fits(c.profile.skills) and _fits(seeker, c)]
    return not others and len(qualified) <= reserve.free


def _rarity(staff: Sequence[Candidate]) -> Mapping[SkillName, int]:
    """A1.3: a skill counts in hundredths of staff per holder, so rare skills weigh more."""
    holders: dict[SkillName, int] = {}
    for candidate in staff:
        for skill in candidate.profile.skills:
            holders[skill] = holders.get(skill, 0) + 1
    return {skill: 100 * len(staff) // count for skill, count in holders.items()}


def _preferred(seeker: Seeker, candidate: Candidate) -> int:
    """A1.2: the weight of each preferred skill times the agent's level in it."""
    wanted = (*seeker.queue.prefer.items(), *seeker.prefer)
    return sum(w * candidate.profile.skills.get(SkillName(s), 0) for s, w in wanted)


Rank = tuple[int, int, datetime, AgentId]


def _rank(seeker: Seeker, candidate: Candidate, rarity: Mapping[SkillName, int]) -> Rank:
    return (
        -_preferred(seeker, candidate),
        sum(rarity[s] for s in candidate.profile.skills),
        candidate.idle_since,
        candidate.profile.id,
    )


def _why(
    seeker: Seeker,
    ranked: Sequence[Candidate],
    open_to: Sequence[Candidate],
    staff: Sequence[Candidate],
    free: Mapping[AgentId, Candidate],
    rarity: Mapping[SkillName, int],
    at: datetime,
) -> Why:
    chosen = ranked[0]
    rank = _rank(seeker, chosen, rarity)
    decided_by = "only_one"
    if len(ranked) > 1:
        other = _rank(seeker, ranked[1], rarity)
        names = ("preferred", "least_scarce", "longest_idle", "id")
        decided_by = next(n for n, a, b in zip(names, rank, other, strict=True) if a != b)
    available = {c.profile.id for c in open_to}
    asked = {c.profile.id for c in ranked}
    return Why(
        candidates=len(ranked),
        runner_up=ranked[1].profile.id if len(ranked) > 1 else None,
        decided_by=decided_by,
        preferred=-rank[0],
        scarcity=rank[1],
        idle=max(at - chosen.idle_since, timedelta(0)),
        widening=seeker.widening,
        waited=at - seeker.arrived_at,
        excluded=tuple(
            (c.profile.id, _exclusion(seeker, c, free, available))
            for c in sorted(staff, key=lambda c: c.profile.id)
            if c.profile.id not in asked
        ),
    )


def _exclusion(
    seeker: Seeker,
    candidate: Candidate,
    free: Mapping[AgentId, Candidate],
    available: set[AgentId],
) -> Exclusion:
    if not _fits(seeker, candidate):
        return Exclusion.NOT_QUALIFIED
    if candidate.excluded is not None:
        return candidate.excluded
    if candidate.profile.id not in free:
        return Exclusion.BUSY
    if candidate.profile.id not in available:
        return Exclusion.RESERVED
    return Exclusion.SKIPPED
