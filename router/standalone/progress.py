"""What a person sees while something large is fetched: bars on a terminal, else plain lines."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Protocol

from rich.console import Console
from rich.progress import (
    BarColumn,
    TaskID,
    TaskProgressColumn,
    TextColumn,
    TimeElapsedColumn,
)
from rich.progress import (
    Progress as RichProgress,
)

QUARTERS = 4


class Progress(Protocol):
    """Told how far a step is, from 0 to 1, as often as one likes."""

    def advance(self, step: str, fraction: float) -> None: ...


class SilentProgress:
    """For those who only want the result."""

    def advance(self, step: str, fraction: float) -> None:
        del step, fraction


class PlainProgress:
    """One line per quarter of a step, for logs and pipes."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._shown: dict[str, int] = {}

    def advance(self, step: str, fraction: float) -> None:
        quarter = int(fraction * QUARTERS)
        if quarter > self._shown.get(step, -1):
            self._shown[step] = quarter
            self._console.print(f"{step}: {quarter * 100 // QUARTERS} %", highlight=False)


class BarProgress:
    """One bar per step."""

    def __init__(self, bars: RichProgress) -> None:
        self._bars = bars
        self._steps: dict[str, TaskID] = {}

    def advance(self, step: str, fraction: float) -> None:
        if step not in self._steps:
            self._steps[step] = self._bars.add_task(step, total=1.0)
        self._bars.update(self._steps[step], completed=min(fraction, 1.0))


@contextmanager
def shown_on(console: Console) -> Iterator[Progress]:
    """Bars if the console is a terminal, plain lines if not."""
    if not console.is_terminal:
        yield PlainProgress(console)
        return
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        TaskProgressColumn(),
        TimeElapsedColumn(),
    )
    with RichProgress(*columns, console=console) as bars:
        yield BarProgress(bars)
