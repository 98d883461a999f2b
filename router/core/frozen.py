"""Frozen values, made quickly: one event of the engine makes a dozen of them."""

from __future__ import annotations

from dataclasses import MISSING, Field, fields
from typing import Any

_ABSENT = object()


def made_quickly(*kinds: type[Any]) -> None:
    """Gives frozen dataclasses an `__init__` of the same signature, in less than half its time.

    `dataclasses` looks each field up by its name to set it, past the guard of the class; here the
    slots set themselves. Whoever assigns to a field is refused as before.
    """
    for kind in kinds:
        kind.__init__ = _init(kind)


def _init(kind: type[Any]) -> Any:
    known: dict[str, Any] = {"_absent": _ABSENT}
    positional, body = ["self"], list[str]()
    named = list[str]()
    for each in fields(kind):
        known[f"_set_{each.name}"] = getattr(kind, each.name).__set__
        (named if each.kw_only else positional).append(_parameter(each, known))
        body.append(f" _set_{each.name}(self, {_value(each)})")
    if hasattr(kind, "__post_init__"):
        body.append(" self.__post_init__()")
    parameters = [*positional, *(("*", *named) if named else ())]
    text = "\n".join([f"def __init__({', '.join(parameters)}):", *(body or [" pass"])])
    exec(compile(text, f"<{kind.__qualname__}.__init__>", "exec"), known)
    init = known["__init__"]
    init.__qualname__ = f"{kind.__qualname__}.__init__"
    init.__annotations__ = kind.__init__.__annotations__
    return init


def _parameter(each: Field[Any], known: dict[str, Any]) -> str:
    if each.default_factory is not MISSING:
        known[f"_make_{each.name}"] = each.default_factory
        return f"{each.name}=_absent"
    if each.default is not MISSING:
        known[f"_default_{each.name}"] = each.default
        return f"{each.name}=_default_{each.name}"
    return each.name


def _value(each: Field[Any]) -> str:
    if each.default_factory is not MISSING:
        return f"_make_{each.name}() if {each.name} is _absent else {each.name}"
    return each.name
