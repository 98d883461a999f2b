"""Durations that chance decides, and the streams of chance that they are drawn from."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from random import Random

Draw = Callable[[], float]


def stream(seed: int, *names: str | int) -> Random:
    """A stream of its own for each name: what one draws from it moves nothing elsewhere.

    The same on every machine: Python seeds from a text by its SHA-512.
    """
    return Random("/".join(map(str, (seed, *names))))


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
