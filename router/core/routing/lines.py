"""Callers who wait, by requirement class and widening step: one queue for each kind."""

from __future__ import annotations

from collections.abc import Mapping
from heapq import heapify, heappop
from types import MappingProxyType

from router.core.routing.demand import Demand, Instant
from router.core.routing.skills import SkillSet
from router.core.routing.staff import Profile
from router.core.vocabulary import AgentId, CallId

AT_HEAD, OVERDUE, IN_TURN = range(3)
"""Tiers of a class (O1): back from a lost agent, overdue, in turn."""
TIERS = 3
NOBODY: frozenset[AgentId] = frozenset()
NEVER_ASKED: Mapping[AgentId, Instant] = MappingProxyType({})

Entry = tuple[Instant, CallId, int, "Caller"]
"""A wish for one agent: the key of the order, the call, a running number, the caller."""


class Circle:
    """Who is eligible: any one of the sets, or as `accepts` says it; `profiles` has their bits."""

    __slots__ = ("accepted", "accepts", "heavy", "kinds", "profiles")

    def __init__(self, accepted: tuple[SkillSet, ...], heavy: bool) -> None:
        self.accepted = accepted
        self.accepts = " or ".join(map(str, accepted))
        self.heavy = heavy
        self.profiles = 0
        self.kinds: list[Kind] = []

    def fits(self, profile: Profile) -> bool:
        """Computed once for each pair of kinds."""
        if self.heavy and profile.resting:
            return False
        return any(each.fits(profile.skills) for each in self.accepted)


class Kind:
    """Callers of one line, step and tier. `plain` may hold dead entries, `odd` holds none.

    Whoever may not have some agent, or knows one, is `odd`: looked at one by one. All others of a
    kind are equal, so that if the first of them cannot be served, none can. `peers` has the bits of
    all kinds of the same rank.
    """

    __slots__ = (
        "bit",
        "circle",
        "dead",
        "line",
        "live",
        "odd",
        "order_class",
        "peers",
        "plain",
        "rank",
        "step",
        "tier",
    )

    def __init__(self, line: Line, circle: Circle, step: int, tier: int) -> None:
        self.line = line
        self.circle = circle
        self.step = step
        self.tier = tier
        self.order_class = line.demand.order_class
        self.rank = (-self.order_class, tier)
        self.bit = 0
        self.peers = 0
        self.plain: list[Entry] = []
        self.odd: list[Entry] = []
        self.live = 0
        self.dead = 0

    def bury(self) -> None:
        """A plain entry stays behind as a tombstone: its caller has let go of it."""
        self.dead += 1
        if self.dead > 64 and self.dead > self.live:
            self.plain = [e for e in self.plain if e[3].holds(e)]
            heapify(self.plain)
            self.dead = 0

    def first_plain(self) -> Entry | None:
        """Of those who are alive; the dead before them are forgotten."""
        plain = self.plain
        while plain:
            entry = plain[0]
            if entry[3].holds(entry):
                return entry
            heappop(plain)
            self.dead -= 1
        return None


class Clock:
    """The one timer of a line's step: who is due when. `step` -1: when they are overdue."""

    __slots__ = ("armed", "heap", "line", "step")

    def __init__(self, line: Line, step: int) -> None:
        self.line = line
        self.step = step
        self.heap: list[tuple[Instant, int, Caller]] = []
        self.armed: Instant | None = None

    def counts(self, caller: Caller) -> bool:
        """Whether the caller still waits for this moment."""
        if caller.gone or caller.line is not self.line:
            return False
        return caller.tier == IN_TURN if self.step < 0 else caller.step == self.step


class Line:
    """All callers of one demand; `number` tells in which order lines were made."""

    __slots__ = (
        "clocks",
        "demand",
        "groups",
        "groups_of",
        "kinds",
        "late",
        "number",
        "population",
        "preferences",
        "untimed",
    )

    def __init__(self, demand: Demand, circles: list[Circle], number: int) -> None:
        self.demand = demand
        self.number = number
        self.kinds = [
            [Kind(self, circle, step, tier) for tier in range(2 * TIERS)]
            for step, circle in enumerate(circles)
        ]
        for circle, kinds in zip(circles, self.kinds, strict=True):
            circle.kinds.extend(kinds)
        self.clocks = [Clock(self, step) for step in range(len(demand.after))]
        self.late = Clock(self, -1)
        self.untimed = not demand.after and demand.overdue is None
        self.population = [0] * len(circles)
        self.preferences: dict[int, int] = {}
        self.groups: list[int] = []
        self.groups_of = (-1, -1)

    def preferred(self, profile: Profile) -> int:
        """A1.2: the weight of each preferred skill times the level in it."""
        known = self.preferences.get(profile.index)
        if known is None:
            known = sum(w * profile.skills.get(s, 0) for s, w in self.demand.prefer)
            self.preferences[profile.index] = known
        return known


class Oddity:
    """Whom a caller must not get, `unreached` among them (A2); whom they know (A1.1); and who did
    not take the call, with when they may be asked again (F6)."""

    __slots__ = ("never", "passed", "sticky", "unreached")

    def __init__(
        self,
        never: frozenset[AgentId] = NOBODY,
        sticky: frozenset[AgentId] = NOBODY,
        unreached: frozenset[AgentId] = NOBODY,
        passed: Mapping[AgentId, Instant] = NEVER_ASKED,
    ) -> None:
        self.never = never
        self.sticky = sticky
        self.unreached = unreached
        self.passed = passed


class Caller:
    """A caller who waits. `first`: the wish for an agent, `extras`: for more at the same time.

    `odd` None: a caller like most, for whom all who are eligible are equal.
    """

    __slots__ = (
        "arrived",
        "extras",
        "first",
        "gone",
        "id",
        "key",
        "line",
        "odd",
        "since",
        "step",
        "tier",
    )

    def __init__(self, call: CallId, line: Line, since: Instant, arrived: Instant) -> None:
        self.id = call
        self.line = line
        self.since = since
        self.arrived = arrived
        self.key = since - line.demand.head_start
        self.tier = IN_TURN
        self.step = 0
        self.odd: Oddity | None = None
        self.gone = False
        self.first: Entry | None = None
        self.extras: tuple[Entry, ...] = ()

    @property
    def never(self) -> frozenset[AgentId]:
        """Whom they must not get."""
        return NOBODY if self.odd is None else self.odd.never

    @property
    def sticky(self) -> frozenset[AgentId]:
        """Whom they know."""
        return NOBODY if self.odd is None else self.odd.sticky

    @property
    def unreached(self) -> frozenset[AgentId]:
        """Whom their node does not reach."""
        return NOBODY if self.odd is None else self.odd.unreached

    @property
    def passed(self) -> Mapping[AgentId, Instant]:
        """Who did not take the call, and when they may be asked again."""
        return NEVER_ASKED if self.odd is None else self.odd.passed

    def holds(self, entry: Entry) -> bool:
        """Whether the entry is alive."""
        return self.first is entry or any(each is entry for each in self.extras)

    def kind(self, extra: bool) -> Kind:
        """Where their wishes stand."""
        return self.line.kinds[self.step][self.tier + TIERS if extra else self.tier]
