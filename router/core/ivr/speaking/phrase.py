"""Prompts with gaps: `{n} minutos` is said as a recording, a number, and a recording."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from router.core.ivr.speaking.gender import Gender
from router.core.ivr.speaking.grammar import Form, Unspeakable, spoken
from router.core.ivr.values import Value
from router.core.vocabulary import Language, PromptId


@dataclass(frozen=True, slots=True, kw_only=True)
class Gap:
    """What is filled in when it is said."""

    name: str
    form: Form
    gender: Gender | None = None


Phrase = tuple[PromptId | Gap, ...]
Phrases = Mapping[tuple[Language, PromptId], Phrase]
"""Of the prompts with gaps only."""


def worded(
    prompts: tuple[PromptId, ...],
    language: Language,
    phrases: Phrases,
    values: Mapping[str, Value],
) -> tuple[PromptId, ...]:
    """The recordings of these prompts. A gap that cannot be filled is left out."""
    if not phrases:
        return prompts
    said: list[PromptId] = []
    for prompt in prompts:
        for part in phrases.get((language, prompt), (prompt,)):
            if not isinstance(part, Gap):
                said.append(part)
            elif part.name in values:
                said.extend(_filled(part, values[part.name], language))
    return tuple(said)


def _filled(gap: Gap, value: Value, language: Language) -> tuple[PromptId, ...]:
    try:
        return spoken(value, gap.form, language, gap.gender)
    except Unspeakable:
        return ()
