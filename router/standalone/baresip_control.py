"""baresip's control connection (its ctrl_tcp module): JSON in netstrings, `12:{"a": "b"...},`."""

from __future__ import annotations

import asyncio
import json
import socket
from asyncio import StreamReader, StreamWriter
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass

from router import errors


@dataclass(frozen=True, slots=True, kw_only=True)
class LineEvent:
    """Something that baresip reports of one of its lines."""

    kind: str
    """baresip's word: CALL_ESTABLISHED, REGISTER_OK ..."""
    aor: str
    call_id: str
    detail: str


class Control:
    """Commands go one at a time, each with its answer; events come in between."""

    def __init__(
        self,
        connection: socket.socket,
        reader: StreamReader,
        writer: StreamWriter,
        on_event: Callable[[LineEvent], None],
    ) -> None:
        self._connection = connection
        self._reader = reader
        self._writer = writer
        self._on_event = on_event
        self._one_at_a_time = asyncio.Lock()
        self._answer: asyncio.Future[str] | None = None
        self._reading = asyncio.create_task(self._read())

    @classmethod
    async def connect(cls, port: int, on_event: Callable[[LineEvent], None]) -> Control:
        """Raises ConnectionRefusedError while baresip does not listen yet."""
        connection = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
        connection.setblocking(False)
        try:
            await asyncio.get_running_loop().sock_connect(connection, ("127.0.0.1", port))
            reader, writer = await asyncio.open_connection(sock=connection)
        except BaseException:
            connection.close()
            raise
        return cls(connection, reader, writer, on_event)

    async def command(self, *steps: tuple[str, str], within: float) -> str:
        """Performs the steps without another command in between; the last one's answer.

        Raises BaresipRefused, also if no answer comes in time.
        """
        async with self._one_at_a_time:
            answer = ""
            for name, parameters in steps:
                answer = await self._perform(name, parameters, within)
            return answer

    async def close(self) -> None:
        self._reading.cancel()
        with suppress(asyncio.CancelledError):
            await self._reading
        self._writer.close()
        with suppress(OSError):
            await self._writer.wait_closed()

    async def _perform(self, name: str, parameters: str, within: float) -> str:
        self._answer = asyncio.get_running_loop().create_future()
        command = {"command": name} | ({"params": parameters} if parameters else {})
        self._writer.write(netstring(json.dumps(command).encode()))
        try:
            return await asyncio.wait_for(self._answer, within)
        except TimeoutError as silence:
            raise errors.BaresipRefused(command=name, answer="no answer") from silence
        except _Refused as refusal:
            raise errors.BaresipRefused(command=name, answer=str(refusal)) from refusal
        finally:
            self._answer = None

    async def _read(self) -> None:
        while (text := await read_netstring(self._reader)) is not None:
            # baresip holds the second of two events back until the first is acknowledged, and the
            # kernel would take 40 ms over that: too late for an instant.
            self._connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_QUICKACK, 1)
            message = json.loads(text)
            if message.get("event"):
                self._on_event(
                    LineEvent(
                        kind=message["type"],
                        aor=message.get("accountaor", ""),
                        call_id=message.get("id", ""),
                        detail=str(message.get("param", "")),
                    )
                )
            elif message.get("response") and self._answer and not self._answer.done():
                answer = str(message.get("data", "")).strip()
                if message.get("ok"):
                    self._answer.set_result(answer)
                else:
                    self._answer.set_exception(_Refused(answer))


class _Refused(Exception):
    pass


def netstring(data: bytes) -> bytes:
    return b"%d:%b," % (len(data), data)


async def read_netstring(reader: StreamReader) -> bytes | None:
    """The next one, or None at the end of the stream."""
    try:
        length = int((await reader.readuntil(b":"))[:-1])
        return (await reader.readexactly(length + 1))[:-1]
    except (asyncio.IncompleteReadError, ConnectionError):
        return None
