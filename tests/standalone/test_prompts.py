"""Callers hear every prompt: a recorded voice where there is one, a spoken stand-in elsewhere."""

from __future__ import annotations

import math
import os
import shutil
import wave
from array import array
from pathlib import Path

import pytest

from router import errors
from router.core.vocabulary import Language, PromptId
from router.folders import cache_folder
from router.standalone import debian
from router.standalone.programs import Prefix
from router.standalone.prompts import BuiltPrompt, Source, build
from router.standalone.speech import Speech

ES, EN = Language("es"), Language("en")
GREETING = PromptId("saludo")


@pytest.fixture(scope="module")
def prefix() -> Prefix:
    return debian.ensure(cache=cache_folder(os.environ))


class Studio:
    """Builds prompts in a folder of the test's own."""

    def __init__(self, folder: Path, prefix: Prefix) -> None:
        self.sounds = folder / "sounds"
        self.recorded = folder / "recorded"
        self.cache = folder / "cache"
        self.command = ""
        self._prefix = prefix

    def builds(self, text: str, language: Language = ES) -> BuiltPrompt:
        (built,) = build(
            {(language, GREETING): text},
            self.sounds,
            speech=Speech(prefix=self._prefix, command=self.command),
            cache=self.cache,
            recorded=self.recorded,
        )
        return built

    def receives(self, recording: bytes) -> None:
        file = self.recorded / ES / f"{GREETING}.wav"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(recording)

    def receives_tone(self, *tones: float, rate: int, channels: int = 1) -> None:
        samples = array("h")
        for at in range(rate):
            level = round(sum(8000 * math.sin(2 * math.pi * hz * at / rate) for hz in tones))
            samples.extend([level] * channels)
        file = self.recorded / ES / f"{GREETING}.wav"
        file.parent.mkdir(parents=True, exist_ok=True)
        with wave.open(str(file), "wb") as target:
            target.setframerate(rate)
            target.setnchannels(channels)
            target.setsampwidth(2)
            target.writeframes(samples.tobytes())


@pytest.fixture
def studio(tmp_path: Path, prefix: Prefix) -> Studio:
    return Studio(tmp_path, prefix)


def samples_of(file: Path) -> array[int]:
    with wave.open(str(file)) as sound:
        assert (sound.getframerate(), sound.getnchannels(), sound.getsampwidth()) == (8000, 1, 2)
        return array("h", sound.readframes(sound.getnframes()))


def share_at(hz: float, samples: array[int]) -> float:
    """How much of the power lies at `hz` (Goertzel)."""
    turn = 2 * math.pi * hz / 8000
    real = sum(sample * math.cos(turn * at) for at, sample in enumerate(samples))
    imaginary = sum(sample * math.sin(turn * at) for at, sample in enumerate(samples))
    return 2 * (real**2 + imaginary**2) / len(samples) / sum(s * s for s in samples)


def test_a_text_is_spoken_for_the_telephone(studio: Studio) -> None:
    built = studio.builds("Línea de Seguridad. Le atiende una persona.")

    assert built.file == studio.sounds / "es/hotline/saludo.wav"
    assert built.source is Source.SPOKEN
    samples = samples_of(built.file)
    assert 1.5 < len(samples) / 8000 < 6
    loudest = max(map(abs, samples))
    assert 20 * math.log10(loudest / 32768) == pytest.approx(-3, abs=0.1)
    edge = 8000 // 10
    assert max(map(abs, samples[:edge])) > loudest * 0.01
    assert max(map(abs, samples[-edge:])) > loudest * 0.01


def test_english_is_spoken_by_another_voice(studio: Studio) -> None:
    spanish, english = studio.builds("Marque siete"), studio.builds("Marque siete", EN)

    assert english.file == studio.sounds / "en/hotline/saludo.wav"
    assert english.file.read_bytes() != spanish.file.read_bytes()


def test_a_text_that_begins_like_an_option_is_spoken_as_text(studio: Studio) -> None:
    assert len(samples_of(studio.builds("-v nueve, uno, uno").file)) > 4000


def test_a_prompt_is_made_again_only_when_its_text_changed(studio: Studio) -> None:
    assert studio.builds("Un momento.").fresh
    assert not studio.builds("Un momento.").fresh
    assert studio.builds("Un momento, por favor.").fresh


