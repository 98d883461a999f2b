"""`hotline staff` and `hotline coverage`: who is needed when, and when nobody is there."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import groupby
from pathlib import Path
from typing import Annotated

import typer
from rich.table import Column

from router.cli.exits import Exit
from router.cli.look import counted, out, say_json, table
from router.cli.options import AsJson, ConfigFile, StateDir, configuration
from router.cli.planned import a_bar, plan_from
from router.core.plain import to_plain
from router.core.vocabulary import QueueName
from router.simulator.coverage import Gap, cover_at, gaps
from router.simulator.hotline_run import Plan
from router.simulator.roster import staffed
from router.simulator.staffing import HourNeeds
from router.simulator.staffing import staff as needs_of

PANEL = "Plan"
DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
HALF_HOUR = timedelta(minutes=30)

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


@dataclass(frozen=True, slots=True, kw_only=True)
class HalfHour:
    """What a half hour needs for a queue, beside those of the roster who may answer it at first.

    `erlang`: if no queue's agents help another; `needed`: as few as reach every target together.
    """

    start: datetime
    queue: QueueName
    load: float
    erlang: int
    needed: int
    roster: int


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
    halves = _halves(plan, hours)
    if json:
        say_json([to_plain(each) for each in halves])
    else:
        _print_staff(plan, halves)


def _halves(plan: Plan, hours: Sequence[HourNeeds]) -> list[HalfHour]:
    """Traffic is known by the hour, the roster by the minute."""
    halves = []
    for hour in hours:
        for start in (hour.start, hour.start + HALF_HOUR):
            cover = cover_at(plan.policy, plan.roster, _since_monday(start))
            halves += [
                HalfHour(
                    start=start,
                    queue=queue,
                    load=need.load,
                    erlang=need.erlang,
                    needed=need.simulated,
                    roster=cover[queue].first,
                )
                for queue, need in hour.queues.items()
            ]
    return halves


def _since_monday(start: datetime) -> timedelta:
    return timedelta(days=start.weekday(), hours=start.hour, minutes=start.minute)


def _print_staff(plan: Plan, halves: Sequence[HalfHour]) -> None:
    skills = {name: str(queue.require) for name, queue in plan.policy.queues.items()}
    shown = table(
        "from",
        "queue",
        "skills",
        Column("erlang", justify="right"),
        Column("alone", justify="right"),
        Column("needed", justify="right"),
        Column("roster", justify="right"),
        tight=True,
    )
    for start, parts in groupby(halves, key=lambda half: half.start):
        together = list(parts)
        for number, half in enumerate(together):
            lacks = half.roster < half.needed
            shown.add_row(
                f"{start:%H:%M}" if number == 0 else "",
                half.queue,
                skills[half.queue],
                f"{half.load:.1f}",
                str(half.erlang),
                str(half.needed),
                f"[red]{half.roster}[/red]" if lacks else str(half.roster),
            )
        shown.add_row(
            "",
            "all",
            "",
            f"{sum(half.load for half in together):.1f}",
            str(sum(half.erlang for half in together)),
            str(sum(half.needed for half in together)),
            str(len(staffed(plan.roster, _since_monday(start)))),
            style="bold",
            end_section=True,
        )
    shown.title = f"{plan.first:%A %Y-%m-%d}"
    shown.title_justify = "left"
    shown.caption = (
        "alone: if no queue's agents help another (Erlang C); needed: as few as reach all targets "
        "together\nroster: who may answer at first; an agent of several queues counts in each"
    )
    shown.caption_justify = "left"
    out().print(shown)


def coverage(
    context: typer.Context,
    roster: RosterFile,
    policy: PolicyDir = None,
    json: AsJson = False,
    state_dir: StateDir = None,
    config: ConfigFile = None,
) -> None:
    """When nobody is eligible for a queue. Exit code 1 if not even after all widening."""
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
        _print_gaps({name: queue.order_class for name, queue in plan.policy.queues.items()}, found)
    if any(not gap.eligible_later for gap in found):
        raise typer.Exit(Exit.NOT_SO)


def _print_gaps(classes: Mapping[QueueName, int], found: Sequence[Gap]) -> None:
    if not found:
        out().print("Somebody is eligible for every queue at all hours.")
        return
    shown = table(
        "queue", Column("class", justify="right"), "from", "to", "who answers", tight=True
    )
    for gap in found:
        later = counted(gap.eligible_later, "agent")
        shown.add_row(
            gap.queue,
            str(classes[gap.queue]),
            _clock(gap.start),
            _clock(gap.end),
            f"{later} or more, once it has widened"
            if gap.eligible_later
            else "[bold red]nobody[/bold red]",
        )
    out().print(shown)


def _clock(since: timedelta) -> str:
    day, clock = divmod(since, timedelta(days=1))
    hours, rest = divmod(clock, timedelta(hours=1))
    return f"{DAYS[day % 7]} {hours:02d}:{rest // timedelta(minutes=1):02d}"
