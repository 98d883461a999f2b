"""How needs and gaps look: half hours beside the roster, and hours with nobody."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import groupby

from rich.console import RenderableType

from router.cli.both import Both, both, column
from router.cli.look import out, table
from router.core.vocabulary import QueueName
from router.said import Said
from router.simulator.coverage import WEEK, Gap, cover_at
from router.simulator.hotline_plan import Plan
from router.simulator.roster import staffed
from router.simulator.staffing import HourNeeds

DAYS = (
    Said("lunes", "Monday"),
    Said("martes", "Tuesday"),
    Said("miércoles", "Wednesday"),
    Said("jueves", "Thursday"),
    Said("viernes", "Friday"),
    Said("sábado", "Saturday"),
    Said("domingo", "Sunday"),
)
HALF_HOUR = timedelta(minutes=30)
LEGEND = (
    Said(
        "solas: si los agentes de una cola no ayudan en otra (Erlang C)",
        "alone: if no queue's agents help another (Erlang C)",
    ),
    Said(
        "hacen falta: los menos con los que todas las colas juntas alcanzan sus metas",
        "needed: as few as reach all targets together",
    ),
    Said(
        "plantilla: quienes pueden atender al principio; quien tiene varias colas, en cada una",
        "roster: who may answer at first; an agent of several queues counts in each",
    ),
)


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
    required = {name: _asked(str(queue.require)) for name, queue in plan.policy.queues.items()}
    shown = table(
        column("desde", "from"),
        column("cola", "queue"),
        column("habilidades", "skills", whole=False),
        column("erlang", "erlang", right=True),
        column("solas", "alone", right=True),
        column("hacen falta", "needed", right=True),
        column("plantilla", "roster", right=True),
        tight=True,
    )
    for start, parts in groupby(halves, key=lambda half: half.start):
        together = list(parts)
        for number, half in enumerate(together):
            lacks = half.roster < half.needed
            shown.add_row(
                f"{start:%H:%M}" if number == 0 else "",
                half.queue,
                required[half.queue],
                f"{half.load:.1f}",
                str(half.erlang),
                str(half.needed),
                f"[red]{half.roster}[/red]" if lacks else str(half.roster),
            )
        shown.add_row(
            "",
            both("todas", "all"),
            "",
            f"{sum(half.load for half in together):.1f}",
            str(sum(half.erlang for half in together)),
            str(sum(half.needed for half in together)),
            str(len(staffed(plan.roster, _since_monday(start)))),
            style="bold",
            end_section=True,
        )
    day = DAYS[plan.first.weekday()]
    console = out()
    console.print(both(f"{day.es} {plan.first:%Y-%m-%d}", f"{day.en} {plan.first:%Y-%m-%d}"))
    console.print(shown)
    for each in LEGEND:
        console.print(Both(each, "dim italic"))


def print_gaps(classes: Mapping[QueueName, int], found: Sequence[Gap]) -> None:
    """Or that there are none."""
    if not found:
        covered = "A toda hora hay quien pueda atender cada cola."
        out().print(both(covered, "Somebody is eligible for every queue at all hours."))
        return
    shown = table(
        column("cola", "queue"),
        column("clase", "class", right=True),
        column("desde", "from"),
        column("hasta", "to"),
        column("quién atiende", "who answers", whole=False),
        tight=True,
    )
    for gap in found:
        always = gap.end - gap.start >= WEEK
        shown.add_row(
            gap.queue,
            str(classes[gap.queue]),
            both("siempre", "always") if always else _clock(gap.start),
            "" if always else _clock(gap.end),
            _later(gap.eligible_later),
        )
    out().print(shown)


def _asked(skills: str) -> RenderableType:
    """`crisis + psicologia`, in a table of hundreds of rows: one for both languages."""
    return both("cualquiera", "anyone") if skills == "anyone" else skills.replace(" and ", " + ")


def _later(eligible: int) -> Both:
    if not eligible:
        return both("nadie", "nobody", "bold red")
    return both(f"{eligible} o más, al ampliarse", f"{eligible} or more, once widened")


def _clock(since: timedelta) -> str:
    """`lun/Mon 02:30`: a row of its own for each language would make the table twice as long."""
    day, clock = divmod(since, timedelta(days=1))
    hours, rest = divmod(clock, timedelta(hours=1))
    name = DAYS[day % 7]
    return f"{name.es[:3]}/{name.en[:3]} {hours:02d}:{rest // timedelta(minutes=1):02d}"
