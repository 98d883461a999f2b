"""Which agent, of those who are open to a caller: the published order A1, as configured."""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum

from router.core.routing.demand import Instant
from router.core.routing.lines import NOBODY, Caller, Line
from router.core.routing.staff import Profile, Staff, Standing
from router.core.vocabulary import AgentId


class Term(StrEnum):
    """One step of the order: the first that tells two agents apart decides."""

    STICKY = "sticky"
    PREFERRED = "preferred"
    LEAST_SCARCE = "least_scarce"
    LONGEST_IDLE = "longest_idle"
    ID = "id"


AGENT_ORDER = (Term.STICKY, Term.PREFERRED, Term.LEAST_SCARCE, Term.LONGEST_IDLE, Term.ID)
PREFERRED = Term.PREFERRED  # to ask the class each time costs as much as a call
_OF_PROFILE = (Term.PREFERRED, Term.LEAST_SCARCE)
"""Equal for all agents of a profile and all callers of a line."""

Key = tuple[Instant | AgentId, ...]


class Choice:
    """The order in force. The id always decides in the end, so that no two runs differ."""

    def __init__(self, order: Sequence[Term]) -> None:
        self.order = tuple(order) if Term.ID in order else (*order, Term.ID)
        plain = [term for term in self.order if term is not Term.STICKY]
        head = next(n for n, term in enumerate(plain) if term not in _OF_PROFILE)
        self._groups_by = tuple(plain[:head])
        by = tuple(term for term in plain[head:] if term not in _OF_PROFILE)
        self.by_idle_time = by[0] is Term.LONGEST_IDLE
        self._heads_compare = all(t not in _OF_PROFILE for t in plain[head : plain.index(Term.ID)])

    def key(self, staff: Staff, caller: Caller, member: Standing) -> Key:
        """All terms in their order; the least is first."""
        profile, line = member.profile, caller.line
        key: list[Instant | AgentId] = []
        for term in self.order:
            match term:
                case Term.STICKY:
                    key.append(0 if member.id in caller.sticky else 1)
                case Term.PREFERRED:
                    key.append(-line.preferred(profile))
                case Term.LEAST_SCARCE:
                    key.append(staff.scarcity(profile))
                case Term.LONGEST_IDLE:
                    key.append(member.idle_since)
                case Term.ID:
                    key.append(member.id)
        return tuple(key)

    def best(self, staff: Staff, caller: Caller, opened: int) -> Standing:
        """For a caller without peculiarities; `opened` has the bits of profiles with somebody."""
        if not opened & (opened - 1):
            profile = staff.profiles[opened.bit_length() - 1]
            head = profile.idle[0]
            # The first of them is mostly alive.
            return head[2] if head[2].entry is head else profile.first()
        opened_here = self._level_best(staff, caller.line, opened)
        best: Standing | None = None
        while opened_here:
            bit = opened_here & -opened_here
            opened_here ^= bit
            first = staff.profiles[bit.bit_length() - 1].first()
            if best is None or self._before(staff, caller, first, best):
                best = first
        assert best is not None
        return best

    def best_but(
        self, staff: Staff, caller: Caller, opened: int, skipped: frozenset[AgentId]
    ) -> Standing | None:
        """Of those who are none of the skipped."""
        for group in self._groups(staff, caller.line):
            opened_here = opened & group
            best: Standing | None = None
            while opened_here:
                bit = opened_here & -opened_here
                opened_here ^= bit
                head = staff.profiles[bit.bit_length() - 1].first_but(skipped)
                if head is not None and (best is None or self._before(staff, caller, head, best)):
                    best = head
            if best is not None:
                return best
        return None

    def best_for(
        self,
        staff: Staff,
        caller: Caller,
        opened: int,
        at: Instant,
        besides: frozenset[AgentId] = NOBODY,
    ) -> Standing | None:
        """For any caller: who was not asked yet, else whoever may be asked again (F6)."""
        passed = caller.passed
        skipped = caller.never | besides | passed.keys()
        among = [self.best_but(staff, caller, opened, skipped)]
        among += [_idle(staff, opened, a) for a in caller.sticky if a not in skipped]
        found = [each for each in among if each is not None]
        if not found:
            again = [a for a, until in passed.items() if until <= at]
            found = [
                member
                for a in again
                if a not in caller.never
                and a not in besides
                and (member := _idle(staff, opened, a)) is not None
            ]
        if len(found) < 2:
            return found[0] if found else None
        return min(found, key=lambda member: self.key(staff, caller, member))

    def _before(self, staff: Staff, caller: Caller, one: Standing, other: Standing) -> bool:
        if self._heads_compare:
            assert one.entry is not None
            assert other.entry is not None
            return one.entry < other.entry
        return self.key(staff, caller, one) < self.key(staff, caller, other)

    def _level_best(self, staff: Staff, line: Line, opened: int) -> int:
        """Of these profiles, those that are best in the terms that stand first."""
        if not self._groups_by:
            return opened
        version = (staff.changes, len(staff.profiles))
        if line.groups_of == version:
            return next(opened & group for group in self._groups(staff, line) if opened & group)
        # Somebody has come or gone: the next caller of this line may well find that again, so all
        # profiles are put in order only when asked twice.
        line.groups_of, line.groups = version, []
        best, found = None, 0
        while opened:
            bit = opened & -opened
            opened ^= bit
            level = self._level(staff, line, staff.profiles[bit.bit_length() - 1])
            if best is None or level < best:
                best, found = level, bit
            elif level == best:
                found |= bit
        return found

    def _groups(self, staff: Staff, line: Line) -> list[int]:
        """Profiles that are level in the terms that stand first, as masks, in their order."""
        version = (staff.changes, len(staff.profiles))
        if line.groups_of != version or not line.groups:
            levels: dict[tuple[int, ...], int] = {}
            for profile in staff.profiles:
                level = self._level(staff, line, profile)
                levels[level] = levels.get(level, 0) | profile.bit
            line.groups = [levels[level] for level in sorted(levels)]
            line.groups_of = version
        return line.groups

    def _level(self, staff: Staff, line: Line, profile: Profile) -> tuple[int, ...]:
        level: list[int] = []
        for term in self._groups_by:
            preferred = term is PREFERRED
            level.append(-line.preferred(profile) if preferred else staff.scarcity(profile))
        return tuple(level)


def _idle(staff: Staff, opened: int, agent: AgentId) -> Standing | None:
    """This one agent, if idle and open."""
    member = staff.members.get(agent)
    if member is None or member.excluded is not None or not member.profile.bit & opened:
        return None
    return member
