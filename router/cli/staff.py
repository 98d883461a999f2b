"""`hotline staff` and `hotline coverage`: who is needed when, and when nobody is there."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from router.cli.exits import Exit
from router.cli.look import say_json
from router.cli.options import AsJson, ConfigFile, StateDir, configuration
from router.core.plain import to_plain

PANEL = "Plan"

RosterFile = Annotated[
    Path,
    typer.Option("--roster", metavar="FILE", help="Agents and shifts (docs/examples/roster.yaml)."),
]
PolicyDir = Annotated[
    Path | None,
    typer.Option("--policy", metavar="DIR", help="(default: the flows of the settings)"),
]


def add_to(app: typer.Typer) -> None:
    """Add the commands of this module."""
    app.command("staff", rich_help_panel=PANEL)(staff)
    app.command("coverage", rich_help_panel=PANEL)(coverage)


def staff(
    context: typer.Context,
    roster: RosterFile,
    day: Annotated[
        datetime | None,
        typer.Option("--day", formats=["%Y-%m-%d"], help="Which one (default: next Monday)."),
    ] = None,
    policy: PolicyDir = None,
    traffic: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Who calls, in JSON (default: the shipped one)."),
    ] = None,
    seed: Annotated[int, typer.Option(help="The same seed, the same figures.")] = 1,
    json: AsJson = False,
    state_dir: StateDir = None,
    config: ConfigFile = None,
) -> None:
    """Agents of which skills each half hour needs for the targets, beside the roster's.

    By Erlang first, each queue alone; then by simulation, with the policy's widening.
    """
    from router.cli.planned import a_bar, plan_from
    from router.cli.staff_look import halves_of, print_staff
    from router.simulator.staffing import staff as needs_of

    settings = configuration(context, state_dir, config).settings
    plan = plan_from(
        roster=roster,
        first=day.date() if day is not None else None,
        days=1,
        policy=policy or settings.ivr_dir,
        traffic=traffic,
        zone=settings.time_zone,
        seed=seed,
    ).plan
    with a_bar("Staffing the hours", 24) as progress:
        hours = needs_of(plan, progress=progress)
    halves = halves_of(plan, hours)
    if json:
        say_json([to_plain(each) for each in halves])
    else:
        print_staff(plan, halves)


def coverage(
    context: typer.Context,
    roster: RosterFile,
    policy: PolicyDir = None,
    json: AsJson = False,
    state_dir: StateDir = None,
    config: ConfigFile = None,
) -> None:
    """When nobody is eligible for a queue. Exit code 1 if not even after all widening."""
    from router.cli.planned import plan_from
    from router.cli.staff_look import print_gaps
    from router.simulator.coverage import gaps

    settings = configuration(context, state_dir, config).settings
    plan = plan_from(
        roster=roster,
        first=None,
        days=1,
        policy=policy or settings.ivr_dir,
        traffic=None,
        zone=settings.time_zone,
        seed=1,
    ).plan
    found = gaps(plan.policy, plan.roster)
    if json:
        say_json([to_plain(each) for each in found])
    else:
        print_gaps({name: queue.order_class for name, queue in plan.policy.queues.items()}, found)
    if any(not gap.eligible_later for gap in found):
        raise typer.Exit(Exit.NOT_SO)
