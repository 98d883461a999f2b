"""Telephone lines for hundreds of calls that only signal: nobody listens to their sound."""

from __future__ import annotations

import asyncio
import socket
import struct
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager, suppress

from router.probe.line import Incoming, Line, nobody
from router.standalone.rtp import RtpEnd

AT_ONCE = 1000
MURMURS_EVERY = 0.2
_SILENCE = b"\xff" * 160
_HEAD = struct.Struct("!BBHII")


@asynccontextmanager
async def deaf_line(
    server: tuple[str, int], *, host: str, port: int = 0, incoming: Incoming = nobody
) -> AsyncIterator[Line]:
    """Hundreds of streams read in Python would slow what is measured: the kernel drops them."""
    with _unread(host) as drain:
        sink = RtpEnd(hz=None)
        sink.port = drain.getsockname()[1]
        async with _attached(server, host, port, incoming, [sink] * AT_ONCE) as made:
            yield made


@asynccontextmanager
async def murmuring_line(
    server: tuple[str, int], *, host: str, port: int, incoming: Incoming, calls: int
) -> AsyncIterator[Line]:
    """As above, of agents: from them something has to come now and then, or their line is taken
    for broken. At most so many calls at once."""
    async with AsyncExitStack() as ends:
        murmurs = [_Murmur(ends.enter_context(_unread(host))) for _ in range(calls)]
        murmuring = asyncio.create_task(_murmur(murmurs))
        try:
            async with _attached(server, host, port, incoming, murmurs) as made:
                yield made
        finally:
            murmuring.cancel()
            with suppress(asyncio.CancelledError):
                await murmuring


class _Murmur(RtpEnd):
    """Reads nothing, and sends a packet of silence when it is told to."""

    def __init__(self, unread: socket.socket) -> None:
        super().__init__(hz=None)
        self.port = unread.getsockname()[1]
        self._unread = unread
        self._to: tuple[str, int] | None = None
        self._number = 0

    def aim(self, peer: tuple[str, int]) -> None:
        self._to = peer

    def rest(self) -> None:
        self._to = None

    def murmur(self) -> None:
        if self._to is not None:
            self._number = (self._number + 1) & 0xFFFF
            head = _HEAD.pack(0x80, 0, self._number, self._number * len(_SILENCE), self.port)
            with suppress(OSError):  # whoever it was for has gone
                self._unread.sendto(head + _SILENCE, self._to)


async def _murmur(ends: Sequence[_Murmur]) -> None:
    while True:
        for end in ends:
            end.murmur()
        await asyncio.sleep(MURMURS_EVERY)


def _unread(host: str) -> socket.socket:
    unread = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    unread.setblocking(False)
    unread.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1)
    unread.bind((host, 0))
    return unread


@asynccontextmanager
async def _attached(
    server: tuple[str, int], host: str, port: int, incoming: Incoming, audio: Sequence[RtpEnd]
) -> AsyncIterator[Line]:
    transport, made = await asyncio.get_running_loop().create_datagram_endpoint(
        lambda: Line(server, incoming), local_addr=(host, port)
    )
    try:
        made.attach(transport, list(audio))
        yield made
    finally:
        transport.close()
