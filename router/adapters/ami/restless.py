"""A global of the dialplan by which the guard keeps callers from an engine that dies over and over.

It holds a time by Asterisk's clock, until which it counts: a guard that dies locks nobody out.
"""

from __future__ import annotations

import math

RESTLESS = "HOTLINE_RESTLESS"
"""In dialplans/extensions.conf too."""
COUNTS_FOR = 10.0
"""Seconds. The guard writes it anew several times a second while it stands."""
AT_MOST = 11.0
"""One that is further in the future comes from before the clock was set. In the dialplan too."""


def stands(told: str, asterisk_now: str) -> bool:
    """Whether callers are kept from the engine; both by Asterisk's clock, as it tells them."""
    try:
        left = float(told) - float(asterisk_now)
    except ValueError:
        return False
    return 0 <= left <= AT_MOST


def until(asterisk_now: str) -> str:
    """What the guard writes; an empty text where Asterisk told no time."""
    try:
        now = float(asterisk_now)
    except ValueError:
        return ""
    return f"{now + COUNTS_FOR:.3f}" if math.isfinite(now) else ""
