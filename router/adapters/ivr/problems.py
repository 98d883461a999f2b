"""What is wrong in the flow files, gathered so that it is told all at once."""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from dataclasses import dataclass, field

from router.errors import FlowFilesInvalid

UNREADABLE = "IVR001"
"""The code of a problem that has no code of its own (docs/checks)."""
TOLD_AT_MOST = 100
"""A file of another kind altogether would fill the screen."""
WORD_AT_MOST = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Counted from 1, as editors do."""

    file: str
    line: int = 1
    column: int = 1

    def __str__(self) -> str:
        return f"{self.file}:{self.line}:{self.column}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """One thing that an admin has to correct."""

    place: Place
    wrong: str
    expected: str
    guess: str | None = None
    code: str = UNREADABLE

    def __str__(self) -> str:
        hint = "" if self.guess is None else f"; did you mean {self.guess}?"
        return f"{self.place}: {self.wrong}; expected {self.expected}{hint}"


@dataclass(slots=True)
class Problems:
    """Those found so far."""

    found: list[Problem] = field(default_factory=list)

    def add(
        self,
        place: Place,
        wrong: str,
        expected: str,
        *,
        word: str = "",
        known: Iterable[str] = (),
        code: str = UNREADABLE,
    ) -> None:
        """Note one. `word` is what was written where one of `known` was meant."""
        guess = None
        if 0 < len(word) <= WORD_AT_MOST and len(self.found) < TOLD_AT_MOST:
            guess = next(iter(difflib.get_close_matches(word, list(known), n=1)), None)
        problem = Problem(place=place, wrong=wrong, expected=expected, guess=guess, code=code)
        self.found.append(problem)

    def raise_if_any(self) -> None:
        """Raises FlowFilesInvalid with all of them, in the order of the files."""
        if not self.found:
            return
        found = sorted(self.found, key=lambda p: (p.place.file, p.place.line, p.place.column))
        lines = [str(problem) for problem in found[:TOLD_AT_MOST]]
        if len(found) > TOLD_AT_MOST:
            lines.append(f"... and {len(found) - TOLD_AT_MOST} more")
        raise FlowFilesInvalid(problems="\n".join(lines), found=tuple(found))


def shown(value: object) -> str:
    """What was written, short and on one line."""
    if isinstance(value, dict):
        return "a mapping"
    if isinstance(value, list):
        return "a list"
    text = str(value)
    if text == "":
        return "empty"
    return repr(text if len(text) <= WORD_AT_MOST else text[: WORD_AT_MOST - 3] + "...")


def listed(words: Iterable[str]) -> str:
    """`a, b or c`, the first few of them."""
    *others, last = sorted(words) or ["one to be written first"]
    if len(others) > 9:
        return ", ".join([*others[:9], "..."])
    return f"{', '.join(others)} or {last}" if others else last
