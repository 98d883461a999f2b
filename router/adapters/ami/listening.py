"""Whether an agent's telephone still lives: its audio, and its answer to a question.

Missing audio alone proves nothing: a telephone that is muted, or leaves silence out, may send no
packet for minutes while its agent listens. Dead is one from which no audio comes *and* that does
not answer OPTIONS. Callers' legs are never listened to.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass

from router.adapters.ami.client import AmiClient, Reply
from router.adapters.ami.translate import TRUNK
from router.core.vocabulary import LegId

LOOK_EVERY, LOOK_CLOSER_EVERY = 1.0, 0.5
"""Seconds between two looks; closer while a desk phone that sends nothing has been asked."""
NEVER_HEARD_FOR = 5.0
"""Seconds from the beginning: a desk phone from which not one packet came cannot be heard."""
UNANSWERED_FOR = 2.5
"""Seconds without audio of a desk phone that does not answer; less is a hiccup of its network."""
CARRIER_SILENT_FOR = 6.0
"""The same of a telephone whose carrier does not answer; we only ask carriers who are known to."""
MOVED_FOR = 20.0
"""The same of a desk phone whose address is no longer known: it registered from elsewhere."""

PACKETS = "CHANNEL(rtcp,rxcount,audio)"
CONTACT = "CHANNEL(contact)"
UNREACHABLE = "Unreachable"


@dataclass(slots=True, kw_only=True)
class _Line:
    """A telephone in a conversation. `since`: when its last packet was noticed; `contact` is
    `AOR@@hash`; `known`: Asterisk could tell of it; `asked`: OPTIONS are on the way."""

    since: float
    packets: int = 0
    contact: str | None = None
    known: bool = False
    asked: bool = False

    @property
    def aor(self) -> str:
        return (self.contact or "").partition("@@")[0]


class Listening:
    """All conversations of one node; a leg that is gone is forgotten."""

    def __init__(self, now: Callable[[], float]) -> None:
        self._now = now
        self._lines: dict[LegId, _Line] = {}
        self._news = asyncio.Event()

    def begin(self, leg: LegId) -> None:
        """From now on."""
        self._lines.setdefault(leg, _Line(since=self._now()))
        self._news.set()

    async def follow(self, client: AmiClient, tell: Callable[[LegId], None]) -> None:
        """Until cancelled; `tell` hears of a dead telephone at every look until its leg is gone."""
        for line in self._lines.values():
            line.since = self._now()  # nobody looked meanwhile
        while True:
            self._news.clear()
            if not self._lines:
                await self._news.wait()
            closer = any(line.asked for line in self._lines.values())
            await asyncio.sleep(LOOK_CLOSER_EVERY if closer else LOOK_EVERY)
            for leg in tuple(self._lines):
                if await self._is_dead(client, leg):
                    tell(leg)

    async def _is_dead(self, client: AmiClient, leg: LegId) -> bool:
        line, at = self._lines[leg], self._now()  # should we sleep now, the answer is of before
        packets = await client.act("Getvar", Channel=leg, Variable=PACKETS)
        if not packets.answered:
            return False
        if not (packets.success and _value(packets).isdigit()):
            del self._lines[leg]  # its conversation is over
            return False
        if line.contact is None:
            line.contact = _value(await client.act("Getvar", Channel=leg, Variable=CONTACT))
        if not line.known:
            line.known = bool(await self._status(client, line))
        if (count := int(_value(packets))) != line.packets:
            line.packets, line.since, line.asked = count, at, False
            return False
        quiet = at - line.since
        if line.aor == TRUNK:
            if quiet < CARRIER_SILENT_FOR:
                return False
            return await self._status(client, line) == UNREACHABLE
        if not line.packets:
            return quiet >= NEVER_HEARD_FOR
        if not line.asked:
            line.asked = True
            await client.act("PJSIPQualify", Endpoint=line.aor)
            return False
        if quiet < UNANSWERED_FOR or not line.known:
            return False
        status = await self._status(client, line)
        return status == UNREACHABLE or (not status and quiet >= MOVED_FOR)

    async def _status(self, client: AmiClient, line: _Line) -> str:
        """Of what answers OPTIONS there; empty if Asterisk does not know it."""
        if not line.contact:
            return ""
        status = f"PJSIP_CONTACT({line.contact},status)"
        return _value(await client.act("Getvar", Variable=status))


def _value(reply: Reply) -> str:
    return reply.fields.get("Value", "")
