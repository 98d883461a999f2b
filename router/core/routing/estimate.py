"""How long a caller has yet to wait, as far as one can tell: rounded, or not told at all."""

from __future__ import annotations

import math
from datetime import timedelta

MINUTE = timedelta(minutes=1)
LATEST_WEIGHS = 0.2
"""How much the latest conversation counts in what is usual."""
TOLD_EXACTLY = 10
"""Minutes; more are told in fives."""


def usual(before: timedelta, latest: timedelta) -> timedelta:
    """How long an agent is taken by one call, once another has been heard of."""
    return before + (latest - before) * LATEST_WEIGHS


def estimate(ahead: int, agents: int, takes: timedelta) -> timedelta | None:
    """For a caller with so many `ahead`, of whom each `takes` one of the agents so long.

    None: nobody works on it, and nothing honest can be said.
    """
    return takes * (ahead + 1) / agents if agents else None


def minutes(wait: timedelta) -> int:
    """Rounded up, so that nobody is promised too much."""
    exact = max(1, math.ceil(wait / MINUTE))
    return exact if exact <= TOLD_EXACTLY else math.ceil(exact / 5) * 5
