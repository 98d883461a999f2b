"""How two policies look beside each other: a sentence for each class, then the figures."""

from __future__ import annotations

from collections.abc import Mapping

from rich.console import RenderableType
from rich.table import Table
from rich.text import Text

from router.cli.both import Both, both, column
from router.cli.hotline_look import SHARES, cell, with_half
from router.cli.look import table
from router.core.vocabulary import QueueName
from router.said import Said
from router.simulator.comparison import Comparison, Difference
from router.spanish.grammar import share

HEADS = {
    "service_level": Said("a tiempo", "in time"),
    "abandonment": Said("abandono", "abandoned"),
    "voice_mean": Said("hasta voz", "to a voice"),
    "voice_p90": Said("P90", "P90"),
}


def comparison_view(comparison: Comparison) -> list[RenderableType]:
    """Sentences first."""
    parts: list[RenderableType] = [
        both(spanish_sentence(name, change.differences), change.sentence)
        for name, change in comparison.queues.items()
    ]
    shown = table(
        column("cola", "queue"),
        column("cifra", "figure", whole=False),
        column("antes", "before", right=True),
        column("después", "after", right=True),
        column("cambio", "change", right=True),
        tight=True,
    )
    for name, change in comparison.queues.items():
        _rows(shown, Text(name), change.differences)
    _rows(shown, both("todas", "all"), comparison.overall)
    halves = both(
        "± la mitad del intervalo del 95 %; en negritas: el del cambio excluye el 0",
        "± half of the 95 % interval; bold: that of the change leaves out 0",
        "dim italic",
    )
    return [*parts, Text(), shown, halves]


def spanish_sentence(queue: QueueName, differences: Mapping[str, Difference]) -> str:
    """As `ClassChange.sentence` says it in English: who waits how much longer or shorter."""
    level, voice = differences["service_level"], differences["voice_mean"]
    left = differences["abandonment"]
    if level.before.mean is None or level.after.mean is None or voice.change.mean is None:
        return f"{queue}: con una de las políticas nadie llega a esta cola."
    if not (level.certain or voice.certain or left.certain):
        return f"{queue}: ninguna diferencia que estas réplicas distingan del azar."
    parts = []
    if voice.certain:
        longer = "más tarde" if voice.change.mean > 0 else "antes"
        parts.append(f"quien llama oye a una persona {abs(voice.change.mean):.0f} s {longer}")
    if level.certain and level.change.mean is not None:
        after, before = share(level.after.mean, 1), share(level.before.mean, 1)
        parts.append(f"se atiende a tiempo el {after} en vez del {before}")
    if left.certain and left.change.mean is not None:
        more = "más" if left.change.mean > 0 else "menos"
        many = f"{abs(left.change.mean) * 1000:.0f}"
        parts.append(f"{'desiste' if many == '1' else 'desisten'} {many} {more} de cada 1,000")
    return f"{queue}: {', '.join(parts)}."


def _rows(shown: Table, name: Text | Both, differences: Mapping[str, Difference]) -> None:
    for number, (key, head) in enumerate(HEADS.items()):
        found = differences[key]
        shown.add_row(
            name if number == 0 else "",
            Both(head),
            cell(key, found.before),
            cell(key, found.after),
            _change(key, found),
        )


def _change(key: str, found: Difference) -> Text:
    """`pp`: points of percentage, in both languages."""
    style = "bold" if found.certain else "dim"
    if found.change.mean is None:
        return Text("-", style)
    sign = "+" if found.change.mean > 0 else ""
    if key in SHARES:
        return Text(f"{sign}{with_half(found.change, 100, 1)} pp", style)
    return Text(f"{sign}{with_half(found.change, 1, 0)} s", style)
