"""Skills with levels, and what a queue asks of them (routing.md S1, S2)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from router.core.vocabulary import ON_CALL, SYNTHETIC, SkillName

MARKS = (SYNTHETIC, ON_CALL)

Skills = Mapping[SkillName, int]
"""Level 1-5 per skill; an absent skill is *not qualified*, not level 0 (S1)."""


@dataclass(frozen=True, slots=True)
class SkillSet:
    """All of these skills, each at least at its level; empty means anyone."""

    levels: tuple[tuple[SkillName, int], ...] = field(default=())

    @classmethod
    def of(cls, levels: Mapping[SkillName, int]) -> SkillSet:
        """The set with a fixed order, so that equal sets are equal values."""
        return cls(tuple(sorted(levels.items())))

    def fits(self, skills: Skills) -> bool:
        """Whether an agent with these skills is qualified; a test agent is for test calls only, and
        who is on call and not logged in for what asks for that."""
        for mark in MARKS:
            if mark in skills and mark not in dict(self.levels):
                return False
        for name, level in self.levels:  # noqa: SIM110 - a generator costs more
            if skills.get(name, 0) < level:
                return False
        return True

    def plus(self, levels: tuple[tuple[SkillName, int], ...]) -> SkillSet:
        """These skills as well; of two levels the higher."""
        both = dict(self.levels)
        for name, level in levels:
            both[name] = max(level, both.get(name, 0))
        return SkillSet.of(both)

    def covers(self, other: SkillSet) -> bool:
        """Whether everybody who fits the other fits this one too."""
        theirs = dict(other.levels)
        return all(theirs.get(name, 0) >= level for name, level in self.levels)

    def __str__(self) -> str:
        if not self.levels:
            return "anyone"
        return " and ".join(n if level == 1 else f"{n}>={level}" for n, level in self.levels)


ANYONE = SkillSet()
"""Asks for nothing."""
