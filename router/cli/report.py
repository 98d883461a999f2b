"""`hotline report`: the metrics of a stretch of time, from the journal."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta, tzinfo
from math import ceil
from pathlib import Path
from typing import Annotated

import typer

from router.cli.exits import Exit
from router.cli.look import err, out, say_json
from router.cli.options import AsJson, ConfigFile, StateDir, configuration
from router.core.journal_lines import Line, UnreadableRecord
from router.core.plain import to_plain
from router.core.policy import Policy
from router.core.vocabulary import AgentId, CallId
from router.errors import ShiftsInvalid
from router.metrics.call_book import REACHED_WITHIN, CallBook
from router.metrics.figures import SHORT
from router.metrics.report import figures, heavy_queues
from router.metrics.shift_book import ShiftBook, Span

PANEL = "Plan"
FORMS = ["%Y-%m-%d", "%Y-%m-%dT%H:%M"]
DAY = timedelta(days=1)


def add_to(app: typer.Typer) -> None:
    """Add the command of this module."""
    app.command("report", rich_help_panel=PANEL)(report)


def report(
    context: typer.Context,
    begins: Annotated[
        datetime, typer.Option("--from", formats=FORMS, help="Callers who queued from then on.")
    ],
    ends: Annotated[datetime, typer.Option("--to", formats=FORMS, help="Before then.")],
    roster: Annotated[
        Path | None,
        typer.Option(
            "--roster",
            metavar="FILE",
            help="Shifts in YAML: agents' time is held against them, else against their log-ins.",
        ),
    ] = None,
    short: Annotated[
        float,
        typer.Option(
            min=0,
            metavar="SECONDS",
            help="Who hangs up before did not wait (Bs).",
            show_default=True,
        ),
    ] = SHORT,
    json: AsJson = False,
    state_dir: StateDir = None,
    config: ConfigFile = None,
) -> None:
    """Service level, time to a human voice, abandonment, handling, occupancy and adherence.

    By queue, hour of the day and agent; the formulas stand below the tables.
    """
    from router.adapters import flow_files
    from router.cli.report_look import report_tables

    if ends <= begins:
        raise typer.BadParameter("--to is not after --from: no time lies between.")
    settings = configuration(context, state_dir, config).require("database")
    zone = settings.time_zone
    policy = flow_files.load(settings.ivr_dir)
    plan = None if roster is None else _planned(roster, policy, begins, ends, zone)
    since, until = (each.replace(tzinfo=zone).astimezone(UTC) for each in (begins, ends))
    until = min(until, max(datetime.now(UTC), since))
    targets = {name: queue.target.within for name, queue in policy.queues.items()}
    calls = CallBook(targets, zone, short=short, begins=since, ends=until)
    shifts = ShiftBook(heavy_queues(policy), zone, begins=since, ends=until, plan=plan)
    heard, done, reached = asyncio.run(_ask(settings.database, since, until))
    for line in heard:
        if line.call is not None and not isinstance(line.record, UnreadableRecord):
            calls.hear(line.call, line.record, line.at)
    for line in done:
        if not isinstance(line.record, UnreadableRecord):
            shifts.hear(line.record, line.at)
    calls.close(lambda call, _: call in reached)
    shifts.close(until)
    found = figures(calls, shifts, (until - since) / DAY)
    if json:
        say_json({"from": since.isoformat(), "to": until.isoformat(), **to_plain(found)})
    else:
        title = f"{begins:%Y-%m-%d %H:%M} to {ends:%Y-%m-%d %H:%M}"
        for table in report_tables(found, policy, title, planned=plan is not None):
            out().print(table)
    if not found.queues:
        err().print("The journal has nobody who took a place in a queue then.", style="yellow")
        raise typer.Exit(Exit.NOT_SO)


async def _ask(
    database: str, since: datetime, until: datetime
) -> tuple[list[Line], list[Line], frozenset[CallId]]:
    from router.adapters.postgres.reports import Reports

    reports = Reports(database)
    return (
        await reports.of_calls(since, until),
        await reports.of_agents(since, until),
        await reports.reached_later(since, REACHED_WITHIN),
    )


def _planned(
    roster: Path, policy: Policy, begins: datetime, ends: datetime, zone: tzinfo
) -> Mapping[AgentId, Sequence[Span]]:
    """When each was to work, by their shifts."""
    from router.cli.planned import content
    from router.planning.shifts_yaml import read_shifts
    from router.simulator.roster import planned

    shifts = read_shifts(content(roster, ShiftsInvalid), str(roster), policy.skills_asked())
    return planned(shifts, begins.date(), ceil((ends - begins) / DAY) + 1, zone)
