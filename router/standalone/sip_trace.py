"""The SIP messages in what baresip prints when it traces."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

# baresip (src/ua.c, sip_trace_handler) wraps each message in these; the addresses are in the head.
_HEAD = re.compile(rb"\x1b\[36;1m#\r?\n(?:UDP|TCP|TLS) (\S+) -> (\S+)\r?\n")
_TAIL = b"\x1b[;m\n"


@dataclass(frozen=True, slots=True, kw_only=True)
class SipMessage:
    source: str
    destination: str
    first_line: str
    headers: Mapping[str, str]
    """By lower-case name; of a header that comes twice, the first."""

    @property
    def method(self) -> str:
        """Of a request; empty for a response."""
        return "" if self.first_line.startswith("SIP/2.0 ") else self.first_line.split(" ")[0]

    @property
    def call_id(self) -> str:
        return self.headers.get("call-id", self.headers.get("i", ""))

    @property
    def opens_dialog(self) -> bool:
        """No tag in To: not a re-INVITE within a call."""
        return ";tag=" not in self.headers.get("to", self.headers.get("t", ""))


class SipTrace:
    """Cuts the stream of bytes into messages, however the reads fall."""

    def __init__(self) -> None:
        self._pending = b""

    def feed(self, data: bytes) -> list[SipMessage]:
        self._pending += data
        messages: list[SipMessage] = []
        while (head := _HEAD.search(self._pending)) is not None:
            tail = self._pending.find(_TAIL, head.end())
            if tail < 0:
                self._pending = self._pending[head.start() :]
                return messages
            messages.append(_parse(head, self._pending[head.end() : tail]))
            self._pending = self._pending[tail + len(_TAIL) :]
        # What is left may hold the beginning of a head, never more.
        self._pending = self._pending[-200:]
        return messages


def _parse(head: re.Match[bytes], body: bytes) -> SipMessage:
    first_line, *lines = (
        body.decode(errors="replace").replace("\r", "").split("\n\n")[0].split("\n")
    )
    headers: dict[str, str] = {}
    for line in lines:
        name, _, value = line.partition(":")
        headers.setdefault(name.strip().lower(), value.strip())
    return SipMessage(
        source=head[1].decode(),
        destination=head[2].decode(),
        first_line=first_line,
        headers=headers,
    )
