"""How a report from the journal looks: the tables of a simulation, with exact figures."""

from __future__ import annotations

from collections.abc import Sequence

from rich.table import Table

from router.cli.hotline_look import (
    FORMULAS,
    agent_table,
    hour_table,
    queue_hour_table,
    queue_table,
)
from router.core.policy import Policy
from router.metrics.figures import Values
from router.metrics.report import Figures
from router.simulator.hotline_report import Estimates
from router.simulator.intervals import Estimate


def report_tables(found: Figures, policy: Policy, title: str, *, planned: bool) -> Sequence[Table]:
    """`planned`: agents' time was held against their shifts."""
    queues = {name: _exact(values) for name, values in found.queues.items()}
    hours = {name: list(map(_exact, each)) for name, each in found.hours.items()}
    agents = agent_table({name: _exact(values) for name, values in found.agents.items()})
    against = "of the shifts" if planned else "of the time logged in; --roster names the shifts"
    agents.caption = f"{FORMULAS}\nadherent: at work, in a respiro or a debrief, {against}"
    return (
        queue_table(_exact(found.overall), queues, policy, title),
        queue_hour_table(hours, policy),
        hour_table(list(map(_exact, found.by_hour))),
        agents,
    )


def _exact(values: Values) -> Estimates:
    return {key: Estimate(mean=value, low=None, high=None) for key, value in values.items()}
