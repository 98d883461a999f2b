"""Music on hold of our own making: calm, free of anybody's rights, and never silent."""

from __future__ import annotations

import math
import os
import wave
from array import array
from pathlib import Path

RATE = 8000
# Slow chords with shared notes, so that nothing jumps: C, A minor, F, G (in Hz).
CHORDS = (
    (130.81, 261.63, 329.63, 392.00),
    (110.00, 261.63, 329.63, 440.00),
    (174.61, 261.63, 349.23, 440.00),
    (196.00, 246.94, 293.66, 392.00),
)
SECONDS_PER_CHORD = 6
# Each chord fades in while the last fades out; the loop's end meets its beginning in the same way.
FADE_SECONDS = 2
# The loudness of the whole, about -20 dBov: soft, well above the -55 dBov that count as silence.
AMPLITUDE = 0.1 * 32768 * math.sqrt(2)


def write_music(path: Path) -> None:
    """A loop of 24 s, 8 kHz mono; left alone if it is there already."""
    if path.exists():
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    unfinished = path.with_suffix(".part")
    with wave.open(str(unfinished), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(RATE)
        file.writeframes(compose().tobytes())
    os.replace(unfinished, path)


def compose() -> array[int]:
    """The samples of one round, signed 16 bits."""
    step = SECONDS_PER_CHORD * RATE
    fade = FADE_SECONDS * RATE
    total = step * len(CHORDS)
    mixed = [0.0] * total
    for number, chord in enumerate(CHORDS):
        # Whole periods per round: no click where the loop closes.
        tones = [2 * math.pi * round(tone * total / RATE) / total for tone in chord]
        start = number * step
        for offset in range(step + fade):
            at = (start + offset) % total
            # Sine and cosine fades keep the power even while two chords overlap.
            rising = math.sin(math.pi / 2 * min(1.0, offset / fade))
            falling = math.cos(math.pi / 2 * max(0.0, (offset - step) / fade))
            mixed[at] += rising * falling * sum(math.sin(tone * at) for tone in tones)
    loudness = math.sqrt(len(CHORDS[0]))
    return array("h", (int(AMPLITUDE / loudness * sample) for sample in mixed))
