"""How two policies look beside each other: a sentence for each class, then the figures."""

from __future__ import annotations

from collections.abc import Mapping

from rich.console import RenderableType
from rich.table import Column, Table
from rich.text import Text

from router.cli.hotline_look import SHARES, cell, with_half
from router.cli.look import table
from router.simulator.comparison import Comparison, Difference

HEADS = {
    "service_level": "in time",
    "abandonment": "abandoned",
    "voice_mean": "to a voice",
    "voice_p90": "P90",
}


def comparison_view(comparison: Comparison) -> list[RenderableType]:
    """Sentences first."""
    parts: list[RenderableType] = [Text(change.sentence) for change in comparison.queues.values()]
    shown = table(
        Column("queue", no_wrap=True),
        "figure",
        Column("before", justify="right", no_wrap=True),
        Column("after", justify="right", no_wrap=True),
        Column("change", justify="right", no_wrap=True),
        tight=True,
    )
    for name, change in comparison.queues.items():
        _rows(shown, name, change.differences)
    _rows(shown, "all", comparison.overall)
    shown.caption = "± half of the 95 % interval; bold: the interval of the change leaves out 0"
    shown.caption_justify = "left"
    return [*parts, Text(), shown]


def _rows(shown: Table, name: str, differences: Mapping[str, Difference]) -> None:
    for number, (key, head) in enumerate(HEADS.items()):
        found = differences[key]
        shown.add_row(
            name if number == 0 else "",
            head,
            cell(key, found.before),
            cell(key, found.after),
            Text(_change(key, found), "bold" if found.certain else "dim"),
        )


def _change(key: str, found: Difference) -> str:
    if found.change.mean is None:
        return "-"
    sign = "+" if found.change.mean > 0 else ""
    if key in SHARES:
        return f"{sign}{with_half(found.change, 100, 1)} points"
    return f"{sign}{with_half(found.change, 1, 0)} s"
