"""A mistake in flow files, what is told of it, and where: at the mark `▸`."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from router.adapters.flow_files import load
from router.errors import FlowFilesInvalid

SHIPPED = Path(__file__).parents[3] / "ivr"
PLAIN = Path(__file__).parent / "line"
"""A line like the shipped one that stays as it is."""
MARK = "▸"
Edit = Callable[[str, str, str], None]


@dataclass(frozen=True, slots=True)
class Elsewhere:
    """Told at a mark in a passage that was not touched; a mark alone is the file's start."""

    file: str
    passage: str
    sentence: str

    def expected(self, folder: Path) -> str:
        text = (folder / self.file).read_text(encoding="utf-8")
        at = text.index(self.passage.replace(MARK, ""))
        return f"{_places(folder / self.file, self.passage, at)[0]}: {self.sentence}"


@dataclass(frozen=True, slots=True)
class Mistake:
    """`new` replaces `old`; each mark in it gets one of the sentences, in their order."""

    name: str
    file: str
    old: str
    new: str
    told: tuple[str | Elsewhere, ...]

    def __str__(self) -> str:
        return self.name

    @property
    def spoilt(self) -> str:
        return self.new.replace(MARK, "")

    def expected(self, folder: Path) -> list[str]:
        plain = (PLAIN / self.file).read_text(encoding="utf-8")
        places = iter(_places(folder / self.file, self.new, plain.index(self.old)))
        return [
            f"{next(places)}: {told}" if isinstance(told, str) else told.expected(folder)
            for told in self.told
        ]


def told_of(folder: Path, forced: dict[str, bool] | None = None) -> list[str]:
    """The lines of the error."""
    with pytest.raises(FlowFilesInvalid) as caught:
        load(folder, forced)
    return str(caught.value).splitlines()


def _places(path: Path, passage: str, at: int) -> list[str]:
    """Of the marks in a passage that begins at this letter of the file."""
    text = path.read_text(encoding="utf-8")
    places = []
    for part in passage.split(MARK)[:-1]:
        at += len(part)
        *lines_before, line = text[:at].split("\n")
        places.append(f"{path}:{len(lines_before) + 1}:{len(line) + 1}")
    return places
