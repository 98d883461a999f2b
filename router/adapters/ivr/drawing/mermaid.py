"""The flows as Mermaid, which many sites and editors draw: https://mermaid.js.org."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from router.adapters.ivr.drawing.chart import Card, Chart

SHAPES: Mapping[str, tuple[str, str]] = {
    "line": ("([", "])"),
    "speaks": ("[", "]"),
    "asks": ("{{", "}}"),
    "decides": ("[", "]"),
    "people": ("[/", "/]"),
    "ends": ("([", "])"),
}


def mermaid(charts: Sequence[Chart]) -> str:
    """One diagram, a frame for each flow."""
    return "\n".join(_lines(charts)) + "\n"


def _lines(charts: Sequence[Chart]) -> Iterator[str]:
    yield "flowchart LR"
    yield "  classDef crisis fill:#fdeef0,stroke:#c8324a,stroke-width:2px"
    yield "  classDef found stroke:#d97f06,stroke-width:3px,stroke-dasharray:4 2"
    red, number = list[int](), 0
    for frame, chart in enumerate(charts):
        ids = {card.name: f"f{frame}n{n}" for n, card in enumerate(chart.cards)}
        yield f'  subgraph f{frame}["{_quoted(chart.flow)}"]'
        for card in chart.cards:
            opened, closed = SHAPES[card.family]
            yield f'    {ids[card.name]}{opened}"{_words(card)}"{closed}{_class(card)}'
        yield "  end"
        for card in chart.cards:
            for row in card.rows:
                said = _quoted(", ".join(each for each in row.labels if each != "then"))
                label = f'|"{said}"|' if said else ""
                yield f"  {ids[card.name]} -->{label} {ids[row.to]}"
                if row.crisis:
                    red.append(number)
                number += 1
    if red:
        yield f"  linkStyle {','.join(map(str, red))} stroke:#c8324a,stroke-width:3px"


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
