"""Where a caller stands in their flow: the whole memory of the interpreter, as one value."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from router.core.ivr.values import Value
from router.core.ivr.waits import Wait
from router.core.vocabulary import SYNTHETIC, FlowName, Language, SkillName, StepName

TYPED_AHEAD_AT_MOST = 20
"""Keys kept for later menus; a telephone that never stops pressing fills no memory."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Frame:
    """The step that went through another flow, and what was known there."""

    flow: FlowName
    step: StepName
    variables: Mapping[str, Value]


@dataclass(frozen=True, slots=True, kw_only=True)
class FlowRun:
    """`wrong`, `repeats`, `digits`, `phase` and `collected` count since the step was entered.

    `typed_ahead` holds the keys pressed before the menu that they are meant for. It, `collected`,
    `variables` and `stack` are never written anywhere: what a caller typed may be in them.
    """

    flow: FlowName
    step: StepName
    language: Language
    line: str = ""
    anonymous: bool = False
    prefer: tuple[tuple[SkillName, int], ...] = ()
    require: tuple[tuple[SkillName, int], ...] = ()
    tags: tuple[str, ...] = ()
    variables: Mapping[str, Value] = field(default_factory=dict)
    stack: tuple[Frame, ...] = ()
    typed_ahead: str = ""
    wrong: int = 0
    repeats: int = 0
    digits: int = 0
    phase: str = ""
    collected: str = ""
    wait: Wait

    def keeping(self, digit: str) -> FlowRun:
        """The run with one more key for the next menu."""
        return replace(self, typed_ahead=(self.typed_ahead + digit)[:TYPED_AHEAD_AT_MOST])

    def tagged(self, tags: tuple[str, ...]) -> FlowRun:
        """The run with these tags as well."""
        fresh = tuple(tag for tag in dict.fromkeys(tags) if tag not in self.tags)
        return replace(self, tags=(*self.tags, *fresh))

    def remembering(self, values: Mapping[str, Value]) -> FlowRun:
        """The run with these variables set."""
        return replace(self, variables={**self.variables, **values})

    @property
    def is_synthetic(self) -> bool:
        """A test call."""
        return any(skill == SYNTHETIC for skill, _ in self.require)

    @property
    def known(self) -> Mapping[str, Value]:
        """All variables, those of every call among them (values.GIVEN)."""
        return {
            "language": self.language,
            "line": self.line,
            "anonymous": self.anonymous,
            **self.variables,
        }
