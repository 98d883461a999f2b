"""A crowd on the telephone: each dials, waits until an agent is heard, talks and hangs up."""

from __future__ import annotations

import asyncio
import socket
import time
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from itertools import pairwise

from router.probe.line import Line
from router.standalone.arrivals import arrivals, tell_arrivals
from router.standalone.rtp import RtpEnd
from router.standalone.tone import Span, power_dbov, tone_present
from router.standalone.ulaw import decoded
from tests.acceptance.people import CALLERS_ADDRESS
from tests.chaos.stages import SILENCE_DBOV

AGENT_HZ = 1000
LISTENS_EVERY = 0.5
HEAD = 12
OVERHEARD = 4096
"""Bytes that the kernel keeps for a caller between two times of listening; the rest is dropped."""
KEPT_AT_MOST = 1 << 20
"""Bytes that it keeps for a caller to whom every packet counts: some seconds of sound."""
LONG = 1.0


@dataclass(slots=True, kw_only=True)
class Waiter:
    """One of the crowd, by the monotonic clock. `cut_off`: the call ended, and not by them."""

    call_id: str
    dialled_at: float
    up_at: float
    ear: Ear
    answered_at: float | None = None
    hung_up_at: float | None = None
    cut_off: bool = False

    def silences(self) -> list[Span]:
        """Longer than a second, of one whose every packet was listened to."""
        until = self.hung_up_at
        if not isinstance(self.ear, KeenEar) or until is None:
            return []
        edges = [self.up_at, *(at for at in self.ear.heard_at if self.up_at < at < until), until]
        spans = (Span(start=start, end=end) for start, end in pairwise(edges))
        return [span for span in spans if span.end - span.start > LONG]


class Ear(RtpEnd):
    """Listens now and then, and says nothing: 200 callers cost little so."""

    def __init__(self) -> None:
        super().__init__(None)
        self._kept = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._kept.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, OVERHEARD)
        self._kept.bind((CALLERS_ADDRESS, 0))
        self._kept.setblocking(False)
        self.port = self._kept.getsockname()[1]

    def aim(self, peer: tuple[str, int]) -> None:
        """Nothing is sent."""

    def close(self) -> None:
        self._kept.close()

    def hears_an_agent(self) -> bool:
        """In the newest of what was kept."""
        packet = b""
        while True:
            try:
                packet = self._kept.recv(2048)
            except BlockingIOError:
                break
        return len(packet) > HEAD and tone_present(decoded(packet[HEAD:]), AGENT_HZ)


class KeenEar(Ear):
    """Listens to every packet, by the instant at which the machine received it: a busy test hears
    no silence of its own."""

    def __init__(self) -> None:
        super().__init__()
        self.heard_at: list[float] = []
        """When there was any sound."""
        self._lately = False
        self._kept.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, KEPT_AT_MOST)
        tell_arrivals(self._kept)
        asyncio.get_running_loop().add_reader(self._kept, self._read)

    def close(self) -> None:
        asyncio.get_running_loop().remove_reader(self._kept)
        super().close()

    def hears_an_agent(self) -> bool:
        return self._lately

    def _read(self) -> None:
        for packet, _, at in arrivals(self._kept):
            samples = decoded(packet[HEAD:])
            self._lately = tone_present(samples, AGENT_HZ)
            if power_dbov(samples) >= SILENCE_DBOV:
                self.heard_at.append(at)


@asynccontextmanager
async def crowd_line(
    server: tuple[str, int], calls: int, ear: Callable[[], Ear] = Ear
) -> AsyncIterator[Line]:
    """For so many callers at once."""
    async with AsyncExitStack() as ends:
        ears = [ear() for _ in range(calls)]
        for each in ears:
            ends.callback(each.close)
        transport, made = await asyncio.get_running_loop().create_datagram_endpoint(
            lambda: Line(server, lambda user, at, call: None), local_addr=(CALLERS_ADDRESS, 0)
        )
        ends.callback(transport.close)
        made.attach(transport, list(ears))
        yield made


async def waits(line: Line, number: str, talks_for: float, seen: list[Waiter]) -> None:
    """Until an agent is heard; then they talk, and the caller hangs up."""
    call, dialled_at, up_at = await line.dial(number)
    assert isinstance(call.audio, Ear)
    one = Waiter(call_id=call.call_id, dialled_at=dialled_at, up_at=up_at, ear=call.audio)
    seen.append(one)
    ended = asyncio.create_task(call.ended.wait())
    await _until_heard(one, ended)
    if one.answered_at is not None:
        await asyncio.wait({ended}, timeout=talks_for)
    if ended.done():
        one.cut_off = True
    else:
        one.hung_up_at = time.monotonic()
        call.hang_up()
        await ended


async def _until_heard(one: Waiter, ended: asyncio.Task[object]) -> None:
    """Twice in a row: the music may hold such a tone for a moment."""
    times = 0
    while not ended.done():
        times = times + 1 if one.ear.hears_an_agent() else 0
        if times == 2:
            one.answered_at = time.monotonic()
            return
        await asyncio.wait({ended}, timeout=LISTENS_EVERY)
