"""Where a caller stands in their flow: the whole memory of the interpreter, as one value."""

from __future__ import annotations

from dataclasses import dataclass, replace

from router.core.ivr.waits import Wait
from router.core.vocabulary import FlowName, Language, SkillName, StepName

TYPED_AHEAD_AT_MOST = 20
"""Keys kept for later menus; a telephone that never stops pressing fills no memory."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FlowRun:
    """`wrong`, `repeats` and `digits` count since the step was entered.

    `typed_ahead` holds the keys pressed before the menu that they are meant for; it is never
    written anywhere.
    """

    flow: FlowName
    step: StepName
    language: Language
    prefer: tuple[tuple[SkillName, int], ...] = ()
    typed_ahead: str = ""
    wrong: int = 0
    repeats: int = 0
    digits: int = 0
    wait: Wait

    def keeping(self, digit: str) -> FlowRun:
        """The run with one more key for the next menu."""
        return replace(self, typed_ahead=(self.typed_ahead + digit)[:TYPED_AHEAD_AT_MOST])
