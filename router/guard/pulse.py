"""How long ago the engine was last seen alive, whatever is done to Asterisk's clock or to us."""

from __future__ import annotations

import math

STALE_AFTER = 3.5
"""Seconds. A beat comes each second; callers are moved within 4 s."""
CLOCK_PUT_RIGHT = 1.0
"""Seconds by which Asterisk's clock may run ahead of ours, or behind, between two looks."""
SLEPT_AFTER, ONE_BEAT = 1.5, 1.2
"""Seconds. Whoever was not looking for so long gives the engine the time of one beat."""


class Pulse:
    """Two looks tell whether Asterisk's clock was set: then the beat did not grow old by it."""

    def __init__(self) -> None:
        self._beat = ""
        self._put_right = 0.0
        self._last: tuple[float, float] | None = None
        self._not_before: float | None = None

    def is_stale(self, *, asterisk_now: str, beat: str, at: float) -> bool:
        """The times by Asterisk's clock, as it tells them, `at` by ours, which is never set.

        A beat that is no time was never written by an engine.
        """
        try:
            now, beaten = float(asterisk_now), float(beat)
        except ValueError:
            return True
        if not (math.isfinite(now) and math.isfinite(beaten)):
            return True
        set_by = self._looked(now, at, is_new=beat != self._beat)
        self._beat = beat
        age = now - beaten - self._put_right
        if set_by and abs(now - beaten - set_by) < abs(age):
            # Stamped before the clock was set, and written after.
            self._put_right, age = set_by, now - beaten - set_by
        is_old = not -CLOCK_PUT_RIGHT <= age <= STALE_AFTER
        return is_old and (self._not_before is None or at >= self._not_before)

    def _looked(self, now: float, at: float, *, is_new: bool) -> float:
        """By how much the clock was set since the look before, if it was."""
        last, self._last = self._last, (now, at)
        if is_new:
            self._put_right, self._not_before = 0.0, None
        if last is None:
            return 0.0
        if at - last[1] > SLEPT_AFTER and self._not_before is None:
            self._not_before = at + ONE_BEAT
        drift = (now - last[0]) - (at - last[1])
        if abs(drift) <= CLOCK_PUT_RIGHT:
            return 0.0
        if not is_new:
            self._put_right += drift
        return drift
