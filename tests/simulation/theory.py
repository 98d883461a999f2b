"""Exact values of queueing theory, each by the formula that is cited."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import factorial


def erlang_c(agents: int, load: float) -> float:
    """P(wait) of M/M/c by Erlang C: Cooper, Introduction to Queueing Theory, 2nd ed., 3.4 (4.8)."""
    last = load**agents / factorial(agents) * agents / (agents - load)
    return last / (sum(load**n / factorial(n) for n in range(agents)) + last)


def erlang_c_wait(agents: int, rate: float, mean: float) -> float:
    """E[W] of M/M/c: C / (c mu - lambda)."""
    return erlang_c(agents, rate * mean) / (agents / mean - rate)


@dataclass(frozen=True, slots=True, kw_only=True)
class ErlangA:
    """M/M/c+M in its steady state."""

    p_wait: float
    p_abandon: float
    mean_wait: float


def erlang_a(agents: int, rate: float, mean: float, patience: float) -> ErlangA:
    """By the birth-death balance of the number in the system: Garnett, Mandelbaum and Reiman,
    Designing a Call Center with Impatient Customers, 2002, section 2; P(wait) by PASTA, and
    P(abandon) = theta E[W]."""
    weights = [1.0]
    for n in range(1, agents + 2000):
        death = min(n, agents) / mean + max(n - agents, 0) / patience
        weights.append(weights[-1] * rate / death)
    total = sum(weights)
    queue = sum((n - agents) * w for n, w in enumerate(weights) if n > agents) / total
    wait = queue / rate
    return ErlangA(p_wait=sum(weights[agents:]) / total, p_abandon=wait / patience, mean_wait=wait)


def cobham(agents: int, rates: Sequence[float], mean: float) -> list[float]:
    """E[W] of each class, the highest first, when all have one exponential service: Cobham,
    Priority Assignment in Waiting Line Problems, Operations Research 2 (1954), 70-76."""
    begun = erlang_c(agents, sum(rates) * mean) * mean / agents
    waits, above = [], 0.0
    for rate in rates:
        through = above + rate * mean / agents
        waits.append(begun / ((1 - above) * (1 - through)))
        above = through
    return waits


def pollaczek_khinchine(rate: float, mean: float, second_moment: float) -> float:
    """E[W] of M/G/1: lambda E[S^2] / 2 (1 - rho), Pollaczek 1930 and Khinchine 1932."""
    return rate * second_moment / (2 * (1 - rate * mean))
