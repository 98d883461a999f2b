"""YAML read narrowly: every scalar stays the text that was written, and everything has a place."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import yaml

from router.adapters.ivr.problems import Place, Problems, shown

DEEPEST = 50
ENOUGH = 1000
"""Problems: the file is something else altogether, and the rest of it is not worth the time."""
UNREADABLE = re.compile(
    "[^\n\r\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufefe\uff00-\ufffd\U00010000-\U0010ffff]"
)
"""What YAML forbids, and tabs: an indentation that nobody sees."""
LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
"""Ten times faster where PyYAML was built with libyaml."""
UNCLOSED = "found unexpected end of stream"
MEANINGS = {
    "mapping values are not allowed in this context": (
        "there is a ': ' where none can be",
        "quotes around a text that contains one, or a key on a line of its own",
    ),
    "mapping values are not allowed here": (
        "there is a ': ' where none can be",
        "quotes around a text that contains one, or a key on a line of its own",
    ),
    UNCLOSED: ("the quotes that open here never close", "the same quotes at the end"),
    "could not find expected ':'": ("this line is not a 'key: value'", "a ':' after the key"),
    "did not find expected key": ("this line does not fit its neighbours", "the same indentation"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Scalar:
    """A word or a text, never a number or a truth: what it means is the reader's business."""

    place: Place
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Items:
    """A list."""

    place: Place
    items: list[Node] = field(default_factory=list)


@dataclass(frozen=True, slots=True, kw_only=True)
class Entries:
    """A mapping, with the places of its keys."""

    place: Place
    items: dict[str, Node] = field(default_factory=dict)
    keys: dict[str, Place] = field(default_factory=dict)


Node = Scalar | Items | Entries


def plain(node: Node) -> Any:
    """Texts, lists and dicts."""
    match node:
        case Scalar():
            return node.text
        case Items():
            return [plain(item) for item in node.items]
        case Entries():
            return {key: plain(item) for key, item in node.items.items()}


def place_of(node: Node, *path: str | int, key: bool = False) -> Place:
    """Where the value at `path` stands, or its key; as far as the path leads."""
    place = node.place
    for part in path:
        if isinstance(node, Entries) and str(part) in node.items:
            before, node = node, node.items[str(part)]
            # An empty value has no place that a person would look at.
            unseen = isinstance(node, Scalar) and node.text == ""
            place = before.keys[str(part)] if key or unseen else node.place
        elif isinstance(node, Items) and isinstance(part, int) and part < len(node.items):
            node = node.items[part]
            place = node.place
        else:
            break
    return place


def read(content: bytes, file: str, problems: Problems) -> Entries | None:
    """The file's mapping; None if there is none, with the problems noted."""
    before = len(problems.found)
    text = _decoded(content, file, problems)
    if text is None:
        return None
    try:
        root = _built(yaml.parse(text, Loader=LOADER), file, problems)
    except yaml.YAMLError as error:
        _explain(error, file, problems)
        return None
    if len(problems.found) > before:
        return None
    if not isinstance(root, Entries):
        what = "the file is empty" if root is None else "the file is not a mapping"
        problems.add(Place(file=file), what, "keys and values, as in `key: value`")
        return None
    return root


def _decoded(content: bytes, file: str, problems: Problems) -> str | None:
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        head = content[: error.start].decode("utf-8-sig", "replace")
        problems.add(_after(head, file), "this byte is no letter in UTF-8", "a file saved as UTF-8")
        return None
    found = False
    for number, line in enumerate(re.split("\r\n|\r|\n", text), start=1):
        if (odd := UNREADABLE.search(line)) is not None:
            found = True
            name = "a tab" if odd[0] == "\t" else f"the control character {odd[0]!r}"
            place = Place(file=file, line=number, column=odd.start() + 1)
            problems.add(place, f"there is {name}", "spaces")
    return None if found else text


def _after(head: str, file: str) -> Place:
    line = head.count("\n") + 1
    return Place(file=file, line=line, column=len(head) - (head.rfind("\n") + 1) + 1)


def _explain(error: yaml.YAMLError, file: str, problems: Problems) -> None:
    said = str(getattr(error, "problem", None) or "this cannot be read")
    wrong, expected = MEANINGS.get(said, (f"this is no YAML: {said}", "`key: value` lines"))
    mark = getattr(error, "problem_mark", None)
    if said == UNCLOSED:
        mark = getattr(error, "context_mark", None) or mark
    place = Place(file=file)
    if mark is not None:
        place = Place(file=file, line=mark.line + 1, column=mark.column + 1)
    problems.add(place, wrong, expected)


@dataclass(slots=True)
class _Open:
    """A list or mapping whose end has not come; `key` waits for its value."""

    node: Items | Entries
    key: str | None = None
    keyless: bool = False


def _built(events: Iterator[Any], file: str, problems: Problems) -> Node | None:
    """Without recursion: the depth of a hostile file is not the depth of our stack."""
    root: Node | None = None
    stack: list[_Open] = []
    documents = 0
    for event in events:
        if len(problems.found) > ENOUGH:
            return None
        place = _place(event, file)
        match event:
            case yaml.DocumentStartEvent():
                documents += 1
                if documents > 1:
                    problems.add(place, "a second document begins", "one document per file")
                    return None
            case yaml.MappingEndEvent() | yaml.SequenceEndEvent():
                stack.pop()
            case yaml.AliasEvent():
                problems.add(place, f"*{event.anchor} repeats another part", "it written out")
                _put(stack, Scalar(place=place, text=""), problems)
            case yaml.NodeEvent():
                if (node := _node(event, place, problems)) is None:
                    return None
                root = root or node
                _put(stack, node, problems)
                if not isinstance(node, Scalar):
                    if len(stack) >= DEEPEST:
                        problems.add(place, f"more than {DEEPEST} levels", "a flatter file")
                        return None
                    stack.append(_Open(node))
            case _:
                pass
    return root


def _place(event: Any, file: str) -> Place:
    return Place(file=file, line=event.start_mark.line + 1, column=event.start_mark.column + 1)


def _node(event: Any, place: Place, problems: Problems) -> Node | None:
    if event.anchor is not None:
        problems.add(place, f"&{event.anchor} marks a part for repeating", "it written out")
    if event.tag is not None:
        problems.add(place, f"the tag {shown(event.tag)} is not known here", "a plain value")
    match event:
        case yaml.ScalarEvent():
            quiet_null = event.implicit[0] and event.value in ("~", "null")
            return Scalar(place=place, text="" if quiet_null else event.value)
        case yaml.SequenceStartEvent():
            return Items(place=place)
        case yaml.MappingStartEvent():
            return Entries(place=place)
    return None


def _put(stack: list[_Open], node: Node, problems: Problems) -> None:
    """Into the innermost list or mapping."""
    if not stack:
        return
    top = stack[-1]
    match top.node:
        case Items(items=items):
            items.append(node)
        case Entries(items=entries, keys=keys):
            if top.keyless:
                top.keyless = False
            elif top.key is not None:
                entries.setdefault(top.key, node)
                top.key = None
            elif not isinstance(node, Scalar):
                problems.add(node.place, f"{shown(plain(node))} is no key", "a word")
                top.keyless = True
            elif node.text in keys:
                first = keys[node.text]
                problems.add(
                    node.place,
                    f"{shown(node.text)} is written twice, first in line {first.line}",
                    "each key once",
                )
                top.keyless = True
            else:
                top.key = node.text
                keys[node.text] = node.place
