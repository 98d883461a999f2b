"""A telephone line for hundreds of calls that only signal: nobody listens to their sound."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from router.probe.line import Incoming, Line, nobody
from router.standalone.rtp import RtpEnd

AT_ONCE = 1000


@asynccontextmanager
async def deaf_line(
    server: tuple[str, int], *, host: str, port: int = 0, incoming: Incoming = nobody
) -> AsyncIterator[Line]:
    """Hundreds of streams read in Python would slow what is measured: the kernel drops them."""
    loop = asyncio.get_running_loop()
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as unread:
        unread.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1)
        unread.bind((host, 0))
        sink = RtpEnd(hz=None)
        sink.port = unread.getsockname()[1]
        transport, made = await loop.create_datagram_endpoint(
            lambda: Line(server, incoming), local_addr=(host, port)
        )
        try:
            made.attach(transport, [sink] * AT_ONCE)
            yield made
        finally:
            transport.close()
