"""Metrics M1 to M4 of calls that took a place in a queue, by their formulas in routing.md."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from math import ceil
from statistics import fmean, median

Values = Mapping[str, float | None]

SHORT = 5.0
"""A caller who is gone within so many seconds of a queue did not wait (Bs)."""


@dataclass(slots=True)
class QueueTally:
    """`within`: the queue's target, `short`: see SHORT; all in seconds.

    `waits` and `voices` are those of the answered, from their place and from the PBX; `left` the
    waits of the abandoned; `handled` talk and wrap-up, call by call. `reached_nobody`: of those
    who left after having waited, whose number reached nobody within half an hour.
    """

    within: float
    short: float = SHORT
    offered: int = 0
    waits: list[float] = field(default_factory=list)
    voices: list[float] = field(default_factory=list)
    left: list[float] = field(default_factory=list)
    handled: list[float] = field(default_factory=list)
    reached_nobody: int = 0
    widened: int = 0
    offers: int = 0
    missed: int = 0

    @property
    def in_time(self) -> int:
        """Answered within the target."""
        return sum(1 for each in self.waits if each <= self.within)

    def figures(self) -> Values:
        """None where there was nothing to divide by."""
        return self._figures(self.in_time)

    def _figures(self, in_time: int) -> Values:
        answered, short = len(self.waits), sum(1 for each in self.left if each < self.short)
        abandoned, offered = len(self.left), self.offered
        return {
            "offered": offered,
            "answered": answered,
            "abandoned": abandoned,
            "abandoned_early": short,
            "service_level": _share(in_time, offered - short),
            "service_level_strict": _share(in_time, answered + abandoned),
            "abandonment": _share(abandoned - short, offered - short),
            "net_abandoned": self.reached_nobody,
            "net_abandonment": _share(self.reached_nobody, offered - short),
            "asa": fmean(self.waits) if self.waits else None,
            "wait_p90": quantile(self.waits, 0.9),
            "voice_mean": fmean(self.voices) if self.voices else None,
            "voice_p90": quantile(self.voices, 0.9),
            "voice_p99": quantile(self.voices, 0.99),
            "voice_max": max(self.voices, default=None),
            "aht": fmean(self.handled) if self.handled else None,
            "aht_median": median(self.handled) if self.handled else None,
            "aht_p90": quantile(self.handled, 0.9),
            "widened_per_call": _share(self.widened, offered),
            "offers_missed": _share(self.missed, self.offers),
        }

    @classmethod
    def of_all(cls, tallies: Iterable[QueueTally]) -> Values:
        """Several queues or hours together, each held to its own target."""
        total, in_time = cls(within=0.0), 0
        for each in tallies:
            total.short = each.short
            total.offered += each.offered
            total.waits += each.waits
            total.voices += each.voices
            total.left += each.left
            total.handled += each.handled
            total.reached_nobody += each.reached_nobody
            total.widened += each.widened
            total.offers += each.offers
            total.missed += each.missed
            in_time += each.in_time
        return total._figures(in_time)


def quantile(values: list[float], share: float) -> float | None:
    """The smallest value that at least this share of them does not exceed."""
    if not values:
        return None
    ordered = sorted(values)
    return ordered[max(0, ceil(share * len(ordered)) - 1)]


def _share(part: float, whole: float) -> float | None:
    return part / whole if whole > 0 else None
