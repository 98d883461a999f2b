"""Telephones that misbehave in ways baresip cannot: any SIP refusal, or not a word."""

from __future__ import annotations

import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from router.standalone.loopback import free_port
from router.standalone.sipp import Programs, listening, running, scenario

# RFC 3261, section 21.
REASONS = {
    404: "Not Found",
    408: "Request Timeout",
    480: "Temporarily Unavailable",
    486: "Busy Here",
    488: "Not Acceptable Here",
    500: "Server Internal Error",
    503: "Service Unavailable",
    603: "Decline",
}
_LOG = "messages.csv"


@dataclass(frozen=True, slots=True, kw_only=True)
class Refuser:
    """A telephone that is there, since it answers OPTIONS, but takes no call."""

    name: str
    address: str
    _folder: Path

    @property
    def uri(self) -> str:
        return f"sip:{self.name}@{self.address}"

    def invited(self) -> int:
        """How many calls came in so far."""
        log = self._folder / _LOG
        lines = log.read_text(errors="replace").splitlines() if log.exists() else []
        # Date, time, epoch, R(eceived) or S(ent), Call-ID, CSeq, first line.
        messages = [fields for line in lines if len(fields := line.split("\t")) == 7]
        return len(
            {
                call_id
                for _, _, _, way, call_id, _, first_line in messages
                if way == "R" and first_line.startswith("INVITE ")
            }
        )


@asynccontextmanager
async def refusing(
    programs: Programs,
    *,
    name: str,
    status: int | None,
    folder: Path,
    address: str = "127.0.0.1",
    port: int | None = None,
) -> AsyncIterator[Refuser]:
    """Answers every INVITE with `status`; None: never answers one, not even with 100 Trying."""
    port = port or free_port(address)
    with tempfile.TemporaryDirectory(prefix="refuser-", dir=folder) as own:
        files = Path(own)
        file = "ignore.xml" if status is None else "refuse.xml"
        words = "" if status is None else f"{status} {REASONS.get(status, 'Refused')}"
        (files / file).write_text(scenario(file, status=words))
        async with running(
            programs,
            "-sf", file,
            "-i", address, "-p", str(port),
            # Answers OPTIONS, and says nothing else of its own accord.
            "-aa", "-default_behaviors", "none",
            "-trace_shortmsg", "-shortmessage_file", _LOG,
            folder=files,
        ) as process:  # fmt: skip
            await listening(process, address, port, files)
            yield Refuser(name=name, address=f"{address}:{port}", _folder=files)
