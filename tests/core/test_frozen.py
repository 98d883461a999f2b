"""Values that are made quickly are the frozen dataclasses that they were."""

from __future__ import annotations

from dataclasses import FrozenInstanceError, dataclass, field, replace

import pytest

from router.core.frozen import made_quickly


@dataclass(frozen=True, slots=True)
class Parent:
    key: str


@dataclass(frozen=True, slots=True)
class Note(Parent):
    text: str = "nothing"
    lines: list[str] = field(default_factory=list, kw_only=True)
    _seen: bool = field(default=False, kw_only=True)


made_quickly(Parent, Note)


def test_each_field_is_where_it_was_given() -> None:
    note = Note("k", "t", lines=["l"], _seen=True)

    assert (note.key, note.text, note.lines, note._seen) == ("k", "t", ["l"], True)
    assert note == Note(key="k", text="t", lines=["l"], _seen=True)
    assert repr(note) == "Note(key='k', text='t', lines=['l'], _seen=True)"


def test_what_is_not_given_is_as_declared_and_shared_with_nobody() -> None:
    one, other = Note("k"), Note("k")
    one.lines.append("of one alone")

    assert (other.text, other.lines) == ("nothing", [])


def test_nobody_changes_one() -> None:
    with pytest.raises(FrozenInstanceError):
        Note("k").text = "other"  # type: ignore[misc]
    assert hash(Parent("k")) == hash(Parent("k"))
    assert replace(Note("k"), text="other") == Note("k", "other")


def test_a_field_too_many_or_too_few_is_refused() -> None:
    with pytest.raises(TypeError, match="key"):
        Note()  # type: ignore[call-arg]
    with pytest.raises(TypeError, match="colour"):
        Note("k", colour="red")  # type: ignore[call-arg]
    with pytest.raises(TypeError, match="positional"):
        Note("k", "t", ["l"])  # type: ignore[call-arg]
