"""What the planning commands share: files read into a plan, and a bar for who waits."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import date, timedelta, tzinfo
from pathlib import Path

from router.adapters import flow_files
from router.cli.look import err
from router.clock import Clock
from router.errors import ModelInvalid, ShiftsInvalid
from router.planning.shifts_yaml import read_shifts
from router.planning.traffic_json import SHIPPED, read_traffic
from router.simulator.habits import Habits
from router.simulator.hotline_plan import Plan
from router.simulator.replications import Progress

LETTERS_PER_SECOND = 14
"""Of a calm voice: how long a prompt lasts."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Planned:
    """A plan, and the file of its roster."""

    plan: Plan
    roster: Path

    def with_policy(self, folder: Path) -> Planned:
        """The same agents and callers under another policy."""
        policy = flow_files.load(folder)
        roster = read_shifts(
            content(self.roster, ShiftsInvalid),
            str(self.roster),
            policy.skills_asked() | self.plan.policy.skills_asked(),
        )
        habits = _habits(folder)
        return replace(self, plan=replace(self.plan, policy=policy, roster=roster, habits=habits))


def plan_from(
    *,
    roster: Path,
    first: date | None,
    days: int,
    policy: Path,
    traffic: Path | None,
    zone: tzinfo,
    seed: int,
) -> Planned:
    """Everything read, or refused with all that is wrong in a file."""
    rules = flow_files.load(policy)
    return Planned(
        plan=Plan(
            policy=rules,
            roster=read_shifts(content(roster, ShiftsInvalid), str(roster), rules.skills_asked()),
            traffic=read_traffic(traffic or SHIPPED),
            first=first or _next_monday(zone),
            days=days,
            zone=zone,
            seed=seed,
            habits=_habits(policy),
        ),
        roster=roster,
    )


def content(file: Path, invalid: type[ModelInvalid | ShiftsInvalid]) -> bytes:
    """Raises `invalid` if it cannot be read."""
    try:
        return file.read_bytes()
    except OSError as failure:
        raise invalid(
            problems=f"{file} cannot be read ({failure.strerror}). Name a file in YAML."
        ) from failure


def _habits(policy: Path) -> Habits:
    texts = flow_files.prompt_texts(policy)
    spoken = {prompt: len(text) / LETTERS_PER_SECOND for (_, prompt), text in texts.items()}
    return Habits(spoken=spoken)


def _next_monday(zone: tzinfo) -> date:
    today = Clock().now().astimezone(zone).date()
    return today + timedelta(days=7 - today.weekday())


@contextmanager
def a_bar(what: str, total: int) -> Iterator[Progress]:
    """For a person who waits; nothing for a program."""
    from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeRemainingColumn
    from rich.progress import Progress as Bar

    columns = (TextColumn(what), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    console = err()
    with Bar(*columns, console=console, transient=True, disable=not console.is_terminal) as bar:
        shown = bar.add_task(what, total=total)
        yield lambda done: bar.update(shown, completed=done)
