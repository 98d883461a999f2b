"""How large cards are, and where: a step that goes through another flow holds all of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from router.adapters.ivr.drawing.chart import AFTER, Card, Chart
from router.adapters.ivr.drawing.layout import Box, Layout, laid_out

CARD, BETWEEN, GAP = 232.0, 76.0, 18.0
HEAD, LINE, ROW, FOOT = 26.0, 15.0, 21.0, 8.0
LANE = 16.0
INNER_BETWEEN, SCALE, PAD, BACK = 52.0, 0.8, 16.0, 34.0
"""Within another card everything is a little smaller, and closer together."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """One flow, laid out. `lanes` are the ways that lead back, below the cards."""

    chart: Chart
    figures: Mapping[str, Figure]
    layout: Layout
    lanes: int

    @property
    def height(self) -> float:
        return self.layout.height + self.lanes * LANE


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """A card and what is drawn in it."""

    card: Card
    inner: Section | None

    @property
    def has_rows(self) -> bool:
        """One way onwards needs no words, nor has the one that follows a conversation."""
        unsaid = {(), ("then",), (AFTER,)}
        return len(self.card.rows) > 1 or any(row.labels not in unsaid for row in self.card.rows)

    @property
    def width(self) -> float:
        if self.inner is None:
            return CARD
        return max(CARD, self.inner.layout.width * SCALE + 2 * self.inset)

    @property
    def inset(self) -> float:
        """Room beside what is drawn in it, also for ways that lead back."""
        return PAD if self.inner is None or not self.inner.lanes else PAD + BACK

    @property
    def inner_top(self) -> float:
        """Below the words."""
        return HEAD + LINE * len(self.card.lines)

    @property
    def rows_top(self) -> float:
        """Below what is drawn in it."""
        inner = 0.0 if self.inner is None else self.inner.height * SCALE + 2 * PAD
        return self.inner_top + inner + 3

    @property
    def height(self) -> float:
        rows = ROW * len(self.card.rows) if self.has_rows else -3
        return self.rows_top + rows + FOOT

    def port(self, number: int) -> float:
        """How high the way begins."""
        if not self.has_rows:
            return self.height / 2
        return self.rows_top + ROW * (number + 0.5)


def section(chart: Chart, *, between: float = BETWEEN) -> Section:
    """Laid out, with whatever is in its cards."""
    figures = {
        card.name: Figure(
            card=card,
            inner=None if card.inside is None else section(card.inside, between=INNER_BETWEEN),
        )
        for card in chart.cards
    }
    boxes = [
        Box(
            name=name,
            width=figure.width,
            height=figure.height,
            ports=[figure.port(number) for number in range(len(figure.card.rows))],
            ways=[row.to for row in figure.card.rows],
        )
        for name, figure in figures.items()
    ]
    layout = laid_out(boxes, between=between, gap=GAP)
    lanes = sum(way.back for way in layout.ways)
    return Section(chart=chart, figures=figures, layout=layout, lanes=lanes)
