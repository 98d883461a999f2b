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
from router.adapters.recording_box import recorded_prompt
from router.core.vocabulary import Language, PromptId
from router.standalone.prompts import says_old_text
from router.standalone.telephone_audio import telephone_wav

ORIGINALS = "originals"


class Voice(StrEnum):
    """Who says a prompt. `stale`: its text was changed after the recording was imported."""

    RECORDED = "recorded"
    STALE = "stale"
    STAND_IN = "stand-in"


@dataclass(frozen=True, slots=True, kw_only=True)
class Prompt:
    """One prompt in one language. Whoever may record prompts dials `*50` and its `number`; what
    they said `waits` to be imported."""

    number: int
    language: Language
    prompt: PromptId
    voice: Voice
    waits: bool
    text: str


def listed(ivr_dir: Path, state_dir: Path) -> list[Prompt]:
    """All that is to be recorded, numbered as the engine does. Raises FlowFilesInvalid."""
    return [
        Prompt(
            number=number,
            language=language,
            prompt=prompt,
            voice=_voice(ivr_dir / "prompts" / language, prompt, text),
            waits=recorded_prompt(state_dir, language, prompt).is_file(),
            text=text,
        )
        for number, ((language, prompt), text) in enumerate(
            sorted(prompt_texts(ivr_dir).items()), start=1
        )
    ]


def _voice(folder: Path, prompt: PromptId, text: str) -> Voice:
    recording = folder / f"{prompt}.wav"
    if not recording.is_file():
        return Voice.STAND_IN
    return Voice.STALE if says_old_text(recording, text) else Voice.RECORDED


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
    for earlier in (folder / ORIGINALS).glob(f"{prompt}.*"):
        earlier.unlink()
    shutil.copyfile(file, folder / ORIGINALS / f"{prompt}{file.suffix.lower() or '.wav'}")
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


def take_in_recorded(ivr_dir: Path, state_dir: Path, language: Language, prompt: PromptId) -> Path:
    """What an agent said by telephone; it waits no longer then.

    Raises NothingRecorded, and what `take_in` raises.
    """
    waiting = recorded_prompt(state_dir, language, prompt)
    if not waiting.is_file():
        raise errors.NothingRecorded(prompt=prompt, language=language)
    taken = take_in(ivr_dir, language, prompt, waiting)
    waiting.unlink()
    return taken
