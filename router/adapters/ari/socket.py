"""The event socket of a node: reads, translates and hands on, and comes back when it breaks."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from datetime import datetime
from typing import Any

import aiohttp
import structlog

from router import errors
from router.adapters.ari.access import APPLICATION, Access
from router.adapters.ari.inquiry import Inquiry, Present
from router.adapters.ari.listing import arriving, listed_bridges, listed_legs
from router.adapters.ari.rest import no_answer
from router.adapters.ari.translate import LAST_WORD, MALFORMED, NOT_HEARD, Seal, Translator
from router.core.events import Event, LegsListed, NodeDisconnected, TroubleReported
from router.core.vocabulary import NodeId, RecordingId
from router.fence import Fence
from router.ports import Deliver
from router.succession import STALE_AFTER

log = structlog.get_logger()

# Events that may come while the channels are listed (at most some seconds).
BUFFER_SIZE = 10_000

_OVER = (
    aiohttp.WSMsgType.CLOSE,
    aiohttp.WSMsgType.CLOSING,
    aiohttp.WSMsgType.CLOSED,
    aiohttp.WSMsgType.ERROR,
)

TROUBLE = "ari"
"""The name of this adapter's alarm, with the node's behind it."""


class EventSocket:
    """Delivers `LegsListed` first on every connection, then the events, then `NodeDisconnected`;
    and that alone, once, if there was no connection to begin with."""

    def __init__(
        self,
        *,
        access: Access,
        http: aiohttp.ClientSession,
        inquiry: Inquiry,
        node: NodeId,
        deliver: Deliver,
        seal: Seal,
        now: Callable[[], datetime],
        fence: Fence,
        on_live: Callable[[], None],
        on_restart: Callable[[], None],
    ) -> None:
        self._access = access
        self._http = http
        self._inquiry = inquiry
        self._node = node
        self._deliver = deliver
        self._seal = seal
        self._now = now
        self._fence = fence
        self._on_live = on_live
        self._on_restart = on_restart
        self._started: str | None = None
        self._trouble = ""
        self._live = self._tried = False
        self._given_up = asyncio.Event()
        self.malformed = 0
        """Events that could not be understood; each cost nothing but itself."""

    async def run(self) -> None:
        """Until another engine takes the application over (then it returns) or cancelled."""
        pace = self._access.pace
        delay = pace.first_delay
        while True:
            try:
                await self._one_connection()
            except _Replaced:
                log.error("ari.replaced", node=self._node, text=self._fence.why)
                return
            except errors.InboxFull as full:
                log.warning("ari.inbox_full", node=self._node, detail=str(full))
            except errors.HotlineError as trouble:
                # While Asterisk restarts it is absent, then half there: that takes some seconds.
                if delay >= pace.last_delay:
                    self._tell_trouble(str(trouble))
            if self._live or not self._tried:
                if self._live:
                    delay = pace.first_delay
                    log.warning("ari.disconnected", node=self._node)
                self._live, self._tried = False, True
                self._try_to_deliver(NodeDisconnected(at=self._now(), node=self._node))
            await asyncio.sleep(delay)
            delay = min(delay * 2, pace.last_delay)

    def give_up(self) -> None:
        """This connection; `run` makes another."""
        self._given_up.set()

    async def _one_connection(self) -> None:
        self._given_up.clear()
        # To connect is to replace whoever has the application: not with an older token.
        self._stand_down_before(await self._inquiry.token())
        async with self._connected() as socket:
            reader = _Reader(socket, self._access, self._now, self._fence, self.give_up)
            reading = asyncio.create_task(reader.run())
            given_up = asyncio.create_task(self._given_up.wait())
            try:
                await self._inquiry.spare(NOT_HEARD)
                present = await self._inquiry.present()
                self._stand_down_before(present.token)
                if present.token < self._fence.token:
                    await self._take_over(present.token)
                self._go_live(reader, present)
                self._on_live()
                await asyncio.wait((reading, given_up), return_when=asyncio.FIRST_COMPLETED)
                if reading.done():
                    await reading
            finally:
                for task in (reading, given_up):
                    task.cancel()
                await asyncio.gather(reading, given_up, return_exceptions=True)

    async def _take_over(self, before: int) -> None:
        """Asterisk has started anew, or was away when this engine became the active one: then an
        older engine, `before`, may still act there upon its last beat."""
        witness = await self._inquiry.witness()
        if before and (witness.beat_age is None or witness.beat_age < STALE_AFTER):
            self._fence.at(self._node).wait_for_other()
        await self._inquiry.announce(self._fence.token)

    def _stand_down_before(self, token: int) -> None:
        if not self._fence.sees(token):
            raise _Replaced

    @asynccontextmanager
    async def _connected(self) -> AsyncIterator[aiohttp.ClientWebSocketResponse]:
        try:
            async with asyncio.timeout(self._access.timeout.total_seconds()):
                socket = await self._http.ws_connect(
                    f"{self._access.base}/events",
                    params={"app": APPLICATION, "subscribeAll": "false"},
                    heartbeat=self._access.pace.ping_every,
                    timeout=aiohttp.ClientWSTimeout(ws_close=1.0),
                )
        except aiohttp.WSServerHandshakeError as refusal:
            raise self._access.refusal(refusal.status) from refusal
        except (aiohttp.ClientError, OSError) as failure:
            raise self._access.unreachable(no_answer(failure)) from failure
        try:
            yield socket
        finally:
            await socket.close()

    def _go_live(self, reader: _Reader, present: Present) -> None:
        """In one breath: nothing can come between the list and the buffer."""
        restarted = present.started != self._started
        if restarted:
            self._on_restart()
        self._started = present.started
        self._deliver(
            LegsListed(
                at=self._now(),
                node=self._node,
                legs=listed_legs(
                    present.channels,
                    node=self._node,
                    at=present.at,
                    asterisk_now=present.asterisk_now,
                    leave_out=arriving(message for message, _ in reader.buffer),
                ),
                bridges=listed_bridges(present.bridges),
                recordings=tuple(map(RecordingId, present.recordings)),
                restarted=restarted,
            )
        )
        self._live = True
        self._tell_trouble("")
        log.info("ari.connected", node=self._node, channels=len(present.channels))
        reader.release(self._hand_on_with(Translator(self._node, self._seal)))

    def _hand_on_with(
        self, translator: Translator
    ) -> Callable[[Mapping[str, Any] | None, datetime], None]:
        def hand_on(message: Mapping[str, Any] | None, at: datetime) -> None:
            try:
                event = None if message is None else translator.translate(message, at)
            except MALFORMED:
                message = None
            if message is None:
                self.malformed += 1
                log.warning("ari.malformed", node=self._node, count=self.malformed)
            elif event is not None:
                self._deliver(event)

        return hand_on

    def _tell_trouble(self, text: str) -> None:
        """Once when it begins, changes or ends, however often the connection is tried."""
        if text == self._trouble:
            return
        self._trouble = text
        if text:
            log.warning("ari.trouble", node=self._node, text=text)
        name = f"{TROUBLE}:{self._node}"
        self._try_to_deliver(TroubleReported(at=self._now(), name=name, text=text or None))

    def _try_to_deliver(self, event: Event) -> None:
        try:
            self._deliver(event)
        except errors.InboxFull:
            # The list at the next connection says it all.
            log.warning("ari.inbox_full", node=self._node)


class _Replaced(Exception):
    """Another engine has the application, or a newer token."""


class _Reader:
    """Takes frames off the socket, into the buffer first, then straight on."""

    def __init__(
        self,
        socket: aiohttp.ClientWebSocketResponse,
        access: Access,
        now: Callable[[], datetime],
        fence: Fence,
        on_last_word: Callable[[], None],
    ) -> None:
        self._socket = socket
        self._access = access
        self._now = now
        self._fence = fence
        self._on_last_word = on_last_word
        self._hand_on: Callable[[Mapping[str, Any] | None, datetime], None] | None = None
        self.buffer: list[tuple[Mapping[str, Any], datetime]] = []

    async def run(self) -> None:
        """Until the socket closes; raises what handing on raises, and `_Replaced`.

        Our own beat comes each second. When it does not, this socket tells no more, however open
        it is: one of ours that Asterisk lost sight of, and buried later, took the application along
        (seen on 22.10.1). Raises AsteriskUnreachable.
        """
        now, silent_for = asyncio.get_running_loop().time, self._access.pace.silent_for
        try:
            # One for all frames: to make a time-out for each costs as much as to read it.
            async with asyncio.timeout(silent_for) as silence:
                while (frame := await self._socket.receive()).type not in _OVER:
                    silence.reschedule(now() + silent_for)
                    self._take(read_event(frame.data))
        except TimeoutError as ceased:
            raise self._access.unreachable("its events have ceased") from ceased

    def release(self, hand_on: Callable[[Mapping[str, Any] | None, datetime], None]) -> None:
        """From now on events go to `hand_on`, those from the buffer first."""
        held, self.buffer, self._hand_on = self.buffer, [], hand_on
        for message, at in held:
            hand_on(message, at)

    def _take(self, message: Mapping[str, Any] | None) -> None:
        if message is not None and message.get("type") == "ApplicationReplaced":
            self._fence.shut("another engine has taken over the application in Asterisk")
            raise _Replaced
        if message is not None and _is_last_word(message):
            # It may have slept while it sent something: what came of that is looked at.
            self._on_last_word()
        if self._hand_on is not None:
            self._hand_on(message, self._now())
        elif message is not None:
            if len(self.buffer) >= BUFFER_SIZE:
                raise errors.InboxFull(size=BUFFER_SIZE)
            self.buffer.append((message, self._now()))


def _is_last_word(message: Mapping[str, Any]) -> bool:
    """Of an older engine: nobody says it of themselves while they have the application."""
    said = message.get("eventname")
    return isinstance(said, str) and said.partition(".")[0] == LAST_WORD


def read_event(data: object) -> Mapping[str, Any] | None:
    """The event in what a frame holds, or None if there is none."""
    try:
        message = json.loads(data) if isinstance(data, str) else None
    except (ValueError, RecursionError):
        return None
    return message if isinstance(message, dict) and "type" in message else None
