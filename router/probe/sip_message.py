"""One SIP message, as far as a telephone needs to read it (RFC 3261)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Self


@dataclass(frozen=True, slots=True, kw_only=True)
class SipMessage:
    """A request or a response, as it came."""

    start: str
    headers: tuple[tuple[str, str], ...]
    body: str
    source: tuple[str, int]
    raw: str

    @classmethod
    def parse(cls, data: bytes, source: tuple[str, int]) -> Self:
        """A datagram that came from there."""
        raw = data.decode(errors="replace")
        head, _, body = raw.partition("\r\n\r\n")
        start, *lines = head.split("\r\n")
        pairs = (line.partition(":") for line in lines)
        headers = tuple((name.strip().lower(), value.strip()) for name, _, value in pairs)
        return cls(start=start, headers=headers, body=body, source=source, raw=raw)

    def header(self, name: str) -> str:
        """The first of this name, or nothing."""
        return next((value for each, value in self.headers if each == name), "")

    @property
    def status(self) -> int:
        """Of a response; 0 for a request."""
        return int(self.start.split()[1]) if self.start.startswith("SIP/2.0 ") else 0

    @property
    def method(self) -> str:
        """Of a request, or of the request that a response answers."""
        return (self.header("cseq").split() or [""])[-1]

    @property
    def is_final(self) -> bool:
        """Of a response: no other will follow."""
        return self.status >= 200

    @property
    def audio_port(self) -> int:
        """Where its sender listens; 0 if it says nothing of audio."""
        found = re.search(r"^m=audio (\d+)", self.body, re.MULTILINE)
        return 0 if found is None else int(found[1])
