"""How needs and gaps look: half hours beside the roster, and hours with nobody."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import groupby

from rich.table import Column

from router.cli.look import counted, out, table
from router.core.vocabulary import QueueName
from router.simulator.coverage import WEEK, Gap, cover_at
from router.simulator.hotline_run import Plan
from router.simulator.roster import staffed
from router.simulator.staffing import HourNeeds

DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
HALF_HOUR = timedelta(minutes=30)


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


def halves_of(plan: Plan, hours: Sequence[HourNeeds]) -> list[HalfHour]:
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


def print_staff(plan: Plan, halves: Sequence[HalfHour]) -> None:
    """Each queue, then all."""
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


def print_gaps(classes: Mapping[QueueName, int], found: Sequence[Gap]) -> None:
    """Or that there are none."""
    if not found:
        out().print("Somebody is eligible for every queue at all hours.")
        return
    shown = table(
        "queue", Column("class", justify="right"), "from", "to", "who answers", tight=True
    )
    for gap in found:
        later = counted(gap.eligible_later, "agent")
        always = gap.end - gap.start >= WEEK
        shown.add_row(
            gap.queue,
            str(classes[gap.queue]),
            "always" if always else _clock(gap.start),
            "" if always else _clock(gap.end),
            f"{later} or more, once it has widened"
            if gap.eligible_later
            else "[bold red]nobody[/bold red]",
        )
    out().print(shown)


def _clock(since: timedelta) -> str:
    day, clock = divmod(since, timedelta(days=1))
    hours, rest = divmod(clock, timedelta(hours=1))
    return f"{DAYS[day % 7]} {hours:02d}:{rest // timedelta(minutes=1):02d}"
