"""Figures with what they are measured against, as a table for people and as JSON for programs."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from statistics import mean, median

from rich.console import Console
from rich.table import Table


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """One line of the table. `holds` None: told, without a target.

    `versus` is the floor or the peer of the same run.
    """

    name: str
    samples: int
    ours: str
    versus: str
    ratio: str = ""
    target: str = ""
    holds: bool | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Spread:
    """What many samples have in common, in milliseconds."""

    samples: int
    mean: float
    p50: float
    p95: float
    p99: float
    most: float

    @classmethod
    def of(cls, seconds: Sequence[float]) -> Spread:
        """At least one sample."""
        ordered = sorted(1000 * each for each in seconds)
        return cls(
            samples=len(ordered),
            mean=mean(ordered),
            p50=median(ordered),
            p95=quantile(ordered, 0.95),
            p99=quantile(ordered, 0.99),
            most=ordered[-1],
        )

    def __str__(self) -> str:
        return f"p50 {self.p50:.1f}  p95 {self.p95:.1f}  p99 {self.p99:.1f} ms"


def quantile(ordered: Sequence[float], share: float) -> float:
    """The smallest value that at least this share of the samples does not exceed."""
    return ordered[max(0, math.ceil(share * len(ordered)) - 1)]


def show(figures: Sequence[Figure], console: Console) -> None:
    """One row each; a missed target is red."""
    table = Table(title="Speed, each figure beside the floor or the peer of the same run")
    for column in ("measured", "n", "hotline", "floor or peer", "ratio", "target", ""):
        table.add_column(column, justify="right" if column in ("n", "ratio") else "left")
    marks = {True: "[green]✓[/]", False: "[bold red]✗[/]", None: ""}
    for one in figures:
        n = str(one.samples) if one.samples else ""
        table.add_row(one.name, n, one.ours, one.versus, one.ratio, one.target, marks[one.holds])
    console.print(table)


def plain(figures: Sequence[Figure]) -> list[dict[str, object]]:
    """For JSON."""
    return [asdict(one) for one in figures]
