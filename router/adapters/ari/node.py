"""One Asterisk node over ARI: its events, its commands, its heartbeat."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import datetime

import aiohttp
import structlog

from router import errors
from router.adapters.ari.access import Access
from router.adapters.ari.beat import Heart
from router.adapters.ari.inquiry import Inquiry
from router.adapters.ari.perform import House, Performer
from router.adapters.ari.recordings import Recordings, recordings_of
from router.adapters.ari.rest import http_session, rest
from router.adapters.ari.socket import EventSocket
from router.adapters.ari.translate import Seal
from router.core.commands import Command, DropRecording
from router.core.vocabulary import NodeId, RecordingId, Refusal
from router.ports import Deliver, Failure

log = structlog.get_logger()


class AriNode:
    """What app.py joins to the runner. Made by `ari_node`."""

    def __init__(
        self,
        *,
        node: NodeId,
        access: Access,
        events: aiohttp.ClientSession,
        inquiry: Inquiry,
        performer: Performer,
        recordings: Recordings,
        heart: Heart,
        now: Callable[[], datetime],
    ) -> None:
        self.node = node
        self._access = access
        self._events = events
        self.inquiry = inquiry
        self._performer = performer
        self._recordings = recordings
        self._heart = heart
        self._now = now
        self._stands_down = False
        self._socket: EventSocket | None = None

    async def next_epoch(self, at_least: int = 0) -> int:
        """Waits for Asterisk, saying so once.

        Raises AsteriskRefusedLogin or NotAsterisk: waiting would not help.
        """
        loop, pace = asyncio.get_running_loop(), self._access.pace
        delay, said, patient_until = pace.first_delay, "", loop.time() + pace.starting
        while True:
            try:
                return await self.inquiry.next_epoch(at_least)
            except errors.AsteriskUnreachable as absence:
                text = str(absence)
                patient_until = loop.time() + pace.starting
            except errors.NotAsterisk as strange:
                if loop.time() > patient_until:
                    raise
                text = str(strange)
            if text != said:
                log.warning("ari.waiting", node=self.node, text=text)
            said = text
            await asyncio.sleep(delay)
            delay = min(delay * 2, pace.last_delay)

    async def run(self, deliver: Deliver, seal: Seal) -> None:
        """Events and beats until cancelled; returns when another engine has taken over."""
        self._socket = socket = EventSocket(
            access=self._access,
            http=self._events,
            inquiry=self.inquiry,
            node=self.node,
            deliver=deliver,
            seal=seal,
            now=self._now,
            on_restart=self._performer.asterisk_restarted,
        )
        beating = asyncio.create_task(self._heart.run())
        try:
            await socket.run()
        finally:
            beating.cancel()
            await asyncio.gather(beating, return_exceptions=True)
        self._stands_down = True

    def start_over(self) -> None:
        """Give the event socket up; the next one begins with a list."""
        if self._socket is not None:
            self._socket.give_up()

    async def perform(self, command: Command) -> Failure | None:
        """Carry out a command; None is done. An engine that was replaced does nothing more."""
        if self._stands_down:
            return Failure(why=Refusal.REFUSED, detail="another engine has taken over")
        return await self._performer.perform(command)

    async def fetch(self, recording: RecordingId) -> bytes | None:
        """What was recorded; None if Asterisk has it no more."""
        return await self._recordings.fetch(recording)

    async def drop(self, recording: RecordingId) -> Failure | None:
        """Deleted in Asterisk."""
        return await self.perform(DropRecording(node=self.node, call=None, recording=recording))

    async def beat(self, stamp: float) -> None:
        """Admit callers for the next seconds."""
        if not self._stands_down:
            await self._heart.write(stamp)


@asynccontextmanager
async def ari_node(
    *, node: NodeId, access: Access, house: House, now: Callable[[], datetime]
) -> AsyncIterator[AriNode]:
    """Connections are made when needed, and closed at the end of the block."""
    endless = aiohttp.ClientTimeout(total=None)
    async with (
        rest(access) as requests,
        rest(access, connections=1) as apart,
        http_session(access, connections=1, timeout=endless) as events,
        recordings_of(access) as files,
    ):
        yield AriNode(
            node=node,
            access=access,
            events=events,
            inquiry=Inquiry(access, requests, now),
            performer=Performer(requests, house),
            recordings=Recordings(access, files),
            heart=Heart(apart),
            now=now,
        )
