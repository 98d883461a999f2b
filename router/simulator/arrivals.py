"""When calls come: a Poisson stream whose rate is constant, or constant within each period."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import accumulate
from random import Random

from router.simulator.chance import exponentials


def arrivals(rates: tuple[float, ...], period: float | None, chance: Random) -> Iterator[float]:
    """Instants from 0 on: without end if there is no period, else until the last one is over."""
    if period is None:
        return _steady(rates[0], chance)
    return _in_periods(rates, period, chance)


def _steady(rate: float, chance: Random) -> Iterator[float]:
    return accumulate(exponentials(rate, chance)) if rate > 0 else iter(())


def _in_periods(rates: tuple[float, ...], period: float, chance: Random) -> Iterator[float]:
    """An interval that crosses into a period is stretched by its rate from there on: exact, since
    the integral of the rate between two arrivals is exponential with mean 1."""
    at, index = 0.0, 0
    left = chance.expovariate(1.0)
    while index < len(rates):
        end = (index + 1) * period
        until_end = rates[index] * (end - at)
        if left > until_end:
            left -= until_end
            at, index = end, index + 1
        else:
            at += left / rates[index] if rates[index] > 0 else 0.0
            left = chance.expovariate(1.0)
            yield at
