"""Journal entries as lines of plain values, for the database, `--json`, the tail and the logs."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, get_args

from router.core.plain import NotReadable, Plain, decoder, encoder
from router.core.records import Entry, Record
from router.core.vocabulary import CallId


def kind_of(record: type[Any]) -> str:
    """`OfferMade` is written `offer_made`."""
    return re.sub(r"(?<!^)(?=[A-Z])", "_", record.__name__).lower()


KINDS: Mapping[str, Any] = {kind_of(each): each for each in get_args(Record)}
_KIND_NAMES: Mapping[Any, str] = {each: kind for kind, each in KINDS.items()}
_ENCODERS = {each: encoder(each) for each in KINDS.values()}
_DECODERS = {kind: decoder(each) for kind, each in KINDS.items()}


@dataclass(frozen=True, slots=True, kw_only=True)
class UnreadableRecord:
    """A record of another version of the engine: kept as it is, never in the way of the others."""

    kind: str
    body: Mapping[str, Plain]
    problem: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """An entry as it was read back; the record may be one that this version does not know."""

    call: CallId | None
    epoch: int
    seq: int
    at: datetime
    record: Record | UnreadableRecord


def encode(record: Record) -> tuple[str, dict[str, Plain]]:
    """The record's kind and its fields."""
    kind = type(record)
    return _KIND_NAMES[kind], _ENCODERS[kind](record)


def decode(kind: str, body: Mapping[str, Plain]) -> Record | UnreadableRecord:
    """The record back. Never raises: what cannot be read is returned as an UnreadableRecord."""
    known = _DECODERS.get(kind)
    if known is None:
        return UnreadableRecord(kind=kind, body=body, problem="this version does not know it")
    try:
        record: Record = known(body)
    except NotReadable as problem:
        return UnreadableRecord(kind=kind, body=body, problem=str(problem))
    return record


def to_line(entry: Entry | Line) -> dict[str, Plain]:
    """One flat head and the record's fields under `body`: what a program outside reads."""
    if isinstance(entry.record, UnreadableRecord):
        kind, body = entry.record.kind, dict(entry.record.body)
    else:
        kind, body = encode(entry.record)
    return {
        "call": entry.call,
        "epoch": entry.epoch,
        "seq": entry.seq,
        "at": entry.at.isoformat(),
        "kind": kind,
        "body": body,
    }


def from_line(line: Mapping[str, Plain]) -> Line:
    """The line back. Raises NotReadable if the head is damaged; the record may be unreadable."""
    try:
        call = line["call"]
        return Line(
            call=None if call is None else CallId(str(call)),
            epoch=int(line["epoch"]),
            seq=int(line["seq"]),
            at=datetime.fromisoformat(line["at"]),
            record=decode(str(line["kind"]), dict(line["body"])),
        )
    except (KeyError, TypeError, ValueError) as problem:
        raise NotReadable(f"not a line of the journal ({problem!r})") from None
