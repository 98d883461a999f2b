"""A crowd on the telephone: each dials, waits until an agent is heard, talks and hangs up."""

from __future__ import annotations

import asyncio
import socket
import time
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass

from router.probe.line import Line, LineCall
from router.standalone.phone_events import Closed, Established
from router.standalone.phones import Phone
from router.standalone.rtp import RtpEnd
from router.standalone.tone import heard, tone_present
from router.standalone.ulaw import decoded
from tests.acceptance.people import CALLERS_ADDRESS, SOON
from tests.chaos.agents import FOR_EVER

AGENT_HZ = 1000
LISTENS_EVERY = 0.5
HEAD = 12
OVERHEARD = 4096
"""Bytes that the kernel keeps for a caller between two times of listening; the rest is dropped."""


@dataclass(slots=True, kw_only=True)
class Waiter:
    """One of the crowd, by the monotonic clock. `cut_off`: the call ended, and not by them."""

    call_id: str
    dialled_at: float
    answered_at: float | None = None
    hung_up_at: float | None = None
    cut_off: bool = False
    phone: Phone | None = None
    """Whose sound is kept."""


class Ear(RtpEnd):
    """Listens now and then, and says nothing: 200 callers cost little so."""

    def __init__(self) -> None:
        super().__init__(None)
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, OVERHEARD)
        self._socket.bind((CALLERS_ADDRESS, 0))
        self._socket.setblocking(False)
        self.port = self._socket.getsockname()[1]

    def aim(self, peer: tuple[str, int]) -> None:
        """Nothing is sent."""

    def close(self) -> None:
        self._socket.close()

    def hears_an_agent(self) -> bool:
        """In the newest of what was kept."""
        packet = b""
        while True:
            try:
                packet = self._socket.recv(2048)
            except BlockingIOError:
                break
        return len(packet) > HEAD and tone_present(decoded(packet[HEAD:]), AGENT_HZ)


@asynccontextmanager
async def crowd_line(server: tuple[str, int], calls: int) -> AsyncIterator[Line]:
    """For so many callers at once."""
    async with AsyncExitStack() as ends:
        ears = [Ear() for _ in range(calls)]
        for ear in ears:
            ends.callback(ear.close)
        transport, made = await asyncio.get_running_loop().create_datagram_endpoint(
            lambda: Line(server, lambda user, at, call: None), local_addr=(CALLERS_ADDRESS, 0)
        )
        ends.callback(transport.close)
        made.attach(transport, list(ears))
        yield made


async def waits_quietly(line: Line, number: str, talks_for: float, seen: list[Waiter]) -> None:
    """A caller whose sound is not kept."""
    call, dialled_at, _ = await line.dial(number)
    one = Waiter(call_id=call.call_id, dialled_at=dialled_at)
    seen.append(one)
    ended = asyncio.create_task(call.ended.wait())
    await _until_heard(one, _listens(call), ended)
    if one.answered_at is not None:
        await asyncio.wait({ended}, timeout=talks_for)
    if ended.done():
        one.cut_off = True
    else:
        one.hung_up_at = time.monotonic()
        call.hang_up()
        await ended


def _listens(call: LineCall) -> Callable[[], bool]:
    ear = call.audio
    assert isinstance(ear, Ear)
    return ear.hears_an_agent


async def waits_aloud(phone: Phone, uri: str, talks_for: float, seen: list[Waiter]) -> None:
    """A caller all of whose sound is kept."""
    dialled = await phone.dial(uri)
    await phone.wait_for(Established, within=2 * SOON)
    one = Waiter(call_id=dialled.call_id, dialled_at=dialled.at, phone=phone)
    seen.append(one)

    def hears_an_agent() -> bool:
        recording = phone.recording()
        lately = recording.between(recording.end - 0.4, recording.end)
        return bool(heard(lately, AGENT_HZ))

    ended = asyncio.create_task(_closed(phone, one.call_id))
    await _until_heard(one, hears_an_agent, ended)
    if one.answered_at is not None:
        await asyncio.wait({ended}, timeout=talks_for)
    if ended.done():
        one.cut_off = True
    else:
        one.hung_up_at = time.monotonic()
        await phone.hang_up()
        await ended


async def _closed(phone: Phone, call_id: str) -> None:
    await phone.wait_for(Closed, within=FOR_EVER, where=lambda each: each.call_id == call_id)


async def _until_heard(one: Waiter, hears: Callable[[], bool], ended: asyncio.Task[object]) -> None:
    """Twice in a row: the music may hold such a tone for a moment."""
    times = 0
    while not ended.done():
        times = times + 1 if hears() else 0
        if times == 2:
            one.answered_at = time.monotonic()
            return
        await asyncio.wait({ended}, timeout=LISTENS_EVERY)
