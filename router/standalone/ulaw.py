"""G.711 µ-law, the sound of the telephone network (ITU-T G.711, table 2a)."""

from __future__ import annotations

import math
from array import array
from collections.abc import Sequence
from datetime import timedelta

_BIAS = 0x84
_CLIP = 32635
_TONE_AMPLITUDE = 16000
_RATE = 8000


def encoded(samples: Sequence[int]) -> bytes:
    return bytes(map(_encode, samples))


def decoded(data: bytes) -> array[int]:
    return array("h", map(_decode, data))


def tone(hz: float, lasts: timedelta) -> bytes:
    """Whole seconds join without a click where `hz` is a whole number."""
    count = round(lasts.total_seconds() * _RATE)
    return encoded(
        [round(_TONE_AMPLITUDE * math.sin(2 * math.pi * hz * at / _RATE)) for at in range(count)]
    )


def _encode(sample: int) -> int:
    sign = 0x80 if sample < 0 else 0
    magnitude = min(abs(sample), _CLIP) + _BIAS
    exponent = magnitude.bit_length() - 8
    return ~(sign | exponent << 4 | magnitude >> (exponent + 3) & 0x0F) & 0xFF


def _decode(code: int) -> int:
    code = ~code & 0xFF
    magnitude = (((code & 0x0F) << 3) + _BIAS << (code >> 4 & 7)) - _BIAS
    return -magnitude if code & 0x80 else magnitude
