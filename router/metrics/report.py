"""A stretch of time in figures: M1 to M4 of queues, hours of the day and agents."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from router.core.policy import Policy
from router.core.vocabulary import AgentId, QueueName
from router.metrics.call_book import CallBook
from router.metrics.figures import Values
from router.metrics.shift_book import ShiftBook


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """`by_hour` and `hours`: by hour of the day, all queues together and each."""

    overall: Values
    queues: Mapping[QueueName, Values]
    by_hour: tuple[Values, ...]
    hours: Mapping[QueueName, tuple[Values, ...]]
    agents: Mapping[AgentId, Values]


def figures(calls: CallBook, shifts: ShiftBook, days: float) -> Figures:
    """Of two books that are closed; `staffed` is the mean over so many days."""
    return Figures(
        overall={**calls.overall(), **shifts.overall()},
        queues=calls.queues(),
        by_hour=tuple(
            {
                **values,
                "occupancy": shifts.occupancy(hour),
                "adherence": shifts.adherence(hour),
                "staffed": (shifts.handling[hour] + shifts.available[hour]) / 3600 / days,
            }
            for hour, values in enumerate(calls.by_hour())
        ),
        hours=calls.hours(),
        agents={name: shifts.agents[name].figures for name in sorted(shifts.agents)},
    )


def heavy_queues(policy: Policy) -> frozenset[QueueName]:
    """Those that the policy calls heavy; if none, its highest class."""
    named = frozenset(name for name, queue in policy.queues.items() if queue.heavy)
    highest = max(queue.order_class for queue in policy.queues.values())
    first = frozenset(n for n, queue in policy.queues.items() if queue.order_class == highest)
    return named or first
