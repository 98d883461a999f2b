"""The flows as Mermaid, which many sites and editors draw: https://mermaid.js.org."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from router.adapters.ivr.drawing.chart import Card, Chart

SHAPES: Mapping[str, tuple[str, str]] = {
    "line": ("([", "])"),
    "speaks": ("[", "]"),
    "asks": ("{{", "}}"),
    "decides": ("[", "]"),
    "people": ("[/", "/]"),
    "ends": ("([", "])"),
}


THROUGH = "-.->"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Way:
    start: str
    end: str
    kind: str = "-->"
    said: str = ""
    crisis: bool = False


def mermaid(charts: Sequence[Chart]) -> str:
    """One diagram, a frame for each flow; a step that goes through another leads to its frame."""
    return "\n".join(_lines(charts)) + "\n"


def _lines(charts: Sequence[Chart]) -> Iterator[str]:
    yield "flowchart LR"
    yield "  classDef crisis fill:#fdeef0,stroke:#c8324a,stroke-width:2px"
    yield "  classDef found stroke:#d97f06,stroke-width:3px,stroke-dasharray:4 2"
    ways = list[_Way]()
    for number, chart in enumerate(charts):
        yield from _frame(chart, f"f{number}", ways)
    for way in ways:
        label = f'|"{_quoted(way.said)}"|' if way.said else ""
        yield f"  {way.start} {way.kind}{label} {way.end}"
    red = [number for number, way in enumerate(ways) if way.crisis]
    if red:
        yield f"  linkStyle {','.join(map(str, red))} stroke:#c8324a,stroke-width:3px"


def _frame(chart: Chart, frame: str, ways: list[_Way]) -> Iterator[str]:
    """A flow, and in it the flows that its steps go through; `ways` are drawn after all frames."""
    ids = {card.name: f"{frame}n{n}" for n, card in enumerate(chart.cards)}
    yield f'  subgraph {frame}["{_quoted(chart.flow)}"]'
    for card in chart.cards:
        opened, closed = SHAPES[card.family]
        yield f'    {ids[card.name]}{opened}"{_words(card)}"{closed}{_class(card)}'
        if card.inside is not None:
            inner = f"{ids[card.name]}f"
            yield from _frame(card.inside, inner, ways)
            ways.append(_Way(start=ids[card.name], end=inner, kind=THROUGH))
        for row in card.rows:
            said = ", ".join(each for each in row.labels if each != "then")
            ways.append(_Way(start=ids[card.name], end=ids[row.to], said=said, crisis=row.crisis))
    yield "  end"


def _class(card: Card) -> str:
    if card.findings:
        return ":::found"
    return ":::crisis" if card.crisis else ""


def _words(card: Card) -> str:
    codes = tuple(dict.fromkeys(each.code for each in card.findings))
    return "<br/>".join(_quoted(each) for each in (card.title, *card.lines, *codes))


def _quoted(text: str) -> str:
    """As Mermaid writes what could end a text, or be markup."""
    for sign, entity in (("#", "#35;"), ('"', "#quot;"), ("<", "#lt;"), (">", "#gt;")):
        text = text.replace(sign, entity)
    return text
