"""What a recording holds: how loud, which tones, from when to when, and how long it was silent."""

from __future__ import annotations

import math
from array import array
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from functools import lru_cache
from operator import mul

RATE = 8000
FULL_SCALE = 32768.0
SILENCE_DBOV = -50.0

# 20 ms is one RTP packet: the finest grain at which silence can begin or end.
_LOUDNESS_FRAME = 160
# 50 ms tells tones 20 Hz apart; a packet alone could not tell 440 from 480 Hz.
_TONE_FRAME = 400
# A tone counts when it carries most of the frame's power, so that music does not pass for one.
_TONE_SHARE = 0.5
# Two packets lost or late in a row are not the end of a tone.
_BRIDGED_GAP = 0.1


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """A stretch of time between two instants of the monotonic clock, in seconds."""

    start: float
    end: float

    @property
    def duration(self) -> timedelta:
        return timedelta(seconds=self.end - self.start)


@dataclass(frozen=True, slots=True, kw_only=True)
class Recording:
    """What one end of a call heard: 8 kHz, 16 bit; missing RTP is zeros, so time never slips.

    `start` is the instant of the first sample on the monotonic clock (`time.monotonic`).
    """

    start: float
    samples: array[int]

    @classmethod
    def empty(cls, start: float) -> Recording:
        return cls(start=start, samples=array("h"))

    @property
    def end(self) -> float:
        return self.start + len(self.samples) / RATE

    def between(self, start: float, end: float) -> Recording:
        """That stretch alone; what lies outside the call was not heard, so it is silence."""
        first = round((start - self.start) * RATE)
        length = max(0, round((end - start) * RATE))
        before = min(length, max(0, -first))
        inside = self.samples[max(0, first) : max(0, first + length)]
        after = length - before - len(inside)
        return Recording(start=start, samples=_zeros(before) + inside + _zeros(after))


def power_dbov(samples: array[int]) -> float:
    """Mean power against the overload point (a full-scale square wave is 0 dBov)."""
    if not samples:
        return -math.inf
    mean = sum(map(mul, samples, samples)) / len(samples)
    return _decibels(mean / FULL_SCALE**2)


def tone_share(samples: array[int], hz: float) -> float:
    """Which part (0 to 1) of the power is the tone of `hz` (one bin of a Fourier transform)."""
    total = sum(map(mul, samples, samples))
    if not total:
        return 0.0
    cosines, sines = _waves(hz, len(samples))
    real, imaginary = sum(map(mul, samples, cosines)), sum(map(mul, samples, sines))
    return float(2 * (real * real + imaginary * imaginary) / (len(samples) * total))


def tone_present(samples: array[int], hz: float) -> bool:
    return power_dbov(samples) >= SILENCE_DBOV and tone_share(samples, hz) >= _TONE_SHARE


def heard(recording: Recording, hz: float) -> list[Span]:
    """From when to when the tone was there, to 50 ms."""
    return _spans(
        recording,
        _TONE_FRAME,
        [tone_present(frame, hz) for frame in _frames(recording, _TONE_FRAME)],
    )


def sounds(recording: Recording, above_dbov: float = SILENCE_DBOV) -> list[Span]:
    """From when to when there was any sound at all (a tone, speech, music), to 20 ms."""
    return _spans(
        recording,
        _LOUDNESS_FRAME,
        [power_dbov(frame) >= above_dbov for frame in _frames(recording, _LOUDNESS_FRAME)],
    )


def longest_silence(recording: Recording, below_dbov: float = SILENCE_DBOV) -> timedelta:
    """The longest stretch without sound; RTP that did not come is silence too."""
    last, longest = recording.start, 0.0
    for span in sounds(recording, below_dbov):
        longest = max(longest, span.start - last)
        last = span.end
    return timedelta(seconds=max(longest, recording.end - last))


def _frames(recording: Recording, length: int) -> Iterator[array[int]]:
    samples = recording.samples
    for first in range(0, len(samples) - length + 1, length):
        yield samples[first : first + length]


def _spans(recording: Recording, length: int, there: list[bool]) -> list[Span]:
    spans: list[Span] = []
    step = length / RATE
    for index, present in enumerate(there):
        if not present:
            continue
        start = recording.start + index * step
        if spans and start - spans[-1].end < _BRIDGED_GAP:
            spans[-1] = Span(start=spans[-1].start, end=start + step)
        else:
            spans.append(Span(start=start, end=start + step))
    return spans


@lru_cache(maxsize=64)
def _waves(hz: float, length: int) -> tuple[tuple[float, ...], tuple[float, ...]]:
    angles = [2 * math.pi * hz * index / RATE for index in range(length)]
    return tuple(map(math.cos, angles)), tuple(map(math.sin, angles))


def _decibels(ratio: float) -> float:
    return 10 * math.log10(ratio) if ratio > 0 else -math.inf


def _zeros(count: int) -> array[int]:
    return array("h", bytes(2 * count))
