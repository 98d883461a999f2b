"""A hotline's days run to their figures: replications, means and 95 % intervals."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from router.core.vocabulary import AgentId, QueueName
from router.metrics.call_book import HOURS
from router.metrics.figures import Values
from router.metrics.report import Figures
from router.simulator.hotline_plan import Plan
from router.simulator.hotline_run import HotlineRun
from router.simulator.hotline_tally import HotlineTally
from router.simulator.intervals import Estimate, estimate
from router.simulator.replications import Progress, replicate

LEVEL = 0.95

Estimates = Mapping[str, Estimate]


@dataclass(frozen=True, slots=True, kw_only=True)
class HotlineReport:
    """Each figure over all replications. `by_hour` and `hours`: by hour of the day."""

    overall: Estimates
    queues: Mapping[QueueName, Estimates]
    by_hour: tuple[Estimates, ...]
    hours: Mapping[QueueName, tuple[Estimates, ...]]
    agents: Mapping[AgentId, Estimates]


@dataclass(frozen=True, slots=True, kw_only=True)
class Replication:
    """One replication of a plan, by its number."""

    plan: Plan

    def __call__(self, number: int) -> Figures:
        tally = HotlineTally(self.plan)
        run = HotlineRun(self.plan, number, tally.hear)
        run.run()
        return tally.figures(run)


def simulate_hotline(
    plan: Plan, replications: int, *, workers: int | None = None, progress: Progress
) -> HotlineReport:
    """Bit-identical for a seed, whatever the number of workers."""
    return report(
        replicate(Replication(plan=plan), replications, workers=workers, progress=progress)
    )


def report(each: Sequence[Figures]) -> HotlineReport:
    """Joined in their order."""
    queues = sorted({name for figures in each for name in figures.queues})
    agents = sorted({name for figures in each for name in figures.agents})
    return HotlineReport(
        overall=_over([one.overall for one in each]),
        queues={name: _over([one.queues.get(name) for one in each]) for name in queues},
        by_hour=tuple(_over([one.by_hour[hour] for one in each]) for hour in range(HOURS)),
        hours={
            name: tuple(_over([_hour(one, name, hour) for one in each]) for hour in range(HOURS))
            for name in queues
        },
        agents={name: _over([one.agents.get(name) for one in each]) for name in agents},
    )


def _hour(figures: Figures, queue: QueueName, hour: int) -> Values | None:
    hours = figures.hours.get(queue)
    return None if hours is None else hours[hour]


def _over(values: Sequence[Values | None]) -> Estimates:
    known = [each for each in values if each is not None]
    keys = known[0] if known else {}
    return {key: estimate([each[key] for each in known], LEVEL) for key in keys}
