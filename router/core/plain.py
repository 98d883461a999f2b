"""Frozen values to and from what JSON can say, by their types: for journal, roster and tail."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import MISSING, fields, is_dataclass
from datetime import datetime, timedelta
from enum import Enum
from functools import cache
from types import NoneType, UnionType
from typing import Any, NewType, TypeVar, Union, get_args, get_origin, get_type_hints

Plain = Any
"""None, bool, int, float, str, or a list or dict of these: what `json.dumps` takes."""

T = TypeVar("T")
Encode = Callable[[Any], Plain]
Decode = Callable[[Any], Any]


class NotReadable(ValueError):
    """The plain value is not one of the type asked for; the message names the place in it."""


def to_plain(value: object) -> Plain:
    """The value as JSON can say it: durations in seconds, instants in ISO 8601, enums by value."""
    kind: Any = type(value)
    return encoder(kind)(value)


def from_plain(kind: type[T], plain: Plain) -> T:
    """The value back; fields nobody knows any more are ignored.

    Raises NotReadable if something is missing that has no default and may not be None.
    """
    asked: Any = kind
    value: T = decoder(asked)(plain)
    return value


@cache
def encoder(kind: Any) -> Encode:
    """How values of a type are said; made once per type, because the journal is a hot path."""
    kind = _bare(kind)
    if is_dataclass(kind):
        return _dataclass_encoder(kind)
    if kind in (str, int, float, bool, NoneType):
        return _same
    if kind is datetime:
        return datetime.isoformat
    if kind is timedelta:
        return timedelta.total_seconds
    if isinstance(kind, type) and issubclass(kind, Enum):
        return _enum_value
    origin, args = get_origin(kind), get_args(kind)
    if origin in (Union, UnionType):
        return _union_encoder(args)
    if origin is tuple:
        return _tuple_encoder(args)
    if isinstance(origin, type) and issubclass(origin, Mapping):
        key, item = encoder(args[0]), encoder(args[1])
        return lambda value: {key(k): item(v) for k, v in value.items()}
    raise TypeError(f"no plain form is defined for {kind}")


@cache
def decoder(kind: Any) -> Decode:
    """How values of a type are read back."""
    kind = _bare(kind)
    if is_dataclass(kind):
        return _dataclass_decoder(kind)
    if kind in (str, int, bool, NoneType):
        return _exactly(kind)
    if kind is float:
        return _number
    if kind is datetime:
        return _instant
    if kind is timedelta:
        return _duration
    if isinstance(kind, type) and issubclass(kind, Enum):
        return _member_of(kind)
    origin, args = get_origin(kind), get_args(kind)
    if origin in (Union, UnionType):
        return _union_decoder(args)
    if origin is tuple:
        return _tuple_decoder(args)
    if isinstance(origin, type) and issubclass(origin, Mapping):
        return _mapping_decoder(decoder(args[0]), decoder(args[1]))
    raise TypeError(f"no plain form is defined for {kind}")


def _bare(kind: Any) -> Any:
    while isinstance(kind, NewType):
        kind = kind.__supertype__
    return kind


def _same(value: Any) -> Any:
    return value


def _enum_value(value: Enum) -> Any:
    return value.value


def _dataclass_encoder(kind: Any) -> Encode:
    hints = get_type_hints(kind)
    parts = [(each.name, encoder(hints[each.name])) for each in fields(kind)]
    return lambda value: {name: encode(getattr(value, name)) for name, encode in parts}


def _union_encoder(args: tuple[Any, ...]) -> Encode:
    others = [arg for arg in args if arg is not NoneType]
    if len(others) != 1:
        raise TypeError(f"a plain form needs one type or None, not {args}")
    inner = encoder(others[0])
    return lambda value: None if value is None else inner(value)


def _tuple_encoder(args: tuple[Any, ...]) -> Encode:
    if len(args) == 2 and args[1] is Ellipsis:
        inner = encoder(args[0])
        return lambda value: [inner(each) for each in value]
    inners = [encoder(arg) for arg in args]
    return lambda value: [inner(each) for inner, each in zip(inners, value, strict=True)]


def _dataclass_decoder(kind: Any) -> Decode:
    hints = get_type_hints(kind)
    parts = [
        (each, decoder(hints[each.name]), _may_be_none(hints[each.name])) for each in fields(kind)
    ]

    def decode(plain: Any) -> Any:
        if not isinstance(plain, dict):
            raise NotReadable(f"expected the fields of {kind.__name__}")
        given: dict[str, Any] = {}
        for each, inner, optional in parts:
            if each.name in plain:
                try:
                    given[each.name] = inner(plain[each.name])
                except NotReadable as problem:
                    raise NotReadable(f"{each.name}: {problem}") from None
            elif each.default is MISSING and each.default_factory is MISSING:
                if not optional:
                    raise NotReadable(f"{each.name} is missing")
                given[each.name] = None
        return kind(**given)

    return decode


def _may_be_none(kind: Any) -> bool:
    return NoneType in get_args(kind)


def _exactly(kind: type) -> Decode:
    def decode(plain: Any) -> Any:
        if type(plain) is not kind:
            raise NotReadable(f"expected {kind.__name__}, found {type(plain).__name__}")
        return plain

    return decode


def _number(plain: Any) -> float:
    if isinstance(plain, bool) or not isinstance(plain, int | float):
        raise NotReadable(f"expected a number, found {type(plain).__name__}")
    return float(plain)


def _instant(plain: Any) -> datetime:
    try:
        return datetime.fromisoformat(plain)
    except (TypeError, ValueError):
        raise NotReadable("expected an instant in ISO 8601") from None


def _duration(plain: Any) -> timedelta:
    try:
        return timedelta(seconds=_number(plain))
    except (OverflowError, ValueError):
        raise NotReadable("expected a number of seconds") from None


def _member_of(kind: type[Enum]) -> Decode:
    def decode(plain: Any) -> Any:
        try:
            return kind(plain)
        except ValueError:
            raise NotReadable(f"{plain!r} is no {kind.__name__}") from None

    return decode


def _union_decoder(args: tuple[Any, ...]) -> Decode:
    (other,) = (arg for arg in args if arg is not NoneType)
    inner = decoder(other)
    return lambda plain: None if plain is None else inner(plain)


def _tuple_decoder(args: tuple[Any, ...]) -> Decode:
    if len(args) == 2 and args[1] is Ellipsis:
        inner = decoder(args[0])
        return lambda plain: tuple(inner(each) for each in _listed(plain))
    inners = [decoder(arg) for arg in args]

    def decode(plain: Any) -> Any:
        found = list(_listed(plain))
        if len(found) != len(inners):
            raise NotReadable(f"expected {len(inners)} values, found {len(found)}")
        return tuple(inner(each) for inner, each in zip(inners, found, strict=True))

    return decode


def _listed(plain: Any) -> Iterable[Any]:
    if not isinstance(plain, list | tuple):
        raise NotReadable(f"expected a list, found {type(plain).__name__}")
    return plain


def _mapping_decoder(key: Decode, item: Decode) -> Decode:
    def decode(plain: Any) -> Any:
        if not isinstance(plain, dict):
            raise NotReadable(f"expected a mapping, found {type(plain).__name__}")
        return {key(k): item(v) for k, v in plain.items()}

    return decode
