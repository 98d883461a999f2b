"""Recorded voices of the hotline: which prompts have one, which are out of date, and new ones."""

from __future__ import annotations

import shutil
import wave
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from router import errors
from router.adapters.flow_files import prompt_texts
from router.core.vocabulary import Language, PromptId
from router.standalone.telephone_audio import telephone_wav

ORIGINALS = "originals"


class Voice(StrEnum):
    """Who says a prompt. `stale`: its text was changed after the recording was imported."""

    RECORDED = "recorded"
    STALE = "stale"
    STAND_IN = "stand-in"


@dataclass(frozen=True, slots=True, kw_only=True)
class Prompt:
    """One prompt in one language."""

    language: Language
    prompt: PromptId
    voice: Voice
    text: str


def listed(ivr_dir: Path) -> list[Prompt]:
    """All that is to be recorded. Raises FlowFilesInvalid."""
    return [
        Prompt(
            language=language,
            prompt=prompt,
            voice=_voice(ivr_dir / "prompts" / language, prompt, text),
            text=text,
        )
        for (language, prompt), text in sorted(prompt_texts(ivr_dir).items())
    ]


def _voice(folder: Path, prompt: PromptId, text: str) -> Voice:
    if not (folder / f"{prompt}.wav").is_file():
        return Voice.STAND_IN
    said = folder / f"{prompt}.txt"
    if said.is_file() and said.read_text(encoding="utf-8").strip() != text:
        return Voice.STALE
    return Voice.RECORDED


def take_in(ivr_dir: Path, language: Language, prompt: PromptId, file: Path) -> Path:
    """The recording, made fit for the telephone; the original is kept, and what it says noted.

    Raises PromptUnknown, RecordingUnusable, FlowFilesInvalid.
    """
    text = _text(prompt_texts(ivr_dir), language, prompt)
    try:
        sound = telephone_wav(file.read_bytes())
    except OSError as failure:
        raise errors.RecordingUnusable(file=file, detail=failure.strerror) from failure
    except (wave.Error, EOFError) as failure:
        detail = str(failure) or "it ends too early"
        raise errors.RecordingUnusable(file=file, detail=detail) from failure
    folder = ivr_dir / "prompts" / language
    (folder / ORIGINALS).mkdir(parents=True, exist_ok=True)
    shutil.copyfile(file, folder / ORIGINALS / f"{prompt}.wav")
    (folder / f"{prompt}.txt").write_text(f"{text}\n", encoding="utf-8")
    taken = folder / f"{prompt}.wav"
    unfinished = taken.with_suffix(".new")
    unfinished.write_bytes(sound)
    unfinished.rename(taken)
    return taken


def _text(
    texts: Mapping[tuple[Language, PromptId], str], language: Language, prompt: PromptId
) -> str:
    try:
        return texts[language, prompt]
    except KeyError:
        raise errors.PromptUnknown(prompt=prompt, language=language) from None
