"""How a thing said in both languages looks: Spanish first, English dimmed beside it or below."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from rich.console import Console, ConsoleOptions
from rich.measure import Measurement
from rich.table import Column
from rich.text import Text

from router.said import Said

BETWEEN = " / "
BEFORE = "/ "
"""Before the English that has a row of its own, so that it is told apart without colours."""


@dataclass(frozen=True, slots=True)
class Both:
    """On one row where it fits, else the English is right under the Spanish; only once if they are
    alike, as names and figures are."""

    said: Said
    style: str = ""

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> Iterator[Text]:
        """As wide as there is room."""
        beside = self.on_one_row()
        if beside.cell_len <= options.max_width or self._alike:
            yield beside
            return
        yield Text(self.said.es, self.style)
        room = max(options.max_width - len(BEFORE), 1)
        for number, row in enumerate(Text(self.said.en).wrap(console, room)):
            yield Text((" " * len(BEFORE) if number else BEFORE) + row.plain, self._aside)

    def __rich_measure__(self, console: Console, options: ConsoleOptions) -> Measurement:
        """At least the longest word, at most the one row."""
        words = f"{self.said.es} {self.said.en}".split()
        least = len(BEFORE) + max((Text(word).cell_len for word in words), default=0)
        most = self.on_one_row().cell_len
        return Measurement(min(least, most), most)

    def on_one_row(self) -> Text:
        """To be a part of a row of which it does not have the whole width."""
        if self._alike:
            return Text(self.said.es, self.style)
        return Text.assemble((self.said.es, self.style), (BETWEEN + self.said.en, self._aside))

    @property
    def _alike(self) -> bool:
        return self.said.es == self.said.en

    @property
    def _aside(self) -> str:
        return f"{self.style} dim".strip()


def both(es: str, en: str, style: str = "") -> Both:
    """A sentence, or a word, of which each language has its own."""
    return Both(Said(es, en), style)


def label(es: str, en: str) -> Text:
    """What a row of a sheet is about."""
    return Text.assemble((es, "not dim"), (BETWEEN + en, "dim"))


def column(es: str, en: str, *, right: bool = False, whole: bool = True) -> Column:
    """A column of a table, English under Spanish; `whole`: nothing in it is broken or cut."""
    head = Text(es, "bold")
    if en != es:
        head.append(f"\n{en}", "not bold dim")
    return Column(head, justify="right" if right else "left", no_wrap=whole)
