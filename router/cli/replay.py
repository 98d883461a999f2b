"""`hotline replay`: the calls of the past through another policy, before and after."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Annotated

import typer

from router.cli.both import Both, both
from router.cli.exits import Exit
from router.cli.look import counted, err, out, say_json
from router.cli.options import AsJson, ConfigFile, StateDir, configuration
from router.core.plain import to_plain
from router.past_call import PastCall
from router.spanish import grammar as spanish

PANEL = "Plan"
REPLICATIONS = 4
DAY = "%Y-%m-%d"


def add_to(app: typer.Typer) -> None:
    """Add the command of this module."""
    app.command("replay", rich_help_panel=PANEL)(replay)


def replay(
    context: typer.Context,
    begins: Annotated[datetime, typer.Option("--from", formats=[DAY], help="The first day.")],
    ends: Annotated[datetime, typer.Option("--to", formats=[DAY], help="The day after the last.")],
    policy: Annotated[
        Path, typer.Option("--policy", metavar="DIR", help="Flows, queues and hours to try.")
    ],
    roster: Annotated[
        Path,
        typer.Option("--roster", metavar="FILE", help="Agents and shifts, the same for both."),
    ],
    seed: Annotated[int, typer.Option(help="The same seed, the same figures.")] = 1,
    replications: Annotated[int, typer.Option(min=1, max=1000)] = REPLICATIONS,
    json: AsJson = False,
    state_dir: StateDir = None,
    config: ConfigFile = None,
) -> None:
    """Let the journal's callers call again, under the policy in force and under another.

    Their arrivals, and as far as it is known their patience and how long they were handled.
    """
    from router.adapters.postgres.reports import Reports
    from router.cli.compare_look import comparison_view
    from router.cli.planned import a_bar, plan_from
    from router.simulator.comparison import compare

    if ends <= begins:
        raise typer.BadParameter("--to is not after --from: no day lies between.")
    settings = configuration(context, state_dir, config).require("database")
    planned = plan_from(
        roster=roster,
        first=begins.date(),
        days=(ends - begins) // timedelta(days=1),
        policy=settings.ivr_dir,
        traffic=None,
        zone=settings.time_zone,
        seed=seed,
    )
    plan = planned.plan
    past = asyncio.run(Reports(settings.database).past_calls(plan.begins, plan.ends))
    if not past:
        err().print("The journal has no calls of these days that reached a queue.", style="yellow")
        raise typer.Exit(Exit.NOT_SO)
    again = replace(planned, plan=replace(plan, past=tuple(past)))
    other = again.with_policy(policy)
    with a_bar("Replaying under both policies", 2 * replications) as progress:
        comparison = compare(again.plan, other.plan, replications, progress=progress)
    if json:
        say_json({"calls": len(past), **to_plain(comparison)})
        return
    out().print(_told(past))
    for part in comparison_view(comparison):
        out().print(part)


def _told(past: list[PastCall]) -> Both:
    guessed = sum(1 for call in past if call.gave_up_after is None)
    lasted = sum(1 for call in past if call.talked is None)
    return both(
        f"{spanish.counted(len(past), 'llamada')} del registro; se sortea desde ahí la paciencia de"
        f" {guessed} que no desistieron, y la duración de {lasted} que nadie atendió.",
        f"{counted(len(past), 'call')} of the journal; the patience of {guessed} who did not give "
        f"up is drawn from there on, and the length of {lasted} that were never answered.",
    )
