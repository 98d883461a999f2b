"""How a simulated hotline looks: queues, hours of the day, and who carried heavy calls."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence

from rich.table import Column, Table

from router.cli.look import counted, table
from router.core.policy import Policy
from router.core.vocabulary import AgentId, QueueName
from router.simulator.hotline_plan import Plan
from router.simulator.hotline_report import Estimates, HotlineReport
from router.simulator.intervals import Estimate

HEAVIEST = 10

QUEUES = {
    "offered": "offered",
    "service_level": "in time",
    "service_level_strict": "strict",
    "abandonment": "abandoned",
    "net_abandonment": "net",
    "voice_mean": "to a voice",
    "voice_p90": "P90",
    "voice_p99": "P99",
    "voice_max": "max",
    "asa": "queue",
    "aht": "handled in",
    "aht_median": "median",
    "aht_p90": "P90",
    "widened_per_call": "widened",
}
HOURLY = {
    "offered": "offered",
    "service_level": "in time",
    "abandonment": "abandoned",
    "net_abandonment": "net",
    "voice_mean": "to a voice",
    "voice_p90": "P90",
    "staffed": "agents",
    "occupancy": "occupancy",
    "adherence": "adherent",
}
AGENTS = {
    "heavy_calls": "heavy calls",
    "heavy_hours": "heavy talk (h)",
    "longest_heavy_run": "most in a row",
    "calls": "calls",
    "occupancy": "occupancy",
    "adherence": "adherent",
}
SHARES = frozenset(
    {
        "service_level",
        "service_level_strict",
        "abandonment",
        "net_abandonment",
        "occupancy",
        "adherence",
        "widened_per_call",
    }
)
SECONDS = frozenset(
    {"voice_mean", "voice_p90", "voice_p99", "voice_max", "asa", "aht", "aht_median", "aht_p90"}
)
FORMULAS = (
    "in time: A<=T / (O - Bs); strict: A<=T / (A + B); abandoned: (B - Bs) / (O - Bs)\n"
    "net: abandoned, and the number reached nobody within 30 min, / (O - Bs)\n"
    "to a voice: from the arrival at the PBX, menu included; queue: the mean wait of the answered\n"
    "handled in: talk and wrap-up, per answered call; occupancy: handling / (handling + available)"
)


def hotline_tables(report: HotlineReport, plan: Plan, replications: int) -> list[Table]:
    """Queues, hours of the day, the agents with the most heavy calls."""
    days = counted(plan.days, "day")
    title = f"{days} from {plan.first:%Y-%m-%d}, {counted(replications, 'replication')}"
    queues = queue_table(report.overall, report.queues, plan.policy, title)
    agents = agent_table(report.agents)
    intervals = "means ± half of the 95 % interval over the replications"
    agents.caption = f"{intervals}\n{FORMULAS}\nadherent: of the time of the shifts"
    return [queues, hour_table(report.by_hour), agents]


def queue_table(
    overall: Estimates, queues: Mapping[QueueName, Estimates], policy: Policy, title: str
) -> Table:
    """The highest class first; all together at the end."""
    shown = _table("queue", QUEUES)
    for name in in_order(queues, policy):
        shown.add_row(name, *_cells(queues[name], QUEUES))
    shown.add_row("all", *_cells(overall, QUEUES), style="bold")
    shown.title, shown.title_justify = title, "left"
    return shown


def in_order(queues: Iterable[QueueName], policy: Policy) -> list[QueueName]:
    """The highest class first; one that the policy does not know any more, last."""
    known = policy.queues
    return sorted(queues, key=lambda n: (-known[n].order_class if n in known else math.inf, n))


def hour_table(by_hour: Sequence[Estimates]) -> Table:
    """All queues together."""
    shown = _table("hour", HOURLY)
    for hour, figures in enumerate(by_hour):
        shown.add_row(f"{hour:02d}", *_cells(figures, HOURLY))
    return shown


def queue_hour_table(hours: Mapping[QueueName, Sequence[Estimates]], policy: Policy) -> Table:
    """Each queue in the hours in which somebody took a place in it."""
    shown = _table("queue", {"hour": "hour"} | QUEUES)
    for name in in_order(hours, policy):
        first = True
        for hour, figures in enumerate(hours[name]):
            if figures["offered"].mean:
                shown.add_row(name if first else "", f"{hour:02d}", *_cells(figures, QUEUES))
                first = False
    return shown


def agent_table(agents: Mapping[AgentId, Estimates]) -> Table:
    """Those who carried the most."""
    shown = _table("agent", AGENTS)
    heaviest = sorted(agents.items(), key=lambda each: -(each[1]["heavy_calls"].mean or 0))
    for agent, figures in heaviest[:HEAVIEST]:
        shown.add_row(agent, *_cells(figures, AGENTS))
    shown.caption_justify = "left"
    return shown


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
