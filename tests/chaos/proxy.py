"""A fault proxy of ours: TCP that is cut, stalls, is half open, slow, or spoils what it brings."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager, suppress

from tests.chaos.frames import Spoil, SpoiltSocket

BLOCK = 1 << 16


class FaultProxy:
    """Between a client and `target`; made by `fault_proxy`, and fair until it is told otherwise."""

    def __init__(self, target: tuple[str, int]) -> None:
        self._target = target
        self._open: set[tuple[asyncio.StreamWriter, asyncio.StreamWriter]] = set()
        self._flows = asyncio.Event()
        self._flows.set()
        self.port = 0
        self.shut = False
        """Whoever connects is cut off at once."""
        self.deaf = False
        """Half open: what comes is thrown away, and nobody is told."""
        self.answers_after = 0.0
        """Seconds by which the server's bytes come late."""
        self.spoil: Sequence[Spoil] = ()
        """What happens to the events on websockets that begin from now on."""

    def cut(self) -> None:
        """Every connection is reset."""
        for pair in tuple(self._open):
            for writer in pair:
                writer.transport.abort()

    def stall(self) -> None:
        """Nothing passes until `flow`; nothing is lost."""
        self._flows.clear()

    def flow(self) -> None:
        """What was held goes on."""
        self._flows.set()

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One client."""
        if self.shut:
            writer.transport.abort()
            return
        try:
            far_reader, far_writer = await asyncio.open_connection(*self._target)
        except OSError:
            writer.transport.abort()
            return
        pair = (writer, far_writer)
        self._open.add(pair)
        spoilt = SpoiltSocket(tuple(self.spoil)) if self.spoil else None
        ways = (
            asyncio.create_task(self._pass(reader, far_writer, lambda data: data, late=False)),
            asyncio.create_task(
                self._pass(
                    far_reader, writer, spoilt.feed if spoilt else lambda data: data, late=True
                )
            ),
        )
        try:
            await asyncio.wait(ways, return_when=asyncio.FIRST_COMPLETED)
        finally:
            self._open.discard(pair)
            for way in ways:
                way.cancel()
            await asyncio.gather(*ways, return_exceptions=True)
            for end in pair:
                end.close()
            await asyncio.gather(*(end.wait_closed() for end in pair), return_exceptions=True)

    async def _pass(
        self,
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
        change: Callable[[bytes], bytes],
        *,
        late: bool,
    ) -> None:
        with suppress(ConnectionError, OSError):
            while data := await reader.read(BLOCK):
                if late and self.answers_after:
                    await asyncio.sleep(self.answers_after)
                await self._flows.wait()
                if not self.deaf and (changed := change(data)):
                    writer.write(changed)
                    await writer.drain()


@asynccontextmanager
async def fault_proxy(target: tuple[str, int]) -> AsyncIterator[FaultProxy]:
    """Listens on a port of its own until the block ends."""
    proxy = FaultProxy(target)
    serving: set[asyncio.Task[None]] = set()

    def begin(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        one = asyncio.create_task(proxy.serve(reader, writer))
        serving.add(one)
        one.add_done_callback(serving.discard)

    server = await asyncio.start_server(begin, "127.0.0.1", 0)
    proxy.port = server.sockets[0].getsockname()[1]
    try:
        yield proxy
    finally:
        server.close()
        proxy.flow()
        proxy.cut()
        # Cut off, each ends by itself; who is cancelled while closing would leave a half open.
        await asyncio.gather(*serving, return_exceptions=True)
