"""What a flow waits for: it runs until one of these, and says what may end it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from router.core.vocabulary import QueueName, SkillName


@dataclass(frozen=True, slots=True, kw_only=True)
class ForPrompt:
    """Until the prompt that was just said is over (or, with `barge_in`, a digit cuts it)."""

    barge_in: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class ForDigit:
    """Until a digit is pressed, at most `within`."""

    within: timedelta


@dataclass(frozen=True, slots=True, kw_only=True)
class ForAgent:
    """Until a conversation with an agent is over, or the queue gave up."""

    queue: QueueName
    prefer: tuple[tuple[SkillName, int], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Over:
    """The goodbye was said: the one way in which the system ends a call."""


Wait = ForPrompt | ForDigit | ForAgent | Over
