"""Conditions and computed values: an expression, and what it is worth in a call."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

from router.core.ivr.values import LONGEST, Value


class Program(Protocol):
    """A compiled expression: it reads values and has no other effect."""

    def execute(self, context: dict[str, Any]) -> Any:
        """Its worth. Raises one of UNCOMPUTABLE."""
        ...


UNCOMPUTABLE = (ArithmeticError, LookupError, TypeError, ValueError, RuntimeError)
"""What a program raises for values that it does not fit."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Expression:
    """`source` as it was written, `names` the variables that it reads."""

    source: str
    names: tuple[str, ...]
    program: Program = field(compare=False, repr=False)

    def worth(self, values: Mapping[str, Value]) -> Value | None:
        """Of these values; None if it cannot be computed of them."""
        try:
            found = self.program.execute({name: values[name] for name in self.names})
        except UNCOMPUTABLE:
            return None
        if not isinstance(found, bool | int | float | str):
            return None
        return found[:LONGEST] if isinstance(found, str) else found


Source = Value | Expression
"""Written out, or computed when the step is reached."""


def worth(source: Source, values: Mapping[str, Value]) -> Value | None:
    """None if it cannot be computed."""
    return source.worth(values) if isinstance(source, Expression) else source


def names_read(source: Source) -> tuple[str, ...]:
    """The variables that it is computed of."""
    return source.names if isinstance(source, Expression) else ()
