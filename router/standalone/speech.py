"""Who speaks what nobody has recorded: espeak-ng, or a command of one's own."""

from __future__ import annotations

import shlex
import subprocess
import wave
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from router import errors
from router.core.vocabulary import Language
from router.standalone.programs import Prefix
from router.standalone.telephone_audio import telephone_wav

VOICES: Mapping[str, str] = {"es": "es-419", "en": "en-us"}
WORDS_PER_MINUTE = 165
WITHIN = 120.0
"""Seconds for one text."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Speech:
    """`command` has {text_file}, {language} and {out} in its words, and leaves a sound file at
    `out`; empty: espeak-ng of the prefix speaks."""

    prefix: Prefix
    command: str = ""

    def manner(self, language: Language) -> str:
        """Whatever changes how a text sounds."""
        return self.command or f"{VOICES.get(language, language)}\n{WORDS_PER_MINUTE}"

    def speak(self, language: Language, text: str) -> bytes:
        """A telephone's WAV. Raises SpeechFailed."""
        text = " ".join(text.split())
        try:
            sound, complaint = (self._told if self.command else self._espeak)(language, text)
        except (OSError, subprocess.TimeoutExpired) as failure:
            raise errors.SpeechFailed(text=text, voice=language, detail=failure) from failure
        try:
            return telephone_wav(sound)
        except (wave.Error, EOFError) as failure:
            detail = complaint.strip() or str(failure)
            raise errors.SpeechFailed(text=text, voice=language, detail=detail) from failure

    def _espeak(self, language: Language, text: str) -> tuple[bytes, str]:
        voice = VOICES.get(language, language)
        spoken = subprocess.run(
            self.prefix.command(
                "espeak-ng", "-v", voice, "-s", str(WORDS_PER_MINUTE), "-D", "--stdin", "--stdout"
            ),
            # One paragraph: espeak-ng reads standard input line by line.
            input=text.encode(),
            env=self.prefix.environment(),
            capture_output=True,
            check=False,
            timeout=WITHIN,
        )
        return spoken.stdout, spoken.stderr.decode(errors="replace")

    def _told(self, language: Language, text: str) -> tuple[bytes, str]:
        with TemporaryDirectory(prefix="hotline-speech-") as place:
            written, out = Path(place) / "text.txt", Path(place) / "out.wav"
            written.write_text(text + "\n", encoding="utf-8")
            gaps = {"{text_file}": str(written), "{language}": language, "{out}": str(out)}
            spoken = subprocess.run(
                [_filled(word, gaps) for word in shlex.split(self.command)],
                stdin=subprocess.DEVNULL,
                capture_output=True,
                check=False,
                timeout=WITHIN,
            )
            sound = out.read_bytes() if spoken.returncode == 0 and out.is_file() else b""
            return sound, spoken.stderr.decode(errors="replace") or "it left no sound"


def _filled(word: str, gaps: Mapping[str, str]) -> str:
    for gap, value in gaps.items():
        word = word.replace(gap, value)
    return word
