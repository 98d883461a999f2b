"""The flows as one picture that needs nothing else: from the number dialled to people."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from xml.sax.saxutils import escape

from router.adapters.ivr.checks.findings import Finding, Severity
from router.adapters.ivr.drawing.chart import AFTER, Card, Chart, Row
from router.adapters.ivr.drawing.layout import Box, Layout, Way, laid_out

CARD, MARGIN, BETWEEN, GAP = 232.0, 36.0, 76.0, 18.0
HEAD, LINE, ROW, FOOT = 26.0, 15.0, 21.0, 8.0
HEADING, LANE, LEGEND = 52.0, 16.0, 54.0
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
.card{fill:#fff;stroke:#cfd6df;stroke-width:1}.badge{font-size:11px;font-weight:700;fill:#fff;text-anchor:middle}
""".strip()


@dataclass(frozen=True, slots=True, kw_only=True)
class _Section:
    chart: Chart
    cards: Mapping[str, Card]
    layout: Layout
    lanes: int

    @property
    def height(self) -> float:
        return HEADING + self.layout.height + self.lanes * LANE + MARGIN


def svg(charts: Sequence[Chart], findings: Sequence[Finding], title: str) -> str:
    """Well-formed, with its own styles, and titles that a browser shows under the mouse."""
    sections = [_section(chart) for chart in charts]
    width = max([760.0, *(each.layout.width + 2 * MARGIN for each in sections)])
    notes = LEGEND + (30 + 18 * len(findings) if findings else 0)
    height = sum(each.height for each in sections) + notes + MARGIN
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width:.0f} {height:.0f}"'
        f' width="{width:.0f}" height="{height:.0f}" role="img">',
        f"<title>{escape(title)}</title><style>{STYLE}</style>",
        _arrow_heads(),
        f'<rect width="{width:.0f}" height="{height:.0f}" fill="#f6f7f9"/>',
    ]
    y = 0.0
    for section in sections:
        parts.append(f'<g transform="translate({MARGIN:.0f},{y:.1f})">')
        parts += _drawn(section)
        parts.append("</g>")
        y += section.height
    parts.append(f'<g transform="translate({MARGIN:.0f},{y + 16:.1f})">')
    parts += [*_legend(), *_notes(findings), "</g></svg>"]
    return "\n".join(parts) + "\n"


def _section(chart: Chart) -> _Section:
    cards = {card.name: card for card in chart.cards}
    boxes = [
        Box(
            name=card.name,
            width=CARD,
            height=_height(card),
            ports=[_port(card, number) for number in range(len(card.rows))],
            ways=[row.to for row in card.rows],
        )
        for card in chart.cards
    ]
    layout = laid_out(boxes, between=BETWEEN, gap=GAP)
    lanes = sum(way.back for way in layout.ways)
    return _Section(chart=chart, cards=cards, layout=layout, lanes=lanes)


def _has_rows(card: Card) -> bool:
    """One way onwards needs no words, nor has the one that follows a conversation."""
    unsaid = {(), ("then",), (AFTER,)}
    return len(card.rows) > 1 or any(row.labels not in unsaid for row in card.rows)


def _height(card: Card) -> float:
    rows = ROW * len(card.rows) + 3 if _has_rows(card) else 0
    return HEAD + LINE * len(card.lines) + rows + FOOT


def _port(card: Card, number: int) -> float:
    if not _has_rows(card):
        return _height(card) / 2
    return HEAD + LINE * len(card.lines) + 3 + ROW * (number + 0.5)


def _drawn(section: _Section) -> Iterator[str]:
    layout = section.layout
    yield f'<text class="flow" x="0" y="32">{escape(section.chart.flow)}</text>'
    yield f'<g transform="translate(0,{HEADING:.0f})">'
    ways = sorted(layout.ways, key=lambda way: section.cards[way.box].rows[way.port].crisis)
    lane = 0
    for way in ways:
        lane += way.back
        row = section.cards[way.box].rows[way.port]
        yield _way(section, way, row, lane)
    for name, card in section.cards.items():
        yield from _card(card, *layout.at[name])
    yield "</g>"


def _way(section: _Section, way: Way, row: Row, number: int) -> str:
    card, lane = section.cards[way.box], section.layout.height + number * LANE
    x, y = section.layout.at[way.box]
    start = (x + CARD, y + _port(card, way.port))
    to_x, to_y = section.layout.at[way.to]
    end = (to_x - 2, to_y + min(HEAD, _height(section.cards[way.to]) / 2))
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
    points = [*bends, end]
    for number, (to_x, to_y) in enumerate(points):
        if number % 2 == 1 and to_y == y:
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


def _card(card: Card, x: float, y: float) -> Iterator[str]:
    height = _height(card)
    is_crisis = card.crisis and card.family == "people"
    colour = CRISIS if is_crisis else COLOURS[card.family]
    edge = f' style="stroke:{CRISIS};stroke-width:1.6"' if card.crisis else ""
    fill = {"line": "#e8ecf1", "people": "#fdeef0" if is_crisis else "#eef8f3"}.get(card.family)
    radius = min(height / 2, 22) if card.family == "line" else 7
    yield f'<g transform="translate({x:.1f},{y:.1f})">'
    yield f"<title>{escape(' / '.join((card.title, *card.lines)))}</title>"
    paint = edge.replace('style="', f'style="fill:{fill};') if fill and edge else edge
    paint = f' style="fill:{fill}"' if fill and not edge else paint
    yield f'<rect class="card" width="{CARD:.0f}" height="{height:.1f}" rx="{radius:.0f}"{paint}/>'
    if card.family != "line":
        yield f'<rect x="0" y="7" width="4" height="{height - 14:.1f}" rx="2" fill="{colour}"/>'
    yield f'<text class="title" x="14" y="19">{escape(card.title)}</text>'
    if card.family == "people":
        yield (
            f'<g transform="translate({CARD - 22:.0f},8)" fill="{colour}"><circle cx="6" cy="4"'
            ' r="3.6"/><path d="M0,15 a6,6.5 0 0 1 12,0 z"/></g>'
        )
    for number, line in enumerate(card.lines):
        yield (
            f'<text class="small" x="14" y="{HEAD + 8 + LINE * number:.1f}">{escape(line)}</text>'
        )
    if _has_rows(card):
        yield from _rows(card)
    yield from _badge(card)
    yield "</g>"


def _rows(card: Card) -> Iterator[str]:
    top = HEAD + LINE * len(card.lines) + 3
    yield f'<path d="M14,{top:.1f} H{CARD - 14:.0f}" stroke="#e5e9ef"/>'
    for number, row in enumerate(card.rows):
        middle = top + ROW * (number + 0.5)
        x = CARD - 12.0
        for label in _labels(row):
            yield from _label(label, x, middle, crisis=row.crisis)
            x -= _label_width(label) + 5
        yield f'<circle cx="{CARD:.0f}" cy="{middle:.1f}" r="2.6" fill="#7f8a99"/>'


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


def _badge(card: Card) -> Iterator[str]:
    if not card.findings:
        return
    worst = any(each.severity is Severity.ERROR for each in card.findings)
    colour = CRISIS if worst else "#d97f06"
    told = "\n".join(f"{each.code}: {each.wrong}" for each in card.findings)
    codes = " ".join(dict.fromkeys(each.code for each in card.findings))
    width = 7.4 * len(codes) + 12
    yield (
        f'<g transform="translate({CARD - width + 6:.1f},-9)"><title>{escape(told)}</title>'
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
