"""Durations that chance decides, and the streams of chance that they are drawn from."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from itertools import chain
from random import Random

Draw = Callable[[], float]
BATCH = 256


def stream(seed: int, *names: str | int) -> Random:
    """A stream of its own for each name: what one draws from it moves nothing elsewhere.

    The same on every machine: Python seeds from a text by its SHA-512.
    """
    return Random("/".join(map(str, (seed, *names))))


def exponentials(rate: float, chance: Random) -> Iterator[float]:
    """Without end, of mean 1 / rate; many are drawn ahead, so the stream is to serve nothing else.

    The very bits of `Random.expovariate`, in a fraction of its time.
    """
    uniform, log = chance.random, math.log

    def some() -> list[float]:
        return [-log(1.0 - uniform()) / rate for _ in range(BATCH)]

    return chain.from_iterable(iter(some, []))


@dataclass(frozen=True, slots=True)
class Exponential:
    """Forgets how long it has lasted; `mean` > 0."""

    mean: float

    def drawn(self, chance: Random) -> Draw:
        return partial(chance.expovariate, 1 / self.mean)


@dataclass(frozen=True, slots=True)
class Deterministic:
    """Always the same; `value` >= 0."""

    value: float

    @property
    def mean(self) -> float:
        return self.value

    def drawn(self, chance: Random) -> Draw:
        return lambda: self.value


@dataclass(frozen=True, slots=True)
class Lognormal:
    """`mean` > 0 is that of the durations, `sigma` >= 0 that of their logarithm."""

    mean: float
    sigma: float

    def drawn(self, chance: Random) -> Draw:
        mu = math.log(self.mean) - self.sigma**2 / 2
        return partial(chance.lognormvariate, mu, self.sigma)


@dataclass(frozen=True, slots=True)
class Gamma:
    """Of `mean` > 0; `shape` > 0, and 1 is the exponential."""

    mean: float
    shape: float

    def drawn(self, chance: Random) -> Draw:
        return partial(chance.gammavariate, self.shape, self.mean / self.shape)


@dataclass(frozen=True, slots=True)
class Uniform:
    """All between `low` >= 0 and `high` alike."""

    low: float
    high: float

    @property
    def mean(self) -> float:
        return (self.low + self.high) / 2

    def drawn(self, chance: Random) -> Draw:
        return partial(chance.uniform, self.low, self.high)


Duration = Exponential | Deterministic | Lognormal | Gamma | Uniform


def draws(duration: Duration, chance: Random) -> Draw:
    """From a stream that serves nothing else: the same values as by `drawn`, sooner."""
    if isinstance(duration, Exponential):
        return exponentials(1 / duration.mean, chance).__next__
    return duration.drawn(chance)
