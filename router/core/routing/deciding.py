"""One look at the floor: the callers who may have become servable, in order, each with the best."""

from __future__ import annotations

from router.core.routing.choice import Choice
from router.core.routing.demand import Instant
from router.core.routing.explain import Exclusion, Why
from router.core.routing.lines import Caller, Entry, Kind
from router.core.routing.staff import Staff, Standing
from router.core.routing.waiting import Waiting
from router.core.vocabulary import AgentId, CallId


class Pairing:
    """This agent for this call; `why` only if it was asked for."""

    __slots__ = ("agent", "call", "why")

    def __init__(self, call: CallId, agent: AgentId, why: Why | None = None) -> None:
        self.call = call
        self.agent = agent
        self.why = why


class Head:
    """The first of a kind who can be served. `agent` None: not chosen yet."""

    __slots__ = ("agent", "entry", "kind", "opened")

    def __init__(self, entry: Entry, kind: Kind, opened: int, agent: Standing | None) -> None:
        self.entry = entry
        self.kind = kind
        self.opened = opened
        self.agent = agent


class Look:
    """Nothing is opened during a look, so whoever cannot be served at first cannot be later.

    `tried`: so many peculiar callers of a kind were looked at in vain.
    """

    __slots__ = ("at", "choice", "staff", "tried", "waiting")

    def __init__(self, staff: Staff, waiting: Waiting, choice: Choice, at: Instant) -> None:
        self.staff = staff
        self.waiting = waiting
        self.choice = choice
        self.at = at
        self.tried: dict[Kind, int] = {}

    def next(self, todo: int) -> tuple[Head | None, int]:
        """Who is served now, of these kinds; and the kinds that are left to look at."""
        kinds = self.waiting.kinds
        while todo:
            bit = todo & -todo
            kind = kinds[bit.bit_length() - 1]
            peers = todo & kind.peers
            if peers == bit:
                head = self.head(kind)
                if head is not None:
                    return head, todo
                todo ^= bit
                continue
            first: Head | None = None
            while peers:
                bit = peers & -peers
                peers ^= bit
                head = self.head(kinds[bit.bit_length() - 1])
                if head is None:
                    todo ^= bit
                elif first is None or head.entry < first.entry:
                    first = head
            if first is not None:
                return first, todo
        return None, 0

    def head(self, kind: Kind) -> Head | None:
        """None: nobody of this kind can be served (O3, O4)."""
        opened = self.opened(kind)
        if not opened:
            return None
        plain = kind.first_plain()
        if kind.odd:
            tried = self.tried.get(kind, 0)
            while tried < len(kind.odd):
                entry = kind.odd[tried]
                if plain is not None and plain < entry:
                    break
                agent = self.choice.best_for(self.staff, entry[3], opened, self.at)
                if agent is not None:
                    return Head(entry, kind, opened, agent)
                tried += 1
                self.tried[kind] = tried
        return Head(plain, kind, opened, None) if plain is not None else None

    def opened(self, kind: Kind) -> int:
        """Profiles with somebody idle who is eligible, and not kept for a higher class."""
        staff = self.staff
        opened = kind.circle.profiles & staff.idle
        if opened:
            for kept in staff.kept:
                if kept.free <= kept.keep and self.waiting.held(kept) & kind.bit:
                    opened &= ~kept.profiles
        return opened

    def todo(self) -> int:
        """Kinds that are new, or that somebody new can serve."""
        staff, waiting = self.staff, self.waiting
        todo = waiting.fresh
        fresh = staff.fresh & staff.idle
        while fresh:
            bit = fresh & -fresh
            fresh ^= bit
            profile = staff.profiles[bit.bit_length() - 1]
            able = profile.kinds & waiting.mask
            for kept in profile.kept:
                if kept.free <= kept.keep:
                    able &= ~waiting.held(kept)
            todo |= able
        waiting.fresh = staff.fresh = 0
        return todo & waiting.mask

    def choose(self, head: Head) -> Standing:
        """The best agent for them."""
        if head.agent is not None:
            return head.agent
        return self.choice.best(self.staff, head.entry[3], head.opened)

    def pair(self, head: Head, agent: Standing) -> Pairing:
        """Theirs from now on."""
        caller: Caller = head.entry[3]
        self.waiting.unwish(caller, extra=caller.first is not head.entry)
        self.staff.take(agent, Exclusion.BUSY)
        return Pairing(caller.id, agent.id)
