"""`hotline simulate`: try agents, calls and policies before people live under them."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from router.cli.options import AsJson, ConfigFile, StateDir, configuration

PANEL = "Plan"
CALLS = 100_000
WARMUP = 10_000
REPLICATIONS = 20
DAYS = 28
OF_HOTLINE = 4
"""Replications of a hotline's days; each is a month of 20,000 calls through the whole engine."""
MODEL = "A model"
HOTLINE = "A hotline"


def add_to(app: typer.Typer) -> None:
    """Add the command of this module."""
    app.command("simulate", rich_help_panel=PANEL)(simulate)


def simulate(
    context: typer.Context,
    roster: Annotated[
        Path | None,
        typer.Option(
            "--roster",
            metavar="FILE",
            help="Agents and shifts in YAML (docs/examples/roster.yaml).",
            rich_help_panel=HOTLINE,
        ),
    ] = None,
    begins: Annotated[
        datetime | None,
        typer.Option(
            "--from",
            formats=["%Y-%m-%d"],
            help="The first day (default: next Monday).",
            rich_help_panel=HOTLINE,
        ),
    ] = None,
    days: Annotated[
        int | None,
        typer.Option(min=1, max=366, help=f"(default: {DAYS})", rich_help_panel=HOTLINE),
    ] = None,
    policy: Annotated[
        Path | None,
        typer.Option(
            metavar="DIR",
            help="Flows, queues and hours (default: those of the settings).",
            rich_help_panel=HOTLINE,
        ),
    ] = None,
    compare: Annotated[
        Path | None,
        typer.Option(
            metavar="DIR",
            help="Another policy, for the very same calls and agents: what changes for whom.",
            rich_help_panel=HOTLINE,
        ),
    ] = None,
    traffic: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE",
            help="Who calls, in JSON (default: the shipped traffic.json).",
            rich_help_panel=HOTLINE,
        ),
    ] = None,
    plots: Annotated[
        Path | None,
        typer.Option(
            metavar="DIR",
            help="Draw service level, waits and occupancy by hour there, as SVG and PNG.",
            rich_help_panel=HOTLINE,
        ),
    ] = None,
    model: Annotated[
        Path | None,
        typer.Option(
            "--model",
            metavar="FILE",
            help="Agents and calls in YAML (docs/examples/model.yaml).",
            rich_help_panel=MODEL,
        ),
    ] = None,
    calls: Annotated[
        int | None,
        typer.Option(
            min=1,
            help=f"Calls that count, in each replication (default: {CALLS}).",
            rich_help_panel=MODEL,
        ),
    ] = None,
    warmup: Annotated[
        int | None,
        typer.Option(
            min=0,
            help=f"Calls before those, uncounted (default: {WARMUP}).",
            rich_help_panel=MODEL,
        ),
    ] = None,
    threshold: Annotated[
        float | None,
        typer.Option(min=0, help="Answered within this is service level.", rich_help_panel=MODEL),
    ] = None,
    seed: Annotated[int, typer.Option(help="The same seed, the same figures.")] = 1,
    replications: Annotated[
        int | None,
        typer.Option(
            min=1, max=100_000, help=f"(default: {REPLICATIONS} of a model, {OF_HOTLINE} of days)"
        ),
    ] = None,
    json: AsJson = False,
    state_dir: StateDir = None,
    config: ConfigFile = None,
) -> None:
    """Run a hotline's days through the engine, or a model through the routing alone.

    Waits, service level and occupancy, with intervals over the replications.
    """
    from router.cli import simulating
    from router.cli.planned import plan_from

    if (model is None) == (roster is None):
        raise typer.BadParameter("Name a --roster for a hotline's days, or a --model.")
    if model is not None:
        given = (begins, days, policy, compare, traffic, plots)
        _refuse_any(given, "--from, --days, --policy, --compare, --traffic and --plots need days")
        simulating.run_model(
            model, calls, warmup, threshold or 0.0, seed, replications or REPLICATIONS, as_json=json
        )
        return
    assert roster is not None
    _refuse_any((calls, warmup, threshold), "--calls, --warmup and --threshold need a --model")
    settings = configuration(context, state_dir, config).settings
    planned = plan_from(
        roster=roster,
        first=begins.date() if begins is not None else None,
        days=days or DAYS,
        policy=policy or settings.ivr_dir,
        traffic=traffic,
        zone=settings.time_zone,
        seed=seed,
    )
    if compare is not None:
        _refuse_any(
            (plots,), "--plots draws one policy: leave out --compare, or draw each by itself"
        )
        simulating.run_comparison(planned, compare, replications or OF_HOTLINE, as_json=json)
    else:
        simulating.run_days(planned, replications or OF_HOTLINE, plots, as_json=json)


def _refuse_any(given: tuple[object, ...], why: str) -> None:
    if any(each is not None for each in given):
        raise typer.BadParameter(f"{why}.")
