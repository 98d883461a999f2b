"""A value as a person would say it, out of single recordings, in each language that is known."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, time, timedelta
from enum import StrEnum
from typing import TypeVar

from router.core.ivr.speaking import english, spanish
from router.core.ivr.speaking.gender import Gender
from router.core.ivr.values import Value
from router.core.vocabulary import Language, PromptId

LONGEST = 100
"""Letters or digits that are spelled out."""


class Form(StrEnum):
    """How a value is said."""

    NUMBER = "number"
    DIGITS = "digits"
    DATE = "date"
    TIME = "time"
    DURATION = "duration"
    CHARACTERS = "characters"


class Unspeakable(ValueError):
    """The value has no such form; the message completes "expected ..."."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Grammar:
    """`parts` are recordings that Asterisk does not bring, with their words."""

    number: Callable[[int, Gender | None], Iterator[str]]
    day: Callable[[date], Iterator[str]]
    clock: Callable[[time], Iterator[str]]
    duration: Callable[[timedelta], Iterator[str]]
    parts: Mapping[str, str]
    largest: int


GRAMMARS: Mapping[Language, Grammar] = {
    Language(name): Grammar(
        number=module.number,
        day=module.day,
        clock=module.clock,
        duration=module.duration,
        parts=module.PARTS,
        largest=module.LARGEST,
    )
    for name, module in (("es", spanish), ("en", english))
}

NAMED_CHARACTERS: Mapping[str, str] = {
    "*": "digits/star",
    "#": "digits/pound",
    "@": "letters/at",
    ".": "letters/dot",
    "-": "letters/dash",
    "+": "letters/plus",
    "/": "letters/slash",
    "=": "letters/equals",
    " ": "silence/1",
}


def spoken(
    value: Value, form: Form, language: Language, gender: Gender | None = None
) -> tuple[PromptId, ...]:
    """The recordings in their order; a name with `/` in it is one of Asterisk's own.

    Raises Unspeakable.
    """
    grammar = GRAMMARS.get(language)
    if grammar is None:
        raise Unspeakable(f"a language whose numbers are known: {', '.join(sorted(GRAMMARS))}")
    return tuple(PromptId(part) for part in _parts(value, form, grammar, gender))


def _parts(value: Value, form: Form, grammar: Grammar, gender: Gender | None) -> Iterator[str]:
    match form:
        case Form.NUMBER:
            return _number(value, grammar, gender)
        case Form.DIGITS:
            return _characters(_text(value, "0123456789*#", "digits"))
        case Form.DATE:
            return grammar.day(_read(date.fromisoformat, value, "a date such as 2026-11-24"))
        case Form.TIME:
            return grammar.clock(_read(time.fromisoformat, value, "a time such as 18:30"))
        case Form.DURATION:
            seconds = _whole(value, grammar.largest)
            if seconds < 0:
                raise Unspeakable("seconds of at least zero")
            return grammar.duration(timedelta(seconds=seconds))
        case Form.CHARACTERS:
            return _characters(str(value))


def _number(value: Value, grammar: Grammar, gender: Gender | None) -> Iterator[str]:
    if isinstance(value, float) and not value.is_integer():
        whole, _, fraction = f"{value:.4f}".rstrip("0").partition(".")
        yield from grammar.number(_whole(whole, grammar.largest), gender)
        yield "spoken_point"
        yield from _characters(fraction)
        return
    yield from grammar.number(_whole(value, grammar.largest), gender)


def _whole(value: Value, largest: int) -> int:
    try:
        whole = int(value)
    except (ValueError, OverflowError):
        raise Unspeakable("a whole number") from None
    if abs(whole) > largest:
        raise Unspeakable(f"a number up to {largest}")
    return whole


def _text(value: Value, known: str, what: str) -> str:
    text = str(value)
    if not text or any(each not in known for each in text):
        raise Unspeakable(what)
    return text


T = TypeVar("T")


def _read(read: Callable[[str], T], value: Value, expected: str) -> T:
    try:
        return read(str(value))
    except ValueError:
        raise Unspeakable(expected) from None


def _characters(text: str) -> Iterator[str]:
    """Letter by letter; accents are not told, and what has no recording is left out."""
    for each in text[:LONGEST]:
        letter = unicodedata.normalize("NFD", each.lower())[0]
        if letter.isascii() and letter.isdigit():
            yield f"digits/{letter}"
        elif letter.isascii() and letter.isalpha():
            yield f"letters/{letter}"
        elif letter in NAMED_CHARACTERS:
            yield NAMED_CHARACTERS[letter]
