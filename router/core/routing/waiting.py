"""All callers who wait: their lines and kinds, what is due to happen to them, and who is new."""

from __future__ import annotations

from bisect import bisect_left, insort
from dataclasses import dataclass
from heapq import heappop, heappush

from router.core.routing.demand import Demand, Instant
from router.core.routing.lines import IN_TURN, Caller, Circle, Clock, Entry, Kind, Line
from router.core.routing.skills import SkillSet
from router.core.routing.staff import Kept, Profile, Staff
from router.core.vocabulary import CallId


@dataclass(frozen=True, slots=True)
class Widening:
    """More agents are eligible for a call (W1); `skipped`: nobody was staffed before (W2)."""

    call: CallId
    step: int
    skipped: bool


class Reminder:
    """A moment of a call that somebody outside wants to know of."""

    __slots__ = ("caller",)

    def __init__(self, caller: Caller) -> None:
        self.caller = caller


class Waiting:
    """Kinds are bits, the lowest is served first. `fresh`: kinds with a caller who is to be looked
    at; `mask`: kinds with any caller. A tier gets its bits when the first caller stands in it."""

    def __init__(self, staff: Staff) -> None:
        self.staff = staff
        self.callers: dict[CallId, Caller] = {}
        self.lines: dict[Demand, Line] = {}
        self.kinds: list[Kind] = []
        self.mask = 0
        self.fresh = 0
        self.due: list[tuple[Instant, int, Clock | Caller | Reminder]] = []
        self.widened: list[Widening] = []
        self.reminded: list[CallId] = []
        self.unsettled: list[Caller] = []
        self._circles: dict[tuple[tuple[SkillSet, ...], bool], Circle] = {}
        self.unnumbered = False
        self._numbered = 0
        self._tiers = {IN_TURN}
        self._count = 0
        self._lines = 0

    # -- kinds ----------------------------------------------------------------------------

    def line(self, demand: Demand) -> Line:
        """The line of all who ask for the same."""
        line = self.lines.get(demand)
        if line is None:
            circles = [self._circle(each, demand.heavy) for each in demand.circles]
            line = Line(demand, circles, self._lines)
            self._lines += 1
            self.lines[demand] = line
            self.unnumbered = True
        return line

    def _circle(self, accepted: tuple[SkillSet, ...], heavy: bool) -> Circle:
        circle = self._circles.get((accepted, heavy))
        if circle is None:
            circle = Circle(accepted, heavy)
            self._circles[(accepted, heavy)] = circle
            for profile in self.staff.profiles:
                if circle.fits(profile):
                    circle.profiles |= profile.bit
        return circle

    def meet(self, profile: Profile) -> None:
        """A kind of agent that was never seen before."""
        for circle in self._circles.values():
            if circle.fits(profile):
                circle.profiles |= profile.bit
                for kind in circle.kinds:
                    profile.kinds |= kind.bit

    def number(self) -> None:
        """The lowest bit is the kind that is served first."""
        self.unnumbered = False
        self._numbered += 1
        all_kinds = (k for line in self.lines.values() for each in line.kinds for k in each)
        self.kinds = sorted((k for k in all_kinds if k.tier in self._tiers), key=lambda k: k.rank)
        ranks: dict[tuple[int, int], int] = {}
        self.mask = 0
        for place, kind in enumerate(self.kinds):
            kind.bit = 1 << place
            ranks[kind.rank] = ranks.get(kind.rank, 0) | kind.bit
            if kind.live:
                self.mask |= kind.bit
        for kind in self.kinds:
            kind.peers = ranks[kind.rank]
        for profile in self.staff.profiles:
            profile.kinds = 0
        for circle in self._circles.values():
            bits = sum(kind.bit for kind in circle.kinds if kind.tier in self._tiers)
            for profile in self.staff.profiles:
                if circle.profiles & profile.bit:
                    profile.kinds |= bits
        self.fresh = self.mask

    def forget_empty_lines(self) -> None:
        """Lines of an earlier policy that nobody stands in."""
        self.lines = {demand: each for demand, each in self.lines.items() if any(each.population)}
        self._circles.clear()
        for line in self.lines.values():
            for kinds in line.kinds:
                circle = kinds[0].circle
                self._circles[(circle.accepted, circle.heavy)] = circle
        for circle in self._circles.values():
            circle.kinds = [kind for kind in circle.kinds if kind.line.demand in self.lines]
        self.unnumbered = True

    def held(self, kept: Kept) -> int:
        """The kinds that a reserve keeps from its agents, while it binds (O4). It never makes a
        queue unserviceable."""
        if self.unnumbered:
            self.number()
        few = kept.staffed <= kept.keep
        version = (self.staff.staffed, few, self._numbered)
        if kept.held_of != version:
            kept.held = 0
            others = self.staff.staffed & ~kept.profiles
            for circle in self._circles.values():
                if circle.profiles & others or not few:
                    for kind in circle.kinds:
                        if kind.tier in self._tiers and kind.order_class < kept.for_class:
                            kept.held |= kind.bit
            kept.held_of = version
        return kept.held

    # -- callers --------------------------------------------------------------------------

    def set_clocks(self, caller: Caller) -> None:
        """New in a line and a step: its timers count for them."""
        line = caller.line
        step = caller.step
        if step < len(line.clocks):
            self.set_clock(line.clocks[step], caller, caller.arrived + line.demand.after[step])
            if not line.kinds[step][0].circle.profiles & self.staff.staffed:
                self.unsettled.append(caller)
        if line.demand.overdue is not None and caller.tier == IN_TURN:
            self.set_clock(line.late, caller, caller.since + line.demand.overdue)

    def set_clock(self, clock: Clock, caller: Caller, due: Instant) -> None:
        """The caller's moment on the one timer of all who stand there."""
        self._count += 1
        heappush(clock.heap, (due, self._count, caller))
        self.arm(clock, due)

    def arm(self, clock: Clock, due: Instant) -> None:
        """It rings for whoever is first."""
        if clock.armed is None or due < clock.armed:
            clock.armed = due
            self.call_at(due, clock)

    def call_at(self, at: Instant, what: Clock | Caller | Reminder) -> None:
        """Wake up for it."""
        self._count += 1
        heappush(self.due, (at, self._count, what))

    def wish(self, caller: Caller, *, extra: bool = False) -> None:
        """The caller may be offered to one more agent."""
        if self.unnumbered:
            self.number()
        self._count += 1
        entry: Entry = (caller.key, caller.id, self._count, caller)
        if extra:
            caller.extras = (*caller.extras, entry)
            kind = caller.kind(extra)
        else:
            caller.first = entry
            kind = caller.line.kinds[caller.step][caller.tier]
        bit = kind.bit
        if not bit:
            self._tiers.add(kind.tier)
            self.number()
            bit = kind.bit
        kind.live += 1
        if caller.odd is not None:
            insort(kind.odd, entry)
        else:
            heappush(kind.plain, entry)
        self.mask |= bit
        if kind.circle.profiles & self.staff.idle:
            self.fresh |= bit

    def unwish(self, caller: Caller, *, extra: bool = False) -> None:
        """To one less."""
        if extra:
            *extras, entry = caller.extras
            caller.extras = tuple(extras)
            kind = caller.kind(extra)
        else:
            assert caller.first is not None
            entry, caller.first = caller.first, None
            kind = caller.line.kinds[caller.step][caller.tier]
        kind.live -= 1
        plain = kind.plain
        if plain and plain[0] is entry:
            heappop(plain)
        elif caller.odd is not None:
            del kind.odd[bisect_left(kind.odd, entry)]
        else:
            kind.bury()
        if not kind.live:
            self.mask &= ~kind.bit

    def lift(self, caller: Caller) -> tuple[bool, int]:
        """Out of their queue, until `put`: nothing of a caller changes while they stand in one."""
        wishes = (caller.first is not None, len(caller.extras))
        if caller.first is not None:
            self.unwish(caller)
        while caller.extras:
            self.unwish(caller, extra=True)
        return wishes

    def put(self, caller: Caller, wishes: tuple[bool, int]) -> None:
        """Back, wherever they belong now."""
        first, extras = wishes
        if first:
            self.wish(caller)
        for _ in range(extras):
            self.wish(caller, extra=True)

    def take_widened(self) -> list[Widening]:
        """Since the last time."""
        widened, self.widened = self.widened, []
        return widened

    def take_reminded(self) -> list[CallId]:
        """Since the last time."""
        reminded, self.reminded = self.reminded, []
        return reminded
