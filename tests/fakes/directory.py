"""A roster in memory."""

from __future__ import annotations

from collections.abc import Sequence

from router.ports import RosterEntry


class FakeDirectory:
    """What was saved last is what is loaded, also by the next engine of a test."""

    def __init__(self, roster: Sequence[RosterEntry] = ()) -> None:
        self.roster: tuple[RosterEntry, ...] = tuple(roster)
        self.saved = 0

    def load(self) -> Sequence[RosterEntry]:
        return self.roster

    def save(self, roster: Sequence[RosterEntry], *, durable: bool = True) -> None:
        self.roster = tuple(roster)
        self.saved += 1