def test_a_prompt_whose_file_was_lost_is_made_again(studio: Studio) -> None:
    studio.builds("Un momento.").file.unlink()

    assert studio.builds("Un momento.").file.exists()


def test_a_second_stack_takes_what_the_first_has_spoken(
    studio: Studio, tmp_path: Path, prefix: Prefix
) -> None:
    first = studio.builds("Un momento.")
    kept = next((studio.cache / "prompts").glob("*.wav"))
    before = kept.stat().st_mtime_ns
    studio.sounds = tmp_path / "others"

    second = studio.builds("Un momento.")

    assert second.file.read_bytes() == first.file.read_bytes()
    assert kept.stat().st_mtime_ns == before


def test_a_recorded_voice_wins_as_soon_as_it_is_there_and_is_played_unchanged(
    studio: Studio,
) -> None:
    studio.builds("Un momento.")
    studio.receives_tone(440, rate=8000)

    built = studio.builds("Un momento.")

    assert built.source is Source.RECORDED
    recording = studio.recorded / "es/saludo.wav"
    assert built.file.read_bytes() == recording.read_bytes()


def test_a_studio_recording_is_converted_for_the_telephone(studio: Studio) -> None:
    studio.receives_tone(440, rate=44100, channels=2)

    built = studio.builds("Un momento.")

    assert built.source is Source.RECORDED
    samples = samples_of(built.file)
    assert len(samples) == pytest.approx(8000, rel=0.05)
    assert share_at(440, samples) > 0.9


def test_what_a_telephone_cannot_carry_does_not_fold_back_as_noise(studio: Studio) -> None:
    studio.receives_tone(440, 6000, rate=22050)

    samples = samples_of(studio.builds("Un momento.").file)

    assert share_at(440, samples) > 0.99
    assert share_at(8000 - 6000, samples) < 0.001


def test_rumble_is_taken_away(studio: Studio) -> None:
    studio.receives_tone(50, 440, rate=22050)

    samples = samples_of(studio.builds("Un momento.").file)

    assert share_at(50, samples) < 0.05 * share_at(440, samples)


def test_a_broken_recording_is_reported_and_the_text_is_spoken(studio: Studio) -> None:
    studio.receives(b"this is no WAV")

    built = studio.builds("Un momento.")

    assert built.source is Source.SPOKEN
    assert built.problem is not None
    assert "saludo.wav" in built.problem
    assert len(samples_of(built.file)) > 4000


def test_a_text_that_cannot_be_spoken_is_named(studio: Studio) -> None:
    with pytest.raises(errors.SpeechFailed, match="could not be spoken"):
        studio.builds("...")


def test_another_command_may_speak(studio: Studio, tmp_path: Path) -> None:
    said = tmp_path / "said.wav"
    shutil.copy(studio.builds("Dicho por otra voz.").file, said)
    script = tmp_path / "speak"
    script.write_text(f'#!/bin/sh\ncat "$1" > {tmp_path}/text-$2\ncp {said} "$3"\n')
    script.chmod(0o700)
    studio.command = f"{script} {{text_file}} {{language}} {{out}}"
    built = studio.builds("Un texto  con\nvarias líneas.")
    assert (built.source, built.fresh) == (Source.SPOKEN, True)
    assert (tmp_path / "text-es").read_text() == "Un texto con varias líneas.\n"
    assert len(samples_of(built.file)) == pytest.approx(len(samples_of(said)), rel=0.05)
    assert not studio.builds("Un texto  con\nvarias líneas.").fresh


@pytest.mark.parametrize(
    "command", ["/bin/false {text_file} {out}", "no-such-program {text_file} {out}"]
)
def test_a_command_that_fails_is_told(command: str, studio: Studio) -> None:
    studio.command = command
    with pytest.raises(errors.SpeechFailed, match="Un momento"):
        studio.builds("Un momento.")


def test_a_recording_that_says_an_old_text_gives_way_to_a_stand_in(studio: Studio) -> None:
    studio.receives_tone(440, rate=8000)
    noted = studio.recorded / ES / f"{GREETING}.txt"
    noted.write_text("Un momento.\n")
    assert studio.builds("Un momento.").source is Source.RECORDED
    built = studio.builds("Un momento, por favor.")
    assert built.source is Source.SPOKEN
    assert built.problem is not None
    assert "says an old text" in built.problem
