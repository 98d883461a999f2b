"""What legs carry for the next life of the engine, written beside ARI: AMI waits for no prompt."""

from __future__ import annotations

from router.adapters.ami.client import Acts
from router.core.commands import Remember
from router.core.vocabulary import LegId, Refusal
from router.ports import Failure

VARIABLE = "HOTLINE_STATE"
"""In dialplans/ari.conf, so that the list of channels tells it."""


class LegMemory:
    """AMI may be away when the engine speaks: the last text of each leg waits for it."""

    def __init__(self) -> None:
        self._waiting: dict[LegId, str] = {}

    async def perform(self, command: Remember, client: Acts | None) -> Failure | None:
        """Written now, or at the next connection."""
        self._waiting[command.leg] = command.carried
        return None if client is None else await self._write(client, command.leg)

    def forget(self, leg: LegId) -> None:
        """What waits for this leg is older than what is being written on it another way."""
        self._waiting.pop(leg, None)

    async def restore(self, client: Acts) -> None:
        """On every connection; legs that have ended meanwhile are forgotten."""
        for leg in tuple(self._waiting):
            await self._write(client, leg)

    async def _write(self, client: Acts, leg: LegId) -> Failure | None:
        text = self._waiting.get(leg)
        if text is None:
            return None
        # A channel may be named by its unique id.
        reply = await client.act("Setvar", Channel=leg, Variable=VARIABLE, Value=text)
        if not reply.answered:
            return Failure(why=Refusal.UNKNOWN, detail=reply.message)
        if self._waiting.get(leg) == text:
            del self._waiting[leg]
        return None if reply.success else Failure(why=Refusal.GONE, detail=reply.message)
