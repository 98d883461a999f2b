"""One Asterisk node over ARI: its events, its commands, its heartbeat."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import datetime

import aiohttp

from router.adapters.ari.access import Access
from router.adapters.ari.beat import Heart
from router.adapters.ari.inquiry import Inquiry
from router.adapters.ari.perform import House, Performer
from router.adapters.ari.recordings import Recordings, recordings_of
from router.adapters.ari.rest import http_session, rest
from router.adapters.ari.socket import EventSocket
from router.adapters.ari.translate import Seal
from router.core.commands import Command, DropRecording
from router.core.events import Event
from router.core.vocabulary import NodeId, RecordingId, Refusal
from router.fence import Fence
from router.ports import BeatReturned, Deliver, Failure


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
        fence: Fence,
        now: Callable[[], datetime],
    ) -> None:
        self.node = node
        self._access = access
        self._events = events
        self.inquiry = inquiry
        self._performer = performer
        self._recordings = recordings
        self._heart = heart
        self._fence = fence
        self._now = now
        self._socket: EventSocket | None = None

    async def run(self, deliver: Deliver, seal: Seal) -> None:
        """Events and beats until cancelled; returns when another engine has taken over."""

        def hand_on(item: Event | BeatReturned) -> None:
            if isinstance(item, BeatReturned):
                self._heart.returns(item)
            deliver(item)

        self._socket = socket = EventSocket(
            access=self._access,
            http=self._events,
            inquiry=self.inquiry,
            node=self.node,
            deliver=hand_on,
            seal=seal,
            now=self._now,
            fence=self._fence,
            on_live=self._heart.beat_now,
            on_restart=self._performer.asterisk_restarted,
        )
        beating = asyncio.create_task(self._heart.run())
        try:
            await socket.run()
        finally:
            beating.cancel()
            await asyncio.gather(beating, return_exceptions=True)

    def start_over(self) -> None:
        """Give the event socket up; the next one begins with a list."""
        if self._socket is not None:
            self._socket.give_up()

    async def perform(self, command: Command) -> Failure | None:
        """Carry out a command; None is done. An engine that was replaced does nothing more."""
        if self._fence.is_shut:
            return Failure(why=Refusal.REFUSED, detail=self._fence.why)
        return await self._performer.perform(command)

    async def fetch(self, recording: RecordingId) -> bytes | None:
        """What was recorded; None if Asterisk has it no more."""
        return await self._recordings.fetch(recording)

    async def drop(self, recording: RecordingId) -> Failure | None:
        """Deleted in Asterisk."""
        return await self.perform(DropRecording(node=self.node, call=None, recording=recording))

    async def beat(self, stamp: float) -> None:
        """Admit callers for the next seconds."""
        await self._heart.write(stamp)


@asynccontextmanager
async def ari_node(
    *, node: NodeId, access: Access, house: House, fence: Fence, now: Callable[[], datetime]
) -> AsyncIterator[AriNode]:
    """For one life of the engine. Connections are made when needed, and closed at the end."""
    gate = fence.at(node)
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
            performer=Performer(requests.only_while(gate.acts), house),
            recordings=Recordings(access, files),
            heart=Heart(apart, Inquiry(access, apart, now), gate),
            fence=fence,
            now=now,
        )
