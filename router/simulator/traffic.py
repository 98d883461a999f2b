"""Who calls a hotline: how many at which hour, with what need, for how long, with what patience."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta, tzinfo

from router.core.vocabulary import QueueName

HOUR = timedelta(hours=1)
HOURS = 24


@dataclass(frozen=True, slots=True, kw_only=True)
class Need:
    """Callers who want one queue. `hours`: their share of a day's calls in each hour, summing to 1;
    `week`: a factor for each day from Monday. Means in seconds."""

    queue: QueueName
    calls_per_day: float
    hours: tuple[float, ...]
    week: tuple[float, ...]
    talk_mean: float
    wrap_mean: float
    patience_mean: float

    def rate(self, local: datetime) -> float:
        """Calls per hour at that time."""
        return self.calls_per_day * self.hours[local.hour] * self.week[local.weekday()]


@dataclass(frozen=True, slots=True, kw_only=True)
class Oddities:
    """Calls that nothing can be done about: `fraction` of all, by weight; their mean talk in s."""

    fraction: float
    silent: float
    hangup: float
    prank_wrong: float
    talk_mean: float


@dataclass(frozen=True, slots=True, kw_only=True)
class CallsAgain:
    """Of those who gave up waiting, `share` call again, so many seconds `after` it."""

    share: float
    after: tuple[float, float]


@dataclass(frozen=True, slots=True, kw_only=True)
class Traffic:
    """`talk_sigma`: of the logarithm of a conversation; `gone_early`: the share who hang up within
    5 s of a queue. `calls_again` None: the needs' calls count those of who tries again, too."""

    needs: tuple[Need, ...]
    talk_sigma: float
    gone_early: float
    oddities: Oddities
    calls_again: CallsAgain | None = None

    def rates(self, need: Need, begins: datetime, days: int, zone: tzinfo) -> tuple[float, ...]:
        """Calls per hour in each hour from `begins` on."""
        return tuple(
            need.rate((begins + hour * HOUR).astimezone(zone)) for hour in range(days * HOURS)
        )


def by_queue(traffic: Traffic) -> Mapping[QueueName, Need]:
    """Each need by the queue it wants."""
    return {need.queue: need for need in traffic.needs}
