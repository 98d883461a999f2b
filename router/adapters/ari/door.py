"""A node's ARI before the engine is the active one: it is looked at, and waited for."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from datetime import datetime

import structlog

from router import errors
from router.adapters.ari.access import Access
from router.adapters.ari.inquiry import Inquiry
from router.adapters.ari.rest import rest
from router.core.vocabulary import NodeId
from router.succession import Witness

log = structlog.get_logger()


class AriDoor:
    """Made by `ari_door`."""

    def __init__(self, node: NodeId, access: Access, inquiry: Inquiry) -> None:
        self._node = node
        self._access = access
        self._inquiry = inquiry
        self._said = ""
        self._patient_until = asyncio.get_running_loop().time() + access.pace.starting
        self._answered_once = False

    async def look(self) -> Witness | None:
        """Who drives this Asterisk; None while it does not answer, which is said once.

        Raises AsteriskRefusedLogin or NotAsterisk if it has never answered otherwise: waiting would
        not help.
        """
        loop = asyncio.get_running_loop()
        try:
            witness = await self._inquiry.witness()
        except errors.AsteriskUnreachable as absence:
            self._patient_until = loop.time() + self._access.pace.starting
            self._say_away(str(absence))
            return None
        except errors.NotAsterisk as strange:
            if not self._answered_once and loop.time() > self._patient_until:
                raise
            self._say_away(str(strange))
            return None
        except errors.AsteriskRefusedLogin as refusal:
            if not self._answered_once:
                raise
            self._say_away(str(refusal))
            return None
        self._said, self._answered_once = "", True
        return witness

    async def announce(self, token: int) -> bool:
        """Whether Asterisk has it now: older engines stand down."""
        try:
            await self._inquiry.announce(token)
        except errors.HotlineError as trouble:
            self._say_away(str(trouble))
            return False
        return True

    async def stand_down(self, token: int) -> None:
        """The engine of this token acts no more. An Asterisk that is away is not told."""
        with suppress(errors.HotlineError):
            await self._inquiry.stand_down(token)

    def _say_away(self, text: str) -> None:
        if text != self._said:
            log.warning("ari.waiting", node=self._node, text=text)
        self._said = text


@asynccontextmanager
async def ari_door(
    *, node: NodeId, access: Access, now: Callable[[], datetime]
) -> AsyncIterator[AriDoor]:
    """Connections are made when needed, and closed at the end of the block."""
    async with rest(access) as requests:
        yield AriDoor(node, access, Inquiry(access, requests, now))
