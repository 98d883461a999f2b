"""A journal in memory, for tests that want to read what was recorded."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeVar

from router.core.records import Entry
from router.core.vocabulary import CallId

R = TypeVar("R")


class FakeJournal:
    """Keeps everything; refuses a key that was used before, as the real one's table does."""

    def __init__(self) -> None:
        self.entries: list[Entry] = []
        self._keys: set[tuple[CallId | None, int, int]] = set()

    def append(self, entries: Sequence[Entry]) -> None:
        for entry in entries:
            key = (entry.call, entry.epoch, entry.seq)
            assert key not in self._keys, f"the key {key} was used twice"
            self._keys.add(key)
            self.entries.append(entry)

    def of(self, kind: type[R]) -> list[R]:
        """The records of one kind, in order."""
        return [each.record for each in self.entries if isinstance(each.record, kind)]

    def story(self, call: CallId) -> list[Entry]:
        """The entries of one call, in order."""
        return [each for each in self.entries if each.call == call]
