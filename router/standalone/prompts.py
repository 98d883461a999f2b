"""What callers hear: recorded voices where there are any, and spoken stand-ins for the rest."""

from __future__ import annotations

import hashlib
import wave
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from tempfile import NamedTemporaryFile

from router.core.vocabulary import Language, PromptId
from router.standalone.speech import Speech
from router.standalone.telephone_audio import is_telephone_wav, telephone_wav

# In the sounds of a language, so that `sound:hotline/menu` is said in the channel's language.
FOLDER = "hotline"
# Raised when the same text shall sound otherwise than before.
RECIPE = 2


class Source(StrEnum):
    RECORDED = "recorded"
    SPOKEN = "spoken"


@dataclass(frozen=True, slots=True, kw_only=True)
class BuiltPrompt:
    """A prompt that Asterisk can play; `problem` says why a recording was not used."""

    language: Language
    prompt: PromptId
    file: Path
    source: Source
    fresh: bool
    problem: str | None = None


def build(
    texts: Mapping[tuple[Language, PromptId], str],
    into: Path,
    *,
    speech: Speech,
    cache: Path,
    recorded: Path | None = None,
) -> list[BuiltPrompt]:
    """Each text as `into`/<language>/hotline/<prompt>.wav, made again only where it changed.

    A recording in `recorded`/<language>/<prompt>.wav wins over the text; one that cannot be played,
    or says an old text, is reported, and the text is spoken. Raises SpeechFailed.
    """
    booth = _Booth(into=into, speech=speech, cache=cache / "prompts", recorded=recorded)
    booth.cache.mkdir(parents=True, exist_ok=True)
    wanted = sorted(texts.items())
    with ThreadPoolExecutor() as speakers:
        return list(
            speakers.map(lambda each: booth.prompt(each[0][0], each[0][1], each[1]), wanted)
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Booth:
    into: Path
    speech: Speech
    cache: Path
    recorded: Path | None

    def prompt(self, language: Language, prompt: PromptId, text: str) -> BuiltPrompt:
        file = self.into / language / FOLDER / f"{prompt}.wav"
        recording = self._recording(language, prompt)
        source, problem = Source.SPOKEN, None
        fresh = False
        if recording is not None and says_old_text(recording, text):
            problem = f"{recording} says an old text"
        elif recording is not None:
            try:
                fresh = self._place(file, _digest(recording.read_bytes()), recording)
                source = Source.RECORDED
            except (wave.Error, EOFError) as failure:
                problem = f"{recording} cannot be played: {failure}"
        if source is Source.SPOKEN:
            manner = self.speech.manner(language)
            wanted = _digest(f"{RECIPE}\n{manner}\n{text}".encode())
            fresh = self._place(file, wanted, (language, text))
        return BuiltPrompt(
            language=language,
            prompt=prompt,
            file=file,
            source=source,
            fresh=fresh,
            problem=problem,
        )

    def _recording(self, language: Language, prompt: PromptId) -> Path | None:
        if self.recorded is None:
            return None
        file = self.recorded / language / f"{prompt}.wav"
        return file if file.is_file() else None

    def _place(self, file: Path, digest: str, origin: Path | tuple[Language, str]) -> bool:
        """Puts the sound of `digest` into `file` unless it is there; true if it was not."""
        made_of = file.with_suffix(".sha256")
        if file.exists() and made_of.exists() and made_of.read_text() == digest:
            return False
        kept = self.cache / f"{digest}.wav"
        if not kept.exists():
            made = _sound(origin) if isinstance(origin, Path) else self.speech.speak(*origin)
            _write(kept, made)
        file.parent.mkdir(parents=True, exist_ok=True)
        # Should it be cut short between the two, the next run makes it again.
        made_of.unlink(missing_ok=True)
        _write(file, kept.read_bytes())
        made_of.write_text(digest)
        return True


def says_old_text(recording: Path, text: str) -> bool:
    """What it says is noted beside it when it is imported."""
    said = recording.with_suffix(".txt")
    return said.is_file() and said.read_text(encoding="utf-8").strip() != text


def _sound(recording: Path) -> bytes:
    sound = recording.read_bytes()
    return sound if is_telephone_wav(recording) else telephone_wav(sound)


def _digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def _write(file: Path, content: bytes) -> None:
    """By rename: Asterisk may be playing the old one, and others may fill the same cache."""
    with NamedTemporaryFile(dir=file.parent, delete=False) as unfinished:
        unfinished.write(content)
    written = Path(unfinished.name)
    written.chmod(0o644)
    written.rename(file)
