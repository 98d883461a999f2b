"""Music on hold: soft, without clicks, and never silent."""

from __future__ import annotations

import wave
from itertools import pairwise
from math import log10, sqrt
from pathlib import Path

from router.standalone.music import RATE, compose, write_music


def test_no_tenth_of_a_second_comes_near_to_silence_or_is_loud() -> None:
    samples = compose()
    for start in range(0, len(samples), RATE // 10):
        part = samples[start : start + RATE // 10]
        level = 20 * log10(sqrt(sum(each * each for each in part) / len(part)) / 32768)
        assert -32 < level < -12


def test_loop_closes_without_a_click() -> None:
    samples = compose()
    largest = max(abs(later - earlier) for earlier, later in pairwise(samples))
    assert abs(samples[0] - samples[-1]) <= largest
    assert max(map(abs, samples)) < 32767 * 0.7


def test_file_is_what_asterisk_plays_without_resampling(tmp_path: Path) -> None:
    write_music(tmp_path / "moh/calm.wav")
    with wave.open(str(tmp_path / "moh/calm.wav")) as file:
        assert (file.getframerate(), file.getnchannels(), file.getsampwidth()) == (8000, 1, 2)
        assert file.getnframes() == 24 * RATE
    assert [each.name for each in (tmp_path / "moh").iterdir()] == ["calm.wav"]
