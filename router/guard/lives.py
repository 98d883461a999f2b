"""Whether the engine only seems to live: one that dies over and over, right after a first beat."""

from __future__ import annotations

from dataclasses import dataclass

from router.guard.pulse import SLEPT_AFTER, STALE_AFTER

SHORT = 3.0
"""Seconds from the first to the last beat of a life in which no caller got anywhere."""
IN_A_ROW = 2
"""After so many short lives the next one is not trusted. One is no more than bad luck: the engine
dies, and so does who took over."""
TRIAL, TRIAL_AT_MOST = 10.0, 60.0
"""Seconds for which a life must beat until callers are given to it. The time doubles when it dies
as soon as it has them: what kills it may be one of them."""
AS_SOON_AS = 5.0
"""Seconds within which it is asked for all callers, and has them."""


@dataclass(slots=True)
class _Life:
    """By our clock. `counts`: it was watched from its beginning."""

    counts: bool = True
    first: float | None = None
    last: float = 0.0

    def beats(self, at: float) -> None:
        """A beat of its own stands; after a pause as of the dead it begins anew."""
        if self.first is None or at - self.last > STALE_AFTER:
            self.first = at
        self.last = at

    @property
    def lasted(self) -> float | None:
        """Seconds of beats; None: it never beat."""
        return None if self.first is None else self.last - self.first


class Lives:
    """Each life of the engine has a token of its own, which stands in Asterisk beside its beat."""

    def __init__(self) -> None:
        self._token = self._beat = ""
        self._life = _Life(counts=False)
        self._short = 0
        self._looked: float | None = None
        self._trusted_at: float | None = None
        self.trial = TRIAL
        """Seconds of beats for which the next life is on trial, or would be."""
        self.restless = False
        """The engine keeps dying: callers are kept from it, until a life has lasted."""

    def look(self, *, token: str, beat: str, at: float, kept: bool) -> bool:
        """Whether it is restless, from the two globals as they stand; `at` by our clock, which is
        never set. `kept`: callers are kept from it, as a guard before this one saw to."""
        if self._looked is None:
            self.restless = kept
        elif at - self._looked > SLEPT_AFTER:
            self._life = _Life(counts=False)  # who knows what was meanwhile
        if token and token != self._token:  # there is none in an Asterisk that has just started
            if self._token:
                self._ended(self._life)
                self._life = _Life()
            self._token = token
        if beat and beat != self._beat and self._looked is not None:
            self._life.beats(at)
        self._beat, self._looked = beat, at
        if self.restless and (self._life.lasted or 0.0) >= self.trial:
            self.restless, self._trusted_at, self._short = False, at, 0
        return self.restless

    def _ended(self, life: _Life) -> None:
        lasted = life.lasted
        if self.restless or lasted is None:
            return
        if self._trusted_at is not None:
            soon = life.last - self._trusted_at < AS_SOON_AS
            self._trusted_at = None
            if soon:
                self.restless, self.trial = True, min(2 * self.trial, TRIAL_AT_MOST)
                return
            self.trial = TRIAL
        if life.counts:
            self._short = self._short + 1 if lasted < SHORT else 0
        self.restless = self._short >= IN_A_ROW
