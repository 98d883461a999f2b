"""A model's agents: who works in which period, how busy they were, and who leaves after a call."""

from __future__ import annotations

from router.core.routing.exchange import Exchange
from router.core.routing.explain import Exclusion
from router.core.routing.staff import Standing
from router.core.vocabulary import AgentId
from router.simulator.model import Group, Model
from router.simulator.tally import GroupTally


class Member:
    """An agent. `busy_until` None: idle, or not at work; `leaves` after the call they have.

    `standing`: as the routing knows them while they are at work.
    """

    __slots__ = ("busy_until", "id", "leaves", "squad", "standing", "working")

    def __init__(self, agent: AgentId, squad: Squad) -> None:
        self.id = agent
        self.squad = squad
        self.working = False
        self.leaves = False
        self.busy_until: float | None = None
        self.standing: Standing | None = None


class Squad:
    """A group at work. `since` is when `staffed` was last counted."""

    __slots__ = ("at_work", "group", "members", "since", "tally")

    def __init__(self, group: Group) -> None:
        self.group = group
        digits = len(str(max(group.counts)))
        self.members = [
            Member(AgentId(f"{group.name}-{number:0{digits}d}"), self)
            for number in range(1, max(group.counts) + 1)
        ]
        self.at_work = 0
        self.since = 0.0
        self.tally = GroupTally()

    def count_staffed(self, at: float) -> None:
        """Those at work, up to now."""
        self.tally.staffed += self.at_work * (at - self.since)
        self.since = at


class Crew:
    """All groups. Idle agents leave first when a period has fewer; the others end their call."""

    def __init__(self, model: Model, exchange: Exchange) -> None:
        self.exchange = exchange
        self.staff = exchange.staff
        self.wrap_up = model.wrap_up
        self.squads = [Squad(group) for group in model.groups]
        self.members = {m.id: m for squad in self.squads for m in squad.members}
        self.counting = True

    def begin(self, period: int, at: float) -> None:
        """As many work as the period says."""
        for squad in self.squads:
            counts = squad.group.counts
            wanted = counts[period] if len(counts) > 1 else counts[0]
            staying = [each for each in squad.members if each.working and not each.leaves]
            for member in squad.members:
                if len(staying) >= wanted:
                    break
                if not member.working:
                    self._come(member, at)
                elif member.leaves:
                    member.leaves = False
                else:
                    continue
                staying.append(member)
            # The last in the list go first, idle ones before those who talk.
            order = sorted(staying, key=lambda each: each.busy_until is None)
            for member in reversed(order[wanted:]):
                if member.busy_until is None:
                    self._go(member, at)
                else:
                    member.leaves = True

    def take(self, member: Member, service: float, at: float) -> float:
        """A call begins; when the agent will be free."""
        squad = member.squad
        until = at + service / squad.group.speed + self.wrap_up
        member.busy_until = until
        if self.counting:
            squad.tally.busy += until - at
        return until

    def free(self, member: Member, at: float) -> None:
        """Call and wrap-up are over: the longest idle counts from now."""
        member.busy_until = None
        if member.leaves:
            self._go(member, at)
        elif member.standing is not None:
            self.staff.set_free(member.standing, at)

    def count_from(self, at: float) -> None:
        """The warm-up is over: nothing before counts."""
        for squad in self.squads:
            squad.since = at
            squad.tally = GroupTally(busy=_left_over(squad, at))

    def count_until(self, at: float) -> None:
        """Nothing after counts."""
        self.counting = False
        for squad in self.squads:
            squad.count_staffed(at)
            squad.tally.busy -= _left_over(squad, at)

    def _come(self, member: Member, at: float) -> None:
        self._count(member.squad, at)
        member.working = True
        member.squad.at_work += 1
        self.exchange.log_in(member.id, member.squad.group.skills, idle_since=at)
        member.standing = self.staff.members[member.id]

    def _go(self, member: Member, at: float) -> None:
        self._count(member.squad, at)
        member.working = member.leaves = False
        member.standing = None
        member.squad.at_work -= 1
        self.exchange.busy(member.id, Exclusion.BUSY)
        self.exchange.log_out(member.id)

    def _count(self, squad: Squad, at: float) -> None:
        if self.counting:
            squad.count_staffed(at)


def _left_over(squad: Squad, at: float) -> float:
    """Of the calls that are going on, what lies after that instant."""
    return sum(m.busy_until - at for m in squad.members if m.busy_until is not None)
