"""Confidence intervals of a mean over independent replications, by Student's t."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from statistics import fmean, stdev


@dataclass(frozen=True, slots=True, kw_only=True)
class Estimate:
    """A mean and the interval about it; `low` and `high` are None for fewer than two values."""

    mean: float | None
    low: float | None
    high: float | None

    def __contains__(self, value: float) -> bool:
        if self.low is None or self.high is None:
            return False
        return self.low <= value <= self.high


def estimate(values: Sequence[float | None], level: float) -> Estimate:
    """Over the replications that have a value."""
    known = [value for value in values if value is not None]
    if not known:
        return Estimate(mean=None, low=None, high=None)
    mean = fmean(known)
    if len(known) < 2:
        return Estimate(mean=mean, low=None, high=None)
    half = t_quantile((1 + level) / 2, len(known) - 1) * stdev(known) / math.sqrt(len(known))
    return Estimate(mean=mean, low=mean - half, high=mean + half)


@lru_cache
def t_quantile(p: float, freedom: int) -> float:
    """The value that a t of so many degrees of freedom stays below with probability `p` >= 0.5."""
    low, high = 0.0, 1.0
    while _t_below(high, freedom) < p:
        low, high = high, 2 * high
    while True:
        middle = (low + high) / 2
        if middle in (low, high):
            return middle
        if _t_below(middle, freedom) < p:
            low = middle
        else:
            high = middle


def _t_below(t: float, freedom: int) -> float:
    """P(T <= t) for t >= 0: the finite sums of Abramowitz and Stegun 26.7.3 and 26.7.4."""
    theta = math.atan(t / math.sqrt(freedom))
    cos, cos2 = math.cos(theta), math.cos(theta) ** 2
    odd = freedom % 2 == 1
    term = cos if odd else 1.0
    total = 0.0
    for n in range(1 if odd else 0, freedom - 1, 2):
        total += term
        term *= cos2 * (n + 1) / (n + 2)
    between = math.sin(theta) * total
    if odd:
        between = (theta + between) * 2 / math.pi
    return 0.5 + between / 2
