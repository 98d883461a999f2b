"""What `hotline simulate` does once it knows what is wanted."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import typer

from router.cli.compare_look import comparison_view
from router.cli.hotline_look import hotline_tables
from router.cli.look import err, out, say_json
from router.cli.planned import Planned, a_bar, content
from router.cli.simulate import CALLS, WARMUP
from router.cli.simulate_look import model_tables
from router.core.plain import to_plain
from router.core.policy import Policy
from router.errors import ModelInvalid, PlotsNotInstalled
from router.planning.model_yaml import read_model
from router.simulator.comparison import compare
from router.simulator.hotline_report import HotlineReport, simulate_hotline
from router.simulator.model_report import Trial, simulate_model


def run_model(
    file: Path,
    calls: int | None,
    warmup: int | None,
    threshold: float,
    seed: int,
    replications: int,
    *,
    as_json: bool,
) -> None:
    """A model, through the routing alone."""
    read, warnings = read_model(content(file, ModelInvalid), str(file))
    if read.period is not None and (calls is not None or warmup is not None):
        raise typer.BadParameter(
            "The model has lists: every replication is one pass over its periods. "
            "Leave --calls and --warmup out."
        )
    for warning in warnings:
        err().print(warning, style="yellow", markup=False)
    trial = Trial(
        model=read,
        seed=seed,
        calls=CALLS if calls is None else calls,
        warmup=WARMUP if warmup is None else warmup,
        threshold=threshold,
    )
    with a_bar("Simulating", replications) as progress:
        report = simulate_model(trial, replications, progress=progress)
    if as_json:
        say_json(to_plain(report))
    else:
        for table in model_tables(report, threshold):
            out().print(table)


def run_days(planned: Planned, replications: int, plots: Path | None, *, as_json: bool) -> None:
    """A hotline's days, through the whole engine."""
    if plots is not None:
        _draw()  # before the waiting: to say at the end that nothing can be drawn is too late
    with a_bar(f"Simulating {planned.plan.days} days", replications) as progress:
        report = simulate_hotline(planned.plan, replications, progress=progress)
    drawn: list[Path] = []
    if plots is not None:
        drawn = _draw()(report, planned.plan.policy, plots)
    if as_json:
        say_json(to_plain(report))
        return
    for table in hotline_tables(report, planned.plan, replications):
        out().print(table)
    for file in drawn:
        out().print(f"Drawn: {file}", markup=False)


def _draw() -> Callable[[HotlineReport, Policy, Path], list[Path]]:
    """Raises PlotsNotInstalled: an engine in production needs no pictures."""
    try:
        from router.cli.simulate_plots import draw
    except ModuleNotFoundError as missing:
        raise PlotsNotInstalled(module=missing.name) from missing
    return draw


def run_comparison(planned: Planned, other: Path, replications: int, *, as_json: bool) -> None:
    """The same callers and agents under another policy."""

    instead = planned.with_policy(other)
    with a_bar("Simulating both policies", 2 * replications) as progress:
        comparison = compare(planned.plan, instead.plan, replications, progress=progress)
    if as_json:
        say_json(to_plain(comparison))
        return
    for part in comparison_view(comparison):
        out().print(part)
