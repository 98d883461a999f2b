"""`hotline simulate`: try agents, calls and policies before people live under them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer

from router import errors
from router.cli.look import err, out, say_json
from router.cli.options import AsJson
from router.cli.simulate_look import model_tables
from router.core.plain import to_plain
from router.simulator.replications import Progress

PANEL = "Plan"
CALLS = 100_000
WARMUP = 10_000
REPLICATIONS = 20


def add_to(app: typer.Typer) -> None:
    """Add the command of this module."""
    app.command("simulate", rich_help_panel=PANEL)(simulate)


def simulate(
    model: Annotated[
        Path,
        typer.Option("--model", metavar="FILE", help="Agents and calls in YAML (docs/routing.md)."),
    ],
    calls: Annotated[
        int | None,
        typer.Option(min=1, help=f"Calls that count, in each replication (default: {CALLS})."),
    ] = None,
    warmup: Annotated[
        int | None,
        typer.Option(min=0, help=f"Calls before those, uncounted (default: {WARMUP})."),
    ] = None,
    seed: Annotated[int, typer.Option(help="The same seed, the same figures.")] = 1,
    replications: Annotated[int, typer.Option(min=1, max=100_000)] = REPLICATIONS,
    threshold: Annotated[
        float, typer.Option(min=0, help="Answered within this is service level.")
    ] = 0.0,
    json: AsJson = False,
) -> None:
    """Run a model through the routing itself: waits, service level, occupancy, with intervals."""
    from router.planning.model_yaml import read_model
    from router.simulator.model_report import Trial, simulate_model

    read, warnings = read_model(_content(model), str(model))
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
    with _progress("Simulating", replications) as progress:
        report = simulate_model(trial, replications, progress=progress)
    if json:
        say_json(to_plain(report))
    else:
        for table in model_tables(report, threshold):
            out().print(table)


def _content(file: Path) -> bytes:
    try:
        return file.read_bytes()
    except OSError as failure:
        raise errors.ModelInvalid(
            problems=f"{file} cannot be read ({failure.strerror}). Name a file of agents and calls."
        ) from failure


@contextmanager
def _progress(what: str, total: int) -> Iterator[Progress]:
    """A bar for a person who waits; nothing for a program."""
    from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeRemainingColumn
    from rich.progress import Progress as Bar

    columns = (TextColumn(what), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Bar(*columns, console=err(), transient=True, disable=not err().is_terminal) as bar:
        shown = bar.add_task(what, total=total)
        yield lambda done: bar.update(shown, completed=done)
