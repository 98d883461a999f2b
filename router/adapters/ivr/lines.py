"""lines.yaml: which number begins which flow."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

from router.adapters.ivr.problems import Place, Problems, listed, shown
from router.adapters.ivr.shapes import Shape, entries_of, only_sections, shaped
from router.adapters.ivr.tree import Entries, Scalar, place_of
from router.adapters.ivr.words import (
    LanguageWord,
    Misread,
    Name,
    Positive,
    Text,
    UpTo20,
    read_number,
)
from router.core.ivr.model import Line
from router.core.vocabulary import FlowName

FILE = "lines.yaml"


class LineShape(Shape):
    """One number that callers dial."""

    name: Text
    flow: Name
    language: LanguageWord


class CrisisWithinShape(Shape):
    """How near crisis is to every line: for the check."""

    keys: UpTo20 = 2
    time: Positive = timedelta(seconds=60)


@dataclass(frozen=True, slots=True, kw_only=True)
class LinesFile:
    """What could be read of it."""

    root: Entries
    lines: Mapping[str, Line]
    default: str | None
    crisis_within: CrisisWithinShape


def read_lines(root: Entries, file: str, problems: Problems) -> LinesFile:
    """All lines, and which of them takes the numbers that are not here."""
    only_sections(root, ("lines", "default", "crisis_within"), problems)
    written = entries_of(root, "lines", file, problems)
    lines = {}
    for number, at, node in written:
        what = f"the line {shown(number)}"
        try:
            read_number(number)
        except Misread as misread:
            problems.add(at, f"{what} cannot be dialled", str(misread))
        shape = shaped(LineShape, node, what, at, problems)
        if shape is not None:
            lines[number] = Line(
                number=number,
                name=shape.name,
                flow=FlowName(shape.flow),
                language=shape.language,
            )
    numbers = [number for number, _, _ in written]
    return LinesFile(
        root=root,
        lines=lines,
        default=_default(root, file, numbers, problems),
        crisis_within=_crisis_within(root, problems),
    )


def _crisis_within(root: Entries, problems: Problems) -> CrisisWithinShape:
    node = root.items.get("crisis_within")
    if node is None:
        return CrisisWithinShape()
    at = root.keys["crisis_within"]
    return shaped(CrisisWithinShape, node, "`crisis_within`", at, problems) or CrisisWithinShape()


def _default(root: Entries, file: str, numbers: list[str], problems: Problems) -> str | None:
    node = root.items.get("default")
    expected = "the number of a line, for callers who dialled one that is not here"
    if node is None:
        problems.add(Place(file=file), "the file has no `default`", expected)
        return None
    text = node.text if isinstance(node, Scalar) else ""
    if text in numbers:
        return text
    problems.add(
        place_of(root, "default"),
        f"the default line is {shown(text)}, which is no line",
        listed(numbers) if numbers else expected,
        word=text,
        known=numbers,
    )
    return None
