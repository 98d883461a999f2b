"""What a recording is said to hold is what was put into it."""

from __future__ import annotations

import math
from array import array
from datetime import timedelta

import pytest

from router.standalone.tone import (
    RATE,
    Recording,
    heard,
    longest_silence,
    power_dbov,
    sounds,
    tone_share,
)
from router.standalone.ulaw import decoded, encoded

START = 1000.0
GRAIN = 0.06


def sine(hz: float, seconds: float, amplitude: float = 8000) -> array[int]:
    count = round(seconds * RATE)
    return array(
        "h", (round(amplitude * math.sin(2 * math.pi * hz * at / RATE)) for at in range(count))
    )


def silence(seconds: float) -> array[int]:
    return array("h", bytes(2 * round(seconds * RATE)))


def recorded(*parts: array[int]) -> Recording:
    samples = array("h")
    for part in parts:
        samples += part
    return Recording(start=START, samples=samples)


def test_full_scale_sine_is_three_decibels_below_overload() -> None:
    assert power_dbov(sine(440, 1, 32767)) == pytest.approx(-3.01, abs=0.01)
    assert power_dbov(silence(1)) == -math.inf


@pytest.mark.parametrize("other", [392, 494, 523])
def test_tone_is_told_from_its_neighbours(other: int) -> None:
    frame = sine(440, 0.05)
    assert tone_share(frame, 440) > 0.95
    assert tone_share(frame, other) < 0.2


def test_tone_is_heard_from_when_to_when_it_was_there() -> None:
    recording = recorded(silence(1), sine(440, 2), silence(0.5), sine(523, 1))
    (span,) = heard(recording, 440)
    assert span.start == pytest.approx(START + 1, abs=GRAIN)
    assert span.end == pytest.approx(START + 3, abs=GRAIN)
    assert [round(each.start - START, 1) for each in sounds(recording)] == [1.0, 3.5]


def test_tone_below_the_threshold_of_silence_is_not_heard() -> None:
    faint = sine(440, 1, amplitude=90)
    assert power_dbov(faint) < -50
    assert not heard(recorded(faint), 440)
    assert longest_silence(recorded(faint)) == timedelta(seconds=1)


def test_one_lost_packet_does_not_end_a_tone_but_is_silence() -> None:
    recording = recorded(sine(440, 1), silence(0.02), sine(440, 1))
    assert len(heard(recording, 440)) == 1
    assert longest_silence(recorded(sine(440, 1), silence(3), sine(440, 1))) == timedelta(seconds=3)


def test_what_lies_outside_the_call_counts_as_silence() -> None:
    part = recorded(sine(440, 1)).between(START - 1, START + 2.5)
    assert part.end == pytest.approx(START + 2.5)
    assert longest_silence(part) == timedelta(seconds=1.5)
    (span,) = sounds(part)
    assert span.start == pytest.approx(START)


def test_telephones_coding_keeps_a_tone() -> None:
    frame = sine(440, 0.02)
    kept = decoded(encoded(frame))
    assert max(abs(one - other) for one, other in zip(frame, kept, strict=True)) < 300
    assert decoded(encoded(kept)) == kept
