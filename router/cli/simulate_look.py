"""How simulated figures look: a mean, and the interval about it."""

from __future__ import annotations

from rich.table import Column, Table

from router.cli.look import table
from router.simulator.intervals import Estimate
from router.simulator.model_report import Estimates, ModelReport

SHARES = frozenset({"p_wait", "service_level", "occupancy"})


def model_tables(report: ModelReport, threshold: float) -> list[Table]:
    """Calls by kind, and groups."""
    heads = {
        "offered": "offered",
        "answered": "answered",
        "abandoned": "abandoned",
        "p_wait": "had to wait",
        "mean_wait": "mean wait",
        "service_level": f"within {threshold:g}",
        "mean_queue": "mean queue",
    }
    calls = _table("calls", list(heads.values()))
    rows = dict(report.calls)
    if len(rows) > 1:
        rows["all"] = report.overall
    for name, figures in rows.items():
        calls.add_row(name, *(_cell(key, figures) for key in heads))
    groups = _table("agents", ["occupancy"])
    for name, figures in report.groups.items():
        groups.add_row(name, _cell("occupancy", figures))
    calls.caption = "mean ± half of the 99.9 % interval over the replications"
    calls.caption_justify = "left"
    return [calls, groups]


def _table(first: str, others: list[str]) -> Table:
    columns = [Column(each, justify="right", no_wrap=True) for each in others]
    return table(Column(first, no_wrap=True), *columns, tight=True)


def _cell(key: str, figures: Estimates) -> str:
    found = figures[key]
    if found.mean is None:
        return "-"
    scale, unit = (100.0, " %") if key in SHARES else (1.0, "")
    return f"{_number(found.mean * scale)}{_half(found, scale)}{unit}"


def _half(found: Estimate, scale: float) -> str:
    if found.high is None or found.mean is None:
        return ""
    return f" ± {_number((found.high - found.mean) * scale)}"


def _number(value: float) -> str:
    return f"{value:.0f}" if abs(value) >= 1000 else f"{value:.3g}"
