"""How the values of planning files are read: strictly, with the consequence of what is wrong."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from typing import TypeVar

from router.adapters.ivr.problems import TOLD_AT_MOST, Place, Problem, Problems, listed, shown
from router.adapters.ivr.tree import Entries, Items, Node, Scalar, place_of, plain
from router.core.vocabulary import SkillName

T = TypeVar("T")

LEVELS = range(1, 6)
LONGEST_NAME = 60
MOST = 1_000_000
"""Agents in a group, values in a list."""

_NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d{1,2})?", re.ASCII)
_WHOLE = re.compile(r"[+-]?\d{1,9}", re.ASCII)


class Misfit(ValueError):
    """What is wrong with a value, its consequence, and what is expected instead."""

    def __init__(self, wrong: str, expected: str) -> None:
        super().__init__(wrong)
        self.wrong = wrong
        self.expected = expected


class Mapped:
    """A mapping of the file that is read key by key."""

    def __init__(self, node: Entries, what: str, problems: Problems) -> None:
        self.node = node
        self.what = what
        self.problems = problems

    def only(self, known: Iterable[str]) -> None:
        """Note every other key."""
        words = tuple(known)
        for key, place in self.node.keys.items():
            if key not in words:
                wrong = f"{self.what} has no {shown(key)}: nothing would come of it"
                self.problems.add(place, wrong, listed(words), word=key, known=words)

    def has(self, key: str) -> bool:
        """Whether anything is written there."""
        return key in self.node.items

    def place(self, key: str) -> Place:
        """Of its value."""
        return place_of(self.node, key)

    def value(self, key: str, meaning: Callable[[str, str], T]) -> T | None:
        """What a single value means; None with the problem noted, also if there is none."""
        node = self._there(key)
        return None if node is None else self._one(key, node, meaning)

    def values(self, key: str, meaning: Callable[[str, str], T]) -> tuple[tuple[T, ...], bool]:
        """One value or a list of them, and whether it is a list; empty with the problem noted."""
        node = self._there(key)
        if node is None:
            return (), False
        if not isinstance(node, Items):
            one = self._one(key, node, meaning)
            return (() if one is None else (one,)), False
        if not node.items:
            self.problems.add(node.place, f"the list `{key}` is empty", "one value per period")
        found = [self._one(key, each, meaning) for each in node.items[:MOST]]
        return tuple(each for each in found if each is not None), True

    def levels(self, key: str) -> dict[SkillName, int]:
        """Skills with levels, as in {a: 1}; an empty mapping is allowed."""
        node = self._there(key)
        if node is None:
            return {}
        if not isinstance(node, Entries):
            wrong = f"`{key}` of {self.what} is {shown(plain(node))}"
            self.problems.add(node.place, wrong, "skills with levels, as in {a: 1}")
            return {}
        found = {skill: self._one(skill, each, level) for skill, each in node.items.items()}
        return {SkillName(skill): each for skill, each in found.items() if each is not None}

    def members(self, key: str, what: str) -> list[Mapped]:
        """A list of mappings, at least one."""
        node = self._there(key)
        if node is None:
            return []
        if not isinstance(node, Items) or not node.items:
            found = "empty" if isinstance(node, Items) else shown(plain(node))
            self.problems.add(self.place(key), f"`{key}` is {found}", f"a list of {what}s")
            return []
        members = []
        for each in node.items:
            if isinstance(each, Entries):
                members.append(Mapped(each, f"this {what}", self.problems))
            else:
                wrong = f"{shown(plain(each))} is no {what}"
                self.problems.add(each.place, wrong, "keys and values, as in {name: ...}")
        return members

    def once(self, key: str, name: str, seen: dict[str, Place]) -> None:
        """Note a name that was taken before: figures are reported under it."""
        if name in seen:
            wrong = f"{shown(name)} is taken already, in line {seen[name].line}"
            self.problems.add(self.place(key), wrong, "a name of its own for each")
        seen.setdefault(name, self.place(key))

    def _there(self, key: str) -> Node | None:
        node = self.node.items.get(key)
        if node is None:
            self.problems.add(self.node.place, f"{self.what} has no `{key}`", f"`{key}: ...`")
        return node

    def _one(self, key: str, node: Node, meaning: Callable[[str, str], T]) -> T | None:
        try:
            if not isinstance(node, Scalar):
                raise Misfit(f"`{key}` is {shown(plain(node))}", "one value")
            return meaning(key, node.text.strip())
        except Misfit as misfit:
            self.problems.add(node.place, misfit.wrong, misfit.expected)
            return None


def told(problems: Problems) -> tuple[str, tuple[Problem, ...]]:
    """All of them, in the file's order: as lines, and one by one."""
    found = sorted(problems.found, key=lambda each: (each.place.line, each.place.column))
    lines = [str(each) for each in found[:TOLD_AT_MOST]]
    if len(found) > TOLD_AT_MOST:
        lines.append(f"... and {len(found) - TOLD_AT_MOST} more")
    return "\n".join(lines), tuple(found)


def name(key: str, text: str) -> str:
    """Any short word."""
    if not 0 < len(text) <= LONGEST_NAME:
        raise Misfit(f"`{key}` is {shown(text)}", f"a name of 1 to {LONGEST_NAME} letters")
    return text


def level(key: str, text: str) -> int:
    """1 to 5."""
    if _WHOLE.fullmatch(text) is None or int(text) not in LEVELS:
        raise Misfit(
            f"the level of {shown(key)} is {shown(text)}: no agent could be measured by it",
            "a whole level from 1 to 5; who lacks a skill does not list it",
        )
    return int(text)


def whole(key: str, text: str) -> int:
    """A whole number, of either sign."""
    if _WHOLE.fullmatch(text) is None:
        raise Misfit(f"`{key}` is {shown(text)}", "a whole number")
    return int(text)


def head_count(key: str, text: str) -> int:
    """How many agents."""
    if _WHOLE.fullmatch(text) is None:
        raise Misfit(f"`{key}` is {shown(text)}", "a whole number of agents")
    if not 0 <= int(text) <= MOST:
        wrong = f"`{key}` is {text}: so many agents cannot work"
        raise Misfit(wrong, f"a whole number from 0 to {MOST}")
    return int(text)


def number(key: str, text: str) -> float:
    """Any number."""
    if _NUMBER.fullmatch(text) is None:
        raise Misfit(f"`{key}` is {shown(text)}", "a number such as 11 or 0.5")
    return float(text)


def positive(key: str, text: str) -> float:
    """More than nothing."""
    if (found := number(key, text)) <= 0:
        raise Misfit(f"`{key}` is {text}: nothing could be divided by it", "a number above 0")
    return found


def not_negative(key: str, text: str) -> float:
    """Nothing, or more."""
    if (found := number(key, text)) < 0:
        raise Misfit(f"`{key}` is {text}: no time is shorter than none", "a number from 0 on")
    return found


def rate(key: str, text: str) -> float:
    """Calls in a unit of time."""
    if (found := number(key, text)) < 0:
        raise Misfit(f"`{key}` is {text}: fewer calls than none cannot come", "a rate from 0 on")
    return found
