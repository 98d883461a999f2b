"""Who gets whom, kept up to date event by event: the floor of waiting callers and idle agents.

The cost of an event grows with the kinds of callers and agents, never with their number: kinds are
bits in masks, and whoever is of a kind stands in its one queue. Rules: routing.md W1, W2, O1 to O4,
A1, A2, F6. It knows no clock; `decide` is told the instant, and `next_due` says when something will
change by itself.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

from router.core.routing.choice import AGENT_ORDER, Choice, Term
from router.core.routing.deciding import Pairing, pairings
from router.core.routing.demand import Demand, Instant
from router.core.routing.explain import Exclusion
from router.core.routing.heads import Look
from router.core.routing.lines import AT_HEAD, IN_TURN, OVERDUE, Caller, Line, Oddity
from router.core.routing.passing import next_due, pass_time
from router.core.routing.skills import Skills, SkillSet
from router.core.routing.staff import Kept, Profile, Staff
from router.core.routing.waiting import Reminder, Waiting, Widening
from router.core.vocabulary import AgentId, CallId


@dataclass(slots=True)
class Decided:
    """What came of one look, in order. `reminded`: calls whose moment has come (`remind`)."""

    pairings: Sequence[Pairing] = ()
    widened: Sequence[Widening] = ()
    reminded: Sequence[CallId] = ()


NOTHING = Decided()


class Exchange:
    """Tell it what happens, then `decide`."""

    def __init__(
        self, agent_order: Sequence[Term] = AGENT_ORDER, *, explained_by: str | None = None
    ) -> None:
        """`explained_by`: the version of the policy; pairings then tell why. Instants must be
        whole microseconds for that."""
        self.explained_by = explained_by
        self.choice = Choice(agent_order)
        self.staff = Staff(by_idle_time=self.choice.by_idle_time)
        self.waiting = Waiting(self.staff)
        self._look = Look(self.staff, self.waiting, self.choice, 0)

    # -- agents ---------------------------------------------------------------------------

    def log_in(
        self,
        agent: AgentId,
        skills: Skills,
        *,
        idle_since: Instant,
        excluded: Exclusion | None = None,
        resting: bool = False,
    ) -> None:
        """An agent works. `excluded` None: and is idle. `resting`: not for heavy calls (A3)."""
        profile = self._profile(skills, resting)
        self.staff.join(agent, profile, excluded or Exclusion.BUSY, idle_since)
        if excluded is None:
            self.staff.set_free(self.staff.members[agent], idle_since)

    def log_out(self, agent: AgentId) -> None:
        """An agent does not work any more."""
        self.staff.depart(self.staff.members[agent])

    def free(self, agent: AgentId, idle_since: Instant) -> None:
        """An agent is idle; the longest idle counts from `idle_since`."""
        self.staff.set_free(self.staff.members[agent], idle_since)

    def busy(self, agent: AgentId, why: Exclusion) -> None:
        """An agent is not to be chosen."""
        member = self.staff.members[agent]
        if member.excluded is None:
            self.staff.take(member, why)
        else:
            member.excluded = why

    def change_skills(self, agent: AgentId, skills: Skills, *, resting: bool = False) -> None:
        """An agent who works has other skills from now on, or rests from heavy calls."""
        member = self.staff.members[agent]
        profile = self._profile(skills, resting)
        if profile is member.profile:
            return
        excluded, since = member.excluded, member.idle_since
        self.staff.depart(member)
        self.log_in(agent, skills, idle_since=since, excluded=excluded, resting=resting)

    def _profile(self, skills: Skills, resting: bool) -> Profile:
        profile = self.staff.known(skills, resting)
        if profile is None:
            profile = self.staff.new_profile(skills, resting)
            self.waiting.meet(profile)
        return profile

    def keep(self, reserves: Iterable[tuple[SkillSet, int, int]]) -> None:
        """These reserves are in force (O4): skills, the class they are for, how many are kept."""
        self.staff.keep([Kept(skills, cls, free) for skills, cls, free in reserves if free > 0])

    # -- callers --------------------------------------------------------------------------

    def line(self, demand: Demand) -> Line:
        """The line of all who ask for the same."""
        return self.waiting.line(demand)

    def forget_empty_lines(self) -> None:
        """After a change of policy: a Line that was kept from before is not to be used again."""
        self.waiting.forget_empty_lines()

    def arrive(
        self,
        call: CallId,
        line: Line,
        *,
        since: Instant,
        arrived: Instant,
        step: int = 0,
        at_head: bool = False,
        never: Collection[AgentId] = (),
        sticky: Collection[AgentId] = (),
        unreached: Collection[AgentId] = (),
    ) -> None:
        """A caller waits for one agent. `since`: their place, `arrived`: their own clock (W1).

        `never`: whom they must not get (A2); `sticky`: whom they know (A1.1); `unreached`: whom
        their node does not reach.
        """
        caller = Caller(call, line, since, arrived)
        caller.step = step
        if at_head:
            caller.tier = AT_HEAD
        if never or sticky or unreached:
            _pair(caller, never, sticky, unreached)
        self.enter(caller)

    def enter(self, caller: Caller) -> None:
        """A new caller waits for one agent."""
        waiting, line = self.waiting, caller.line
        waiting.callers[caller.id] = caller
        line.population[caller.step] += 1
        if not line.untimed:
            waiting.set_clocks(caller)
        waiting.wish(caller)

    def leave(self, call: CallId) -> None:
        """A caller has hung up, or talks."""
        caller = self.waiting.callers.pop(call)
        if caller.first is not None or caller.extras:
            self.waiting.lift(caller)
        caller.gone = True
        caller.line.population[caller.step] -= 1

    def wants(self, call: CallId, *, first: bool, extras: int = 0) -> None:
        """How many agents the call may be offered to now: one, and `extras` besides (F4)."""
        caller, waiting = self.waiting.callers[call], self.waiting
        if first and caller.first is None:
            waiting.wish(caller)
        elif not first and caller.first is not None:
            waiting.unwish(caller)
        while len(caller.extras) < extras:
            waiting.wish(caller, extra=True)
        while len(caller.extras) > extras:
            waiting.unwish(caller, extra=True)

    def pass_over(self, call: CallId, agent: AgentId, until: Instant) -> None:
        """The agent did not take the call: asked again only if no other is free, and then not
        before `until` (F6)."""
        caller = self.waiting.callers[call]
        wishes = self.waiting.lift(caller)
        if caller.odd is None:
            caller.odd = Oddity()
        caller.odd.passed = {**caller.odd.passed, agent: until}
        self.waiting.put(caller, wishes)
        self.waiting.call_at(until, caller)

    def pair(
        self,
        call: CallId,
        *,
        never: Collection[AgentId],
        sticky: Collection[AgentId],
        unreached: Collection[AgentId] = (),
    ) -> None:
        """As `arrive`, of a caller who waits, as it is known now."""
        caller = self.waiting.callers[call]
        wishes = self.waiting.lift(caller)
        _pair(caller, never, sticky, unreached)
        self.waiting.put(caller, wishes)

    def change_line(self, call: CallId, line: Line) -> None:
        """Another policy reaches a caller who waits (W3): the steps they have taken stay taken."""
        caller = self.waiting.callers[call]
        wishes = self.waiting.lift(caller)
        caller.line.population[caller.step] -= 1
        caller.line = line
        caller.key = caller.since - line.demand.head_start
        caller.step = min(caller.step, len(line.demand.after))
        if caller.tier == OVERDUE:
            caller.tier = IN_TURN
        line.population[caller.step] += 1
        if not line.untimed:
            self.waiting.set_clocks(caller)
        self.waiting.put(caller, wishes)

    def remind(self, call: CallId, at: Instant) -> None:
        """Have the call among `reminded` once, at that moment, if it still waits."""
        self.waiting.call_at(at, Reminder(self.waiting.callers[call]))

    # -- the look -------------------------------------------------------------------------

    @property
    def next_due(self) -> Instant | None:
        """When to decide again though nothing may happen until then."""
        return next_due(self.waiting)

    def decide(self, at: Instant) -> Decided:
        """Everything that follows from what was told since the last look."""
        made, waiting = self.match(at), self.waiting
        if waiting.widened or waiting.reminded:
            return Decided(made, waiting.take_widened(), waiting.take_reminded())
        return Decided(made) if made else NOTHING

    def match(self, at: Instant) -> Sequence[Pairing]:
        """As `decide`, but only who gets whom: what else follows is still to be taken."""
        staff, waiting = self.staff, self.waiting
        if waiting.unsettled or staff.emptied or (waiting.due and waiting.due[0][0] <= at):
            pass_time(waiting, at)
        elif not (waiting.mask and (waiting.fresh or staff.fresh & staff.idle)):
            waiting.fresh = staff.fresh = 0
            return ()
        if waiting.unnumbered:
            waiting.number()
        look = self._look
        look.at = at
        if look.tried:
            look.tried = {}
        return pairings(look, self.explained_by)

    def look(self, at: Instant) -> Look:
        """To read off how things stand; nothing is decided."""
        if self.waiting.unnumbered:
            self.waiting.number()
        return Look(self.staff, self.waiting, self.choice, at)


def _pair(
    caller: Caller,
    never: Collection[AgentId],
    sticky: Collection[AgentId],
    unreached: Collection[AgentId],
) -> None:
    passed = caller.passed
    caller.odd = None
    if never or sticky or unreached or passed:
        off = frozenset(unreached).difference(never)
        caller.odd = Oddity(off.union(never), frozenset(sticky), off, passed)
