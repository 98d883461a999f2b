"""How things look in the terminal: colours, durations, instants, tables, JSON."""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from datetime import datetime, timedelta, tzinfo

from rich.console import Console
from rich.table import Column, Table

from router.core.plain import Plain
from router.core.vocabulary import AgentState

PIPED_WIDTH = 200
"""What is piped is cut by nobody."""

STATE_STYLES = {
    AgentState.LOGGED_OUT: "dim",
    AgentState.READY: "green",
    AgentState.OFFERED: "yellow",
    AgentState.TALKING: "cyan",
    AgentState.WRAP_UP: "blue",
    AgentState.PAUSED: "magenta",
}


def out() -> Console:
    """Where answers go."""
    width = None if sys.stdout.isatty() else PIPED_WIDTH
    return Console(highlight=False, width=width)


def err() -> Console:
    """Where complaints go."""
    return Console(stderr=True, highlight=False, soft_wrap=True)


def narrow(console: Console) -> bool:
    """Whether a table has to do without its less needed columns."""
    return console.width < 90


def say_json(value: Plain) -> None:
    """For programs: one document."""
    sys.stdout.write(json.dumps(value, ensure_ascii=False, indent=2) + "\n")


def say_json_line(value: Plain) -> None:
    """For programs: one document of many, at once."""
    sys.stdout.write(json.dumps(value, ensure_ascii=False) + "\n")
    sys.stdout.flush()


def table(*columns: str | Column, tight: bool = False) -> Table:
    """A table without lines: it reads well, and copies well."""
    padding = (0, 2 if tight else 3, 0, 0)
    return Table(*columns, box=None, pad_edge=False, padding=padding, header_style="bold")


def facts() -> Table:
    """Names on the left, values on the right."""
    grid = Table.grid(padding=(0, 3, 0, 0))
    grid.add_column(style="dim", no_wrap=True)
    grid.add_column()
    return grid


def lasted(duration: timedelta) -> str:
    """`0:42`, `12:05`, `1:02:03`, `3 d`: short, and aligned to the right."""
    seconds = max(int(duration.total_seconds()), 0)
    minutes, seconds = divmod(seconds, 60)
    hours, minutes = divmod(minutes, 60)
    if hours >= 48:
        return f"{hours // 24} d"
    return f"{hours}:{minutes:02}:{seconds:02}" if hours else f"{minutes}:{seconds:02}"


def clock(at: datetime, zone: tzinfo, today: datetime | None = None) -> str:
    """The time of day where the hotline is, with the date if that is not today's."""
    local = at.astimezone(zone)
    if today is None or local.date() == today.astimezone(zone).date():
        return f"{local:%H:%M:%S}"
    return f"{local:%Y-%m-%d %H:%M:%S}"


def counted(number: int, one: str, many: str | None = None) -> str:
    """`1 caller`, `2 callers`."""
    return f"{number} {one if number == 1 else many or one + 's'}"


def listed(words: Sequence[str], last: str = "and") -> str:
    """`a, b and c`."""
    if len(words) < 2:
        return "".join(words)
    return f"{', '.join(words[:-1])} {last} {words[-1]}"
