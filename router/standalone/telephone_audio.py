"""Sound made fit for a telephone: 8 kHz, mono, 16 bit, no rumble, no clipping, no dead ends."""

from __future__ import annotations

import io
import math
import wave
from array import array
from collections.abc import Sequence
from operator import mul
from pathlib import Path

RATE = 8000
# Telephones carry 300-3400 Hz; what is lower only costs loudness.
HIGH_PASS_HZ = 120.0
LOW_PASS_HZ = 3300.0
PEAK = 32767 * 10 ** (-3 / 20)
# Speech ends where it falls 40 dB below its own peak; some of that tail is kept.
SILENCE = 0.01
MARGIN = RATE * 30 // 1000
# Enough against aliases for speech, and cheap enough without numpy.
TAPS_PER_SIDE = 18


def is_telephone_wav(file: Path) -> bool:
    """Whether Asterisk plays it as it is; raises wave.Error or EOFError if it is no WAV at all."""
    with wave.open(str(file)) as sound:
        shape = (sound.getframerate(), sound.getnchannels(), sound.getsampwidth())
    return shape == (RATE, 1, 2)


def telephone_wav(sound: bytes) -> bytes:
    """A sound (WAV, MP3, FLAC, Ogg) of any rate and number of channels, turned into a telephone's.

    Raises wave.Error or EOFError for what is no such sound, or holds nothing but silence.
    """
    samples, rate, channels = _plain_wav(sound) or _decoded(sound)
    mono = samples if channels == 1 else _mixed(samples, channels)
    spoken = _trimmed(_high_passed(_resampled(mono, rate)))
    if not spoken:
        raise wave.Error("it is silent throughout")
    return _wav(_normalised(spoken))


def _plain_wav(sound: bytes) -> tuple[array[int], int, int] | None:
    """Samples, rate and channels; None if it is no WAV of 16 bits."""
    try:
        with wave.open(io.BytesIO(sound)) as source:
            if source.getsampwidth() != 2:
                return None
            # espeak-ng writes an endless length into its header when it writes to a pipe.
            frames = source.readframes(min(source.getnframes(), len(sound) // 2))
            return array("h", frames), source.getframerate(), source.getnchannels()
    except (wave.Error, EOFError):
        return None


def _decoded(sound: bytes) -> tuple[array[int], int, int]:
    # Imported here: it brings numpy along, and stand-ins need neither.
    import soundfile

    try:
        frames, rate = soundfile.read(io.BytesIO(sound), dtype="int16", always_2d=True)
    except (soundfile.SoundFileError, ValueError) as failure:
        detail = str(failure).rpartition(": ")[2].strip(" .").lower()
        raise wave.Error(f"it is no sound that can be read ({detail})") from failure
    return array("h", frames.tobytes()), int(rate), int(frames.shape[1])


def _mixed(samples: Sequence[int], channels: int) -> list[float]:
    return [sum(samples[at : at + channels]) / channels for at in range(0, len(samples), channels)]


def _resampled(samples: Sequence[float], rate: int) -> Sequence[float]:
    """By a polyphase filter: one windowed sinc per place between two samples of the source."""
    if rate == RATE:
        return samples
    common = math.gcd(rate, RATE)
    up, down = RATE // common, rate // common
    # Below both rates' limits, in cycles per sample of the source.
    cutoff = min(LOW_PASS_HZ, rate * 0.45) / rate
    phases = [_sinc(phase / up, cutoff) for phase in range(up)]
    padded = [0.0] * TAPS_PER_SIDE + list(samples) + [0.0] * TAPS_PER_SIDE
    taps = 2 * TAPS_PER_SIDE
    resampled = []
    for number in range(len(samples) * up // down):
        at, phase = divmod(number * down, up)
        resampled.append(sum(map(mul, phases[phase], padded[at + 1 : at + 1 + taps])))
    return resampled


def _sinc(fraction: float, cutoff: float) -> list[float]:
    """A low-pass under a Hann window, for an instant `fraction` of a sample after the middle."""
    weights = []
    for tap in range(1 - TAPS_PER_SIDE, TAPS_PER_SIDE + 1):
        distance = tap - fraction
        angle = 2 * math.pi * cutoff * distance
        ideal = 2 * cutoff * (math.sin(angle) / angle if angle else 1.0)
        weights.append(ideal * (0.5 + 0.5 * math.cos(math.pi * distance / TAPS_PER_SIDE)))
    total = sum(weights)
    return [weight / total for weight in weights]


def _high_passed(samples: Sequence[float]) -> list[float]:
    """A second-order Butterworth (R. Bristow-Johnson, Audio EQ Cookbook: HPF, Q = 1/sqrt 2)."""
    turn = 2 * math.pi * HIGH_PASS_HZ / RATE
    alpha = math.sin(turn) / math.sqrt(2)
    scale = 1 + alpha
    b = (1 + math.cos(turn)) / 2 / scale
    a1, a2 = -2 * math.cos(turn) / scale, (1 - alpha) / scale
    x1 = x2 = y1 = y2 = 0.0
    passed = []
    for x in samples:
        y = b * (x - 2 * x1 + x2) - a1 * y1 - a2 * y2
        x1, x2, y1, y2 = x, x1, y, y1
        passed.append(y)
    return passed


def _trimmed(samples: list[float]) -> list[float]:
    threshold = SILENCE * max(map(abs, samples), default=0.0)
    loud = [at for at, sample in enumerate(samples) if abs(sample) > threshold]
    return samples[max(0, loud[0] - MARGIN) : loud[-1] + 1 + MARGIN] if loud else []


def _normalised(samples: list[float]) -> array[int]:
    factor = PEAK / max(map(abs, samples))
    return array("h", (round(sample * factor) for sample in samples))


def _wav(samples: array[int]) -> bytes:
    written = io.BytesIO()
    with wave.open(written, "wb") as target:
        target.setnchannels(1)
        target.setsampwidth(2)
        target.setframerate(RATE)
        target.writeframes(samples.tobytes())
    return written.getvalue()
