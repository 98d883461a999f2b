"""Gaps in a prompt's text: `{n}`, `{telefono:digits}`, `{n:feminine}`."""

from __future__ import annotations

import re
from dataclasses import dataclass

from router.adapters.ivr.words import Misread, read_name
from router.core.ivr.speaking.gender import Gender
from router.core.ivr.speaking.grammar import Form
from router.core.ivr.speaking.phrase import Gap, Phrase
from router.core.vocabulary import PromptId

FORMS = (*(form.value for form in Form), *(gender.value for gender in Gender))
GAP = re.compile(r"\{([^{}]*)\}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Pieces:
    """`recordings` are the texts between the gaps, under the names that their sounds have."""

    phrase: Phrase
    recordings: dict[PromptId, str]


def pieces(prompt: PromptId, text: str) -> Pieces | None:
    """None: it has no gap, and is one recording. Raises Misread."""
    if "{" not in text and "}" not in text:
        return None
    parts: list[PromptId | Gap] = []
    recordings: dict[PromptId, str] = {}
    for number, part in enumerate(GAP.split(text)):
        if number % 2:
            parts.append(_gap(part))
        elif part.strip(" .,;:"):
            if "{" in part or "}" in part:
                raise Misread("{ and } around a variable, such as {n} or {telefono:digits}")
            recording = PromptId(f"{prompt}-{len(recordings) + 1}")
            recordings[recording] = part.strip()
            parts.append(recording)
    return Pieces(phrase=tuple(parts), recordings=recordings)


def _gap(written: str) -> Gap:
    name, colon, form = written.partition(":")
    if colon and form not in FORMS:
        raise Misread(f"a form after the colon: {', '.join(FORMS)}")
    read_name(name)
    if form in tuple(Gender):
        return Gap(name=name, form=Form.NUMBER, gender=Gender(form))
    return Gap(name=name, form=Form(form or "number"))
