"""What a caller asks for: which class, who is eligible from when on, who is preferred."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from router.core.routing.skills import SkillSet
from router.core.vocabulary import SkillName

Instant = float
"""Any number that grows with time. The engine counts whole microseconds, a model its own unit."""

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MICROSECOND = timedelta(microseconds=1)


def whole(duration: timedelta) -> int:
    """A duration in microseconds, exactly."""
    return duration // MICROSECOND


def instant(at: datetime) -> int:
    """Microseconds of an aware instant since the epoch, exactly."""
    return (at - EPOCH) // MICROSECOND


def moment(microseconds: Instant) -> datetime:
    """The instant back."""
    return EPOCH + timedelta(microseconds=microseconds)


@dataclass(frozen=True, slots=True, kw_only=True)
class Demand:
    """A class of requirements; equal demands share one line of callers.

    `circles[0]` is who is eligible at first (any one of the sets), `circles[n]` after n steps; step
    n is taken `after[n - 1]` from the call's arrival at the PBX (W1). `head_start` is taken off the
    place, `overdue` is the wait from which on a call stands at the top of its class (O1). `heavy`:
    not for agents who rest from heavy calls (A3).
    """

    queue: str
    order_class: int
    circles: tuple[tuple[SkillSet, ...], ...]
    after: tuple[Instant, ...] = ()
    prefer: tuple[tuple[SkillName, int], ...] = ()
    head_start: Instant = 0
    overdue: Instant | None = None
    heavy: bool = False
