"""What a flow says to the caller."""

from __future__ import annotations

from dataclasses import dataclass

from router.core.vocabulary import Language, PromptId


@dataclass(frozen=True, slots=True, kw_only=True)
class Say:
    """These prompts, one after another, as one."""

    prompts: tuple[PromptId, ...]
    language: Language


@dataclass(frozen=True, slots=True, kw_only=True)
class StopSaying:
    """Cut the prompt that is being said: the caller knows what they want."""


Saying = Say | StopSaying
