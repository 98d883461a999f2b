"""How long something took, written alike in both languages: Mexico has a decimal point, too."""

from __future__ import annotations

from datetime import timedelta


def span(duration: timedelta) -> str:
    """`214 ms`, `3.2 s`, `2 min 05 s`."""
    seconds = duration.total_seconds()
    if seconds < 1:
        return f"{seconds * 1000:.0f} ms"
    if seconds < 60:
        return f"{seconds:.1f} s"
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes} min {rest:02} s"


def rounded(duration: timedelta) -> str:
    """`90 s`, `2 min`: no more exact than anybody asks."""
    seconds = round(duration.total_seconds())
    return f"{seconds} s" if seconds < 120 else f"{seconds // 60} min"
