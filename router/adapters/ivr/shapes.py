"""Pydantic's errors joined with the places of the file: how a part of it must look."""

from __future__ import annotations

from typing import Any, TypeVar, get_args

from pydantic import BaseModel, ConfigDict, ValidationError

from router.adapters.ivr.problems import Place, Problems, listed, shown
from router.adapters.ivr.tree import Entries, Node, Scalar, place_of, plain


class Shape(BaseModel):
    """What may stand in a mapping, and nothing else."""

    model_config = ConfigDict(extra="forbid", frozen=True)


S = TypeVar("S", bound=Shape)


def shaped(shape: type[S], node: Node, what: str, at: Place, problems: Problems) -> S | None:
    """The node as such a shape; None with every problem noted. `at` is where `what` is named."""
    value = plain(node)
    if not isinstance(value, dict):
        problems.add(at, f"{what} is {shown(value)}", f"{listed(words_of(shape))} below it")
        return None
    try:
        return shape.model_validate(value)
    except ValidationError as error:
        for detail in error.errors(include_url=False):
            _explain(shape, node, what, at, dict(detail), problems)
        return None


def words_of(shape: type[Shape]) -> list[str]:
    """The keys that may be written."""
    return [field.alias or name for name, field in shape.model_fields.items()]


def _explain(
    shape: type[Shape],
    node: Node,
    what: str,
    at: Place,
    detail: dict[str, Any],
    problems: Problems,
) -> None:
    loc = tuple(detail["loc"])
    about_key = loc[-1:] == ("[key]",)
    path = loc[:-1] if about_key else loc
    *above, last = path
    owner = f"{what}, {_spoken(above)}" if above else what
    match detail["type"]:
        case "missing":
            place = place_of(node, *above, key=True) if above else at
            problems.add(place, f"{owner} has no `{last}`", f"a line `{last}: ...`")
        case "extra_forbidden":
            known = words_of(_shape_at(shape, above))
            place = place_of(node, *path, key=True)
            problems.add(
                place,
                f"{owner} has no {shown(str(last))}",
                listed(known),
                word=str(last),
                known=known,
            )
        case "value_error":
            misread = detail["ctx"]["error"]
            whose = f"the key {shown(str(last))}" if about_key else _spoken(path)
            wrong = f"{what}: {whose}" + ("" if about_key else f" is {shown(detail['input'])}")
            if about_key:
                wrong += " does not fit"
            problems.add(place_of(node, *path, key=about_key), wrong, str(misread))
        case _:
            form = "a list" if detail["type"] == "list_type" else "keys and values below it"
            found = shown(detail["input"] or "")
            problems.add(place_of(node, *path), f"{what}: {_spoken(path)} is {found}", form)


def _spoken(path: list[str | int] | tuple[str | int, ...]) -> str:
    """`widen`, number 2, `also`."""
    words = (f"number {part + 1}" if isinstance(part, int) else f"`{part}`" for part in path)
    return ", ".join(words)


def _shape_at(shape: type[Shape], path: list[str | int]) -> type[Shape]:
    """The shape that a path within another leads to."""
    for part in path:
        for name, field in shape.model_fields.items():
            if part == (field.alias or name):
                shape = _inner(field.annotation) or shape
    return shape


def _inner(annotation: Any) -> type[Shape] | None:
    if isinstance(annotation, type) and issubclass(annotation, Shape):
        return annotation
    return next((found for each in get_args(annotation) if (found := _inner(each))), None)


def entries_of(
    root: Entries, section: str, file: str, problems: Problems, *, needed: bool = True
) -> list[tuple[str, Place, Node]]:
    """What is named below a key of the file: name, where, and what is written there."""
    node = root.items.get(section)
    if isinstance(node, Entries) and (node.items or not needed):
        return [(name, node.keys[name], item) for name, item in node.items.items()]
    if node is None or (isinstance(node, Scalar) and node.text == ""):
        if needed:
            place = root.keys.get(section, Place(file=file))
            problems.add(place, f"there are no {section}", f"names below `{section}:`")
        return []
    problems.add(node.place, f"`{section}` is {shown(plain(node))}", "names with keys below them")
    return []


def only_sections(root: Entries, known: tuple[str, ...], problems: Problems) -> None:
    """Note what the file has besides."""
    for key, place in root.keys.items():
        if key not in known:
            problems.add(
                place, f"there is no {shown(key)} here", listed(known), word=key, known=known
            )
