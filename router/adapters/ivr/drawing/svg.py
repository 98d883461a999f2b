"""The flows as one picture that needs nothing else: from the number dialled to people."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from xml.sax.saxutils import escape

from router.adapters.ivr.checks.findings import Finding, Severity
from router.adapters.ivr.drawing.chart import AFTER, Card, Chart, Row
from router.adapters.ivr.drawing.figure import (
    HEAD,
    LANE,
    LINE,
    PAD,
    ROW,
    SCALE,
    Figure,
    Section,
    section,
)
from router.adapters.ivr.drawing.layout import Way

MARGIN, HEADING, LEGEND = 36.0, 52.0, 54.0
COLOURS: Mapping[str, str] = {
    "line": "#334155",
    "speaks": "#3b82c4",
    "asks": "#c98a1b",
    "decides": "#8b95a5",
    "people": "#2f9e6e",
    "ends": "#4b5563",
}
LEGEND_WORDS = {
    "speaks": "speaks",
    "asks": "asks",
    "decides": "decides, unheard",
    "people": "people",
    "ends": "ends",
}
CRISIS = "#c8324a"
STYLE = """
text{font-family:system-ui,-apple-system,"Segoe UI",Roboto,"DejaVu Sans",sans-serif;fill:#1f2937}
.title{font-size:13px;font-weight:600}.small{font-size:11px;fill:#5b6675}
.label{font-size:11px;fill:#374151;text-anchor:end}.key{font-size:11px;font-weight:600;text-anchor:middle}
.flow{font-size:17px;font-weight:600}.way{fill:none;stroke:#a3adba;stroke-width:1.4}
.after{stroke-dasharray:2 4}.keyed{stroke:#7f8a99}.back{stroke:#8a6bbd;stroke-dasharray:6 4}
.crisis{stroke:#c8324a;stroke-width:3;stroke-dasharray:none}
.card{fill:#fff;stroke:#cfd6df;stroke-width:1}.frame{fill:#f6f7f9;stroke:#e5e9ef}.badge{font-size:11px;font-weight:700;fill:#fff;text-anchor:middle}
""".strip()


def svg(charts: Sequence[Chart], findings: Sequence[Finding], title: str) -> str:
    """Well-formed, with its own styles, and titles that a browser shows under the mouse."""
    sections = [section(chart) for chart in charts]
    width = max([760.0, *(each.layout.width + 2 * MARGIN for each in sections)])
    notes = LEGEND + (30 + 18 * len(findings) if findings else 0)
    height = sum(map(_height, sections)) + notes + MARGIN
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width:.0f} {height:.0f}"'
        f' width="{width:.0f}" height="{height:.0f}" role="img">',
        f"<title>{escape(title)}</title><style>{STYLE}</style>",
        _arrow_heads(),
        f'<rect width="{width:.0f}" height="{height:.0f}" fill="#f6f7f9"/>',
    ]
    y = 0.0
    for each in sections:
        heading = escape(each.chart.flow)
        parts += [
            f'<g transform="translate({MARGIN:.0f},{y:.1f})">',
            f'<text class="flow" x="0" y="32">{heading}</text>',
            f'<g transform="translate(0,{HEADING:.0f})">',
            *_drawn(each),
            "</g></g>",
        ]
        y += _height(each)
    parts.append(f'<g transform="translate({MARGIN:.0f},{y + 16:.1f})">')
    parts += [*_legend(), *_notes(findings), "</g></svg>"]
    return "\n".join(parts) + "\n"


def _height(of: Section) -> float:
    return HEADING + of.height + MARGIN


def _drawn(of: Section) -> Iterator[str]:
    """Ways first, and cards over them; crisis over other ways."""
    layout = of.layout
    ways = sorted(layout.ways, key=lambda way: of.figures[way.box].card.rows[way.port].crisis)
    lane = 0
    for way in ways:
        lane += way.back
        yield _way(of, way, of.figures[way.box].card.rows[way.port], lane)
    for name, figure in of.figures.items():
        yield from _card(figure, *layout.at[name])


def _way(of: Section, way: Way, row: Row, number: int) -> str:
    figure, lane = of.figures[way.box], of.layout.height + number * LANE
    x, y = of.layout.at[way.box]
    start = (x + figure.width, y + figure.port(way.port))
    to_x, to_y = of.layout.at[way.to]
    end = (to_x - 2, to_y + min(HEAD, of.figures[way.to].height / 2))
    if row.crisis:
        kind, head = "crisis", "crisis"
    elif way.back:
        kind, head = "back", "back"
    else:
        kind, head = ("after" if AFTER in row.labels else ""), "way"
        kind = kind if row.silent else "keyed"
    path = _round_trip(start, end, lane, number) if way.back else _smooth(start, way.bends, end)
    return f'<path class="way {kind}" d="{path}" marker-end="url(#{head})"/>'


def _smooth(
    start: tuple[float, float], bends: Sequence[tuple[float, float]], end: tuple[float, float]
) -> str:
    path, (x, y) = [f"M{start[0]:.1f},{start[1]:.1f}"], start
    for to_x, to_y in (*bends, end):
        if to_y == y:
            path.append(f"H{to_x:.1f}")
        else:
            half = (to_x - x) / 2
            path.append(
                f"C{x + half:.1f},{y:.1f} {to_x - half:.1f},{to_y:.1f} {to_x:.1f},{to_y:.1f}"
            )
        x, y = to_x, to_y
    return " ".join(path)


def _round_trip(
    start: tuple[float, float], end: tuple[float, float], lane: float, number: int
) -> str:
    """Below all cards, up and down where no card stands, beside those before it."""
    (x, y), (to_x, to_y) = start, end
    aside = 5 * (number % 6)
    right, left, bow = x + 14 + aside, to_x - 16 - aside, 8
    return (
        f"M{x:.1f},{y:.1f} H{right - bow:.1f} Q{right:.1f},{y:.1f} {right:.1f},{y + bow:.1f}"
        f" V{lane - bow:.1f} Q{right:.1f},{lane:.1f} {right - bow:.1f},{lane:.1f}"
        f" H{left + bow:.1f} Q{left:.1f},{lane:.1f} {left:.1f},{lane - bow:.1f}"
        f" V{to_y + bow:.1f} Q{left:.1f},{to_y:.1f} {left + bow:.1f},{to_y:.1f} H{to_x:.1f}"
    )


def _card(figure: Figure, x: float, y: float) -> Iterator[str]:
    card, width, height = figure.card, figure.width, figure.height
    is_crisis = card.crisis and card.family == "people"
    colour = CRISIS if is_crisis else COLOURS[card.family]
    edge = f' style="stroke:{CRISIS};stroke-width:1.6"' if card.crisis else ""
    fill = {"line": "#e8ecf1", "people": "#fdeef0" if is_crisis else "#eef8f3"}.get(card.family)
    radius = min(height / 2, 22) if card.family == "line" else 7
    yield f'<g transform="translate({x:.1f},{y:.1f})">'
    yield f"<title>{escape(' / '.join((card.title, *card.lines)))}</title>"
    paint = edge.replace('style="', f'style="fill:{fill};') if fill and edge else edge
    paint = f' style="fill:{fill}"' if fill and not edge else paint
    yield f'<rect class="card" width="{width:.0f}" height="{height:.1f}" rx="{radius:.0f}"{paint}/>'
    if card.family != "line":
        yield f'<rect x="0" y="7" width="4" height="{height - 14:.1f}" rx="2" fill="{colour}"/>'
    yield f'<text class="title" x="14" y="19">{escape(card.title)}</text>'
    if card.family == "people":
        yield (
            f'<g transform="translate({width - 22:.0f},8)" fill="{colour}"><circle cx="6" cy="4"'
            ' r="3.6"/><path d="M0,15 a6,6.5 0 0 1 12,0 z"/></g>'
        )
    for number, line in enumerate(card.lines):
        yield (
            f'<text class="small" x="14" y="{HEAD + 8 + LINE * number:.1f}">{escape(line)}</text>'
        )
    if figure.inner is not None:
        yield from _inside(figure.inner, figure)
    if figure.has_rows:
        yield from _rows(figure)
    yield from _badge(card, width)
    yield "</g>"


def _inside(inner: Section, figure: Figure) -> Iterator[str]:
    """The other flow in a frame of its own."""
    height = inner.height * SCALE + 2 * PAD - 10
    yield (
        f'<rect class="frame" x="9" y="{figure.inner_top + 2:.1f}" width="{figure.width - 18:.1f}"'
        f' height="{height:.1f}" rx="5"/>'
    )
    top = figure.inner_top + PAD - 3
    yield f'<g transform="translate({figure.inset:.0f},{top:.1f}) scale({SCALE})">'
    yield from _drawn(inner)
    yield "</g>"


def _rows(figure: Figure) -> Iterator[str]:
    top, width = figure.rows_top, figure.width
    yield f'<path d="M14,{top:.1f} H{width - 14:.0f}" stroke="#e5e9ef"/>'
    for number, row in enumerate(figure.card.rows):
        middle = top + ROW * (number + 0.5)
        x = width - 12.0
        for label in _labels(row):
            yield from _label(label, x, middle, crisis=row.crisis)
            x -= _label_width(label) + 5
        yield f'<circle cx="{width:.0f}" cy="{middle:.1f}" r="2.6" fill="#7f8a99"/>'


def _labels(row: Row) -> list[str]:
    """From the right: words as one, then the keys."""
    words = ", ".join(label for label in row.labels if len(label) > 1)
    keys = [label for label in reversed(row.labels) if len(label) == 1]
    return [words, *keys] if words else keys


def _label_width(label: str) -> float:
    return 17.0 if len(label) == 1 else 6.2 * min(len(label), 30)


def _label(label: str, x: float, middle: float, *, crisis: bool) -> Iterator[str]:
    if len(label) == 1:
        yield (
            f'<rect x="{x - 17:.1f}" y="{middle - 8.5:.1f}" width="17" height="17" rx="4"'
            ' fill="#f3f5f8" stroke="#b9c2cd"/>'
            f'<text class="key" x="{x - 8.5:.1f}" y="{middle + 4:.1f}">{escape(label)}</text>'
        )
        return
    shown = label if len(label) <= 30 else f"{label[:29]}…"
    colour = f' style="fill:{CRISIS}"' if crisis else ""
    yield f'<text class="label" x="{x:.1f}" y="{middle + 4:.1f}"{colour}>{escape(shown)}</text>'


def _badge(card: Card, card_width: float) -> Iterator[str]:
    if not card.findings:
        return
    worst = any(each.severity is Severity.ERROR for each in card.findings)
    colour = CRISIS if worst else "#d97f06"
    told = "\n".join(f"{each.code}: {each.wrong}" for each in card.findings)
    codes = " ".join(dict.fromkeys(each.code for each in card.findings))
    width = 7.4 * len(codes) + 12
    yield (
        f'<g transform="translate({card_width - width + 6:.1f},-9)"><title>{escape(told)}</title>'
        f'<rect width="{width:.1f}" height="18" rx="9" fill="{colour}"/>'
        f'<text class="badge" x="{width / 2:.1f}" y="13">{codes}</text></g>'
    )


def _legend() -> Iterator[str]:
    x = 0.0
    for family, words in LEGEND_WORDS.items():
        yield f'<rect x="{x:.0f}" y="0" width="4" height="16" rx="2" fill="{COLOURS[family]}"/>'
        yield f'<text class="small" x="{x + 10:.0f}" y="12">{words}</text>'
        x += 34 + 6 * len(words)
    for kind, words in (
        ("crisis", "the caller who presses nothing, to crisis"),
        ("back", "back"),
        ("after", "when the agent hangs up"),
    ):
        yield f'<path class="way {kind}" d="M{x:.0f},8 h26"/>'
        yield f'<text class="small" x="{x + 34:.0f}" y="12">{words}</text>'
        x += 54 + 6 * len(words)


def _notes(findings: Sequence[Finding]) -> Iterator[str]:
    if findings:
        yield '<text class="title" x="0" y="50">hotline check finds</text>'
    for number, each in enumerate(findings):
        line = f"{each.code}  {each.place}  {each.wrong}"
        yield f'<text class="small" x="0" y="{70 + 18 * number}">{escape(line)}</text>'


def _arrow_heads() -> str:
    heads = (("way", "#8d97a5"), ("back", "#8a6bbd"), ("crisis", CRISIS))
    return (
        "<defs>"
        + "".join(
            f'<marker id="{name}" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="8"'
            f' markerHeight="8" markerUnits="userSpaceOnUse" orient="auto">'
            f'<path d="M0,0.5 L8,4 L0,7.5 z" fill="{colour}"/></marker>'
            for name, colour in heads
        )
        + "</defs>"
    )
