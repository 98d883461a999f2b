"""How a simulated hotline looks: queues, hours of the day, and who carried heavy calls."""

from __future__ import annotations

from collections.abc import Mapping

from rich.table import Column, Table

from router.cli.look import counted, table
from router.simulator.hotline_report import HotlineReport
from router.simulator.hotline_run import Plan
from router.simulator.intervals import Estimate

HEAVIEST = 10

QUEUES = {
    "offered": "offered",
    "service_level": "in time",
    "service_level_strict": "strict",
    "abandonment": "abandoned",
    "voice_mean": "to a voice",
    "voice_p90": "P90",
    "voice_p99": "P99",
    "aht": "handled in",
    "widened_per_call": "widened",
}
HOURLY = {
    "offered": "offered",
    "service_level": "in time",
    "abandonment": "abandoned",
    "voice_mean": "to a voice",
    "voice_p90": "P90",
    "staffed": "agents",
    "occupancy": "occupancy",
}
AGENTS = {
    "heavy_calls": "heavy calls",
    "heavy_hours": "heavy talk (h)",
    "longest_heavy_run": "most in a row",
    "calls": "calls",
    "occupancy": "occupancy",
}
SHARES = frozenset(
    {"service_level", "service_level_strict", "abandonment", "occupancy", "widened_per_call"}
)
SECONDS = frozenset({"voice_mean", "voice_p90", "voice_p99", "voice_max", "aht", "asa"})


def hotline_tables(report: HotlineReport, plan: Plan, replications: int) -> list[Table]:
    """Queues, hours of the day, the agents with the most heavy calls."""
    queues = _table("queue", QUEUES)
    order = sorted(report.queues, key=lambda name: -plan.policy.queues[name].order_class)
    for name in order:
        queues.add_row(name, *_cells(report.queues[name], QUEUES))
    queues.add_row("all", *_cells(report.overall, QUEUES), style="bold")
    days = counted(plan.days, "day")
    queues.title = f"{days} from {plan.first:%Y-%m-%d}, {counted(replications, 'replication')}"
    queues.title_justify = "left"
    hours = _table("hour", HOURLY)
    for hour, figures in enumerate(report.by_hour):
        hours.add_row(f"{hour:02d}", *_cells(figures, HOURLY))
    agents = _table("agent", AGENTS)
    heaviest = sorted(report.agents.items(), key=lambda each: -(each[1]["heavy_calls"].mean or 0))
    for agent, figures in heaviest[:HEAVIEST]:
        agents.add_row(agent, *_cells(figures, AGENTS))
    agents.caption = (
        "means ± half of the 95 % interval over the replications\n"
        "in time: A<=T / (O - Bs); strict: A<=T / (A + B); abandoned: (B - Bs) / (O - Bs)\n"
        "to a voice: from the arrival at the PBX, menu included"
    )
    agents.caption_justify = "left"
    return [queues, hours, agents]


def _table(first: str, heads: Mapping[str, str]) -> Table:
    columns = [Column(each, justify="right", no_wrap=True) for each in heads.values()]
    return table(Column(first, no_wrap=True), *columns, tight=True)


def _cells(figures: Mapping[str, Estimate], heads: Mapping[str, str]) -> list[str]:
    return [cell(key, figures.get(key)) for key in heads]


def cell(key: str, found: Estimate | None) -> str:
    """`93.1 ± 0.8 %`, `42 ± 3 s`, `1210 ± 20`."""
    if found is None or found.mean is None:
        return "-"
    if key in SHARES:
        return f"{with_half(found, 100, 1)} %"
    if key in SECONDS:
        return f"{with_half(found, 1, 0)} s"
    return with_half(found, 1, 0 if found.mean >= 100 else 1)


def with_half(found: Estimate, scale: float, digits: int) -> str:
    """The mean, and half of the interval."""
    assert found.mean is not None
    mean = f"{found.mean * scale:.{digits}f}"
    if found.high is None:
        return mean
    return f"{mean} ± {(found.high - found.mean) * scale:.{digits}f}"
