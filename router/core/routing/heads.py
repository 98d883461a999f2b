"""Whose turn it is: the first caller of the kinds that are looked at who can be served."""

from __future__ import annotations

from router.core.routing.choice import Choice
from router.core.routing.demand import Instant
from router.core.routing.lines import Entry, Kind
from router.core.routing.staff import Staff, Standing
from router.core.routing.waiting import Waiting

Head = tuple[Entry, int, Standing | None]
"""The first of a kind who can be served, the bits of the profiles by whom it may be, and by whom it
is, if that had to be found out."""


class Look:
    """One look at the floor. Nothing is opened while it lasts, so that whoever cannot be served at
    first cannot be later.

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
        kinds, head_of = self.waiting.kinds, self.head
        while todo:
            bit = todo & -todo
            kind = kinds[bit.bit_length() - 1]
            peers = todo & kind.peers
            if peers == bit:
                head = head_of(kind)
                if head is not None:
                    return head, todo
                todo ^= bit
                continue
            first: Head | None = None
            while peers:
                bit = peers & -peers
                peers ^= bit
                head = head_of(kinds[bit.bit_length() - 1])
                if head is None:
                    todo ^= bit
                elif first is None or head[0] < first[0]:
                    first = head
            if first is not None:
                return first, todo
        return None, 0

    def head(self, kind: Kind) -> Head | None:
        """None: nobody of this kind can be served (O3, O4)."""
        staff = self.staff
        opened = kind.circle.profiles & staff.idle
        if opened and staff.kept:
            opened = self.opened(kind)
        if not opened:
            return None
        if kind.odd:
            return self._among_odd(kind, opened)
        plain = kind.plain
        # The first of them is mostly alive.
        entry = plain[0] if plain and plain[0][3].first is plain[0] else kind.first_plain()
        return None if entry is None else (entry, opened, None)

    def _among_odd(self, kind: Kind, opened: int) -> Head | None:
        plain = kind.first_plain()
        tried = self.tried.get(kind, 0)
        while tried < len(kind.odd):
            entry = kind.odd[tried]
            if plain is not None and plain < entry:
                break
            agent = self.choice.best_for(self.staff, entry[3], opened, self.at)
            if agent is not None:
                return entry, opened, agent
            tried += 1
            self.tried[kind] = tried
        return None if plain is None else (plain, opened, None)

    def opened(self, kind: Kind) -> int:
        """Profiles with somebody idle who is eligible, and not kept for a higher class."""
        opened = kind.circle.profiles & self.staff.idle
        for kept in self.staff.kept:
            if kept.free <= kept.keep and self.waiting.held(kept) & kind.bit:
                opened &= ~kept.profiles
        return opened

    def within_reach(self, profiles: int) -> int:
        """Kinds that these can serve, unless a reserve forbids it."""
        if not (profiles & (profiles - 1) or self.staff.kept):  # as it is mostly
            return self.staff.profiles[profiles.bit_length() - 1].kinds
        reach = 0
        while profiles:
            bit = profiles & -profiles
            profiles ^= bit
            profile = self.staff.profiles[bit.bit_length() - 1]
            able = profile.kinds
            for kept in profile.kept:
                if kept.free <= kept.keep:
                    able &= ~self.waiting.held(kept)
            reach |= able
        return reach
