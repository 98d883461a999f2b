"""What a flow can remember of a call: texts, numbers and truths, and how each is written."""

from __future__ import annotations

import re
from collections.abc import Mapping
from enum import StrEnum

Value = bool | int | float | str

LONGEST = 200
"""Letters of a text that a flow keeps."""


class ValueKind(StrEnum):
    """`secret` is a text that is neither spoken nor written anywhere."""

    TEXT = "text"
    NUMBER = "number"
    DECIMAL = "decimal"
    TRUTH = "truth"
    SECRET = "secret"


SAMPLES: Mapping[ValueKind, tuple[Value, ...]] = {
    ValueKind.TEXT: ("", "0", "a"),
    ValueKind.NUMBER: (0, 1, -1),
    ValueKind.DECIMAL: (0.5, 1.0),
    ValueKind.TRUTH: (True, False),
    ValueKind.SECRET: ("", "0"),
}
"""Values that a condition is tried with before a caller meets it."""

GIVEN: Mapping[str, ValueKind] = {
    "language": ValueKind.TEXT,
    "line": ValueKind.TEXT,
    "anonymous": ValueKind.TRUTH,
}
"""What is known of every call: the language it is spoken to in, the line that was dialled, and
whether the caller's number was withheld."""


def kind_of(value: Value) -> ValueKind:
    """Of a value that is no secret."""
    match value:
        case bool():
            return ValueKind.TRUTH
        case int():
            return ValueKind.NUMBER
        case float():
            return ValueKind.DECIMAL
        case _:
            return ValueKind.TEXT


def literal(text: str) -> Value:
    """`true` and `18` are what they look like; `0123`, `18:30` and all else are texts."""
    if text in ("true", "false"):
        return text == "true"
    if re.fullmatch("-?(0|[1-9][0-9]{0,14})", text, re.ASCII):
        return int(text)
    return text
