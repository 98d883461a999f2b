"""What a fault proxy does to Asterisk's events: frames doubled, swapped, spoilt."""

from __future__ import annotations

import json
import random
import struct
from collections.abc import Callable, Iterable, Sequence

TEXT = 1
HEAD_ENDS = b"\r\n\r\n"
UPGRADED = b" 101 "

Spoil = Callable[[bytes], Iterable[bytes]]
"""One event's JSON in, what arrives instead out."""


def doubled(event: bytes) -> Iterable[bytes]:
    """Every event comes twice."""
    return (event, event)


class Swapped:
    """Each event changes places with the next."""

    def __init__(self) -> None:
        self._held: bytes | None = None

    def __call__(self, event: bytes) -> Iterable[bytes]:
        if self._held is None:
            self._held = event
            return ()
        held, self._held = self._held, None
        return (event, held)


class Corrupted:
    """One event in `every` is damaged, each in another way; the beat's too."""

    def __init__(self, every: int, seed: int) -> None:
        self._every = every
        self._chance = random.Random(seed)
        self._seen = 0
        self.spoilt = 0

    def __call__(self, event: bytes) -> Iterable[bytes]:
        self._seen += 1
        if self._seen % self._every:
            return (event,)
        self.spoilt += 1
        return (self._chance.choice((_cut, _scribbled, _wrong_kinds))(event, self._chance),)


def _cut(event: bytes, chance: random.Random) -> bytes:
    return event[: chance.randrange(len(event))].decode(errors="ignore").encode()


def _scribbled(event: bytes, chance: random.Random) -> bytes:
    at = chance.randrange(len(event))
    return (event[:at] + b"\x01{" + event[at + 2 :]).decode(errors="ignore").encode()


def _wrong_kinds(event: bytes, chance: random.Random) -> bytes:
    """Whole JSON, whose members are of other kinds than they should be."""
    told = json.loads(event)
    return json.dumps(
        {key: value if key == "type" else [value, chance.random()] for key, value in told.items()}
    ).encode()


class SpoiltSocket:
    """The bytes that a server sends on one connection; frames of text go through `spoil`."""

    def __init__(self, spoil: Sequence[Spoil]) -> None:
        self._spoil = spoil
        self._rest = b""
        self._upgraded: bool | None = None

    def feed(self, data: bytes) -> bytes:
        """What is passed on of it now."""
        self._rest += data
        passed = b""
        if self._upgraded is None:
            end = self._rest.find(HEAD_ENDS)
            if end < 0:
                return b""
            end += len(HEAD_ENDS)
            self._upgraded = UPGRADED in self._rest[: self._rest.index(b"\r\n") + 2]
            passed, self._rest = self._rest[:end], self._rest[end:]
        if not self._upgraded:
            passed, self._rest = passed + self._rest, b""
            return passed
        while (frame := self._next_frame()) is not None:
            kind, whole, payload = frame
            passed += b"".join(map(_frame, self._spoilt(payload))) if kind == TEXT else whole
        return passed

    def _spoilt(self, payload: bytes) -> list[bytes]:
        events = [payload]
        for spoil in self._spoil:
            events = [after for event in events for after in spoil(event)]
        return events

    def _next_frame(self) -> tuple[int, bytes, bytes] | None:
        """Its kind, all its bytes, and what it carries; servers do not mask (RFC 6455, 5.1)."""
        if len(self._rest) < 2:
            return None
        length, begins = self._rest[1] & 0x7F, 2
        for marker, form in ((126, "!H"), (127, "!Q")):
            if self._rest[1] & 0x7F == marker:
                size = struct.calcsize(form)
                if len(self._rest) < 2 + size:
                    return None
                (length,) = struct.unpack_from(form, self._rest, 2)
                begins = 2 + size
        ends = begins + length
        if len(self._rest) < ends:
            return None
        whole, self._rest = self._rest[:ends], self._rest[ends:]
        return whole[0] & 0x0F, whole, whole[begins:]


def _frame(payload: bytes) -> bytes:
    length = len(payload)
    if length < 126:
        return struct.pack("!BB", 0x80 | TEXT, length) + payload
    if length < 1 << 16:
        return struct.pack("!BBH", 0x80 | TEXT, 126, length) + payload
    return struct.pack("!BBQ", 0x80 | TEXT, 127, length) + payload
