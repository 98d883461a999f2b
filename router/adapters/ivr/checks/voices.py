"""How long what a step says takes: measured where there is a recording, else by its letters."""

from __future__ import annotations

import wave
from collections.abc import Collection, Mapping
from datetime import timedelta
from pathlib import Path

from router.core.ivr.model import Step
from router.core.vocabulary import Language, PromptId

LETTERS_A_SECOND = 14
"""Measured on the shipped prompts at 165 words a minute, pauses included."""


class Voices:
    """The prompts of all languages; `recorded` is the folder ivr/prompts."""

    def __init__(self, texts: Mapping[tuple[Language, PromptId], str], recorded: Path) -> None:
        self.texts = texts
        self._recorded = recorded
        self._lasts: dict[tuple[Language, PromptId], timedelta] = {}

    def lasts(self, language: Language, prompt: PromptId) -> timedelta:
        """One prompt in one language; nothing, if it is not said in it."""
        if (language, prompt) not in self._lasts:
            text = self.texts.get((language, prompt), "")
            spoken = timedelta(seconds=round(len(text) / LETTERS_A_SECOND, 1))
            recorded = _recording(self._recorded / language / f"{prompt}.wav")
            self._lasts[language, prompt] = spoken if recorded is None else recorded
        return self._lasts[language, prompt]

    def asks(self, step: Step, languages: Collection[Language]) -> timedelta:
        """What is said on entering the step, in the language in which it takes longest."""
        said = [each.prompt for each in step.spoken() if each.field[:1] == (step.kind,)]
        spoken = (
            sum((self.lasts(each, prompt) for prompt in said), timedelta()) for each in languages
        )
        return max(spoken, default=timedelta())


def _recording(file: Path) -> timedelta | None:
    try:
        with wave.open(str(file)) as sound:
            return timedelta(seconds=sound.getnframes() / (sound.getframerate() or 1))
    except (OSError, EOFError, wave.Error):
        return None
