"""A server that speaks as much AMI as a test wants, and misbehaves on demand."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from router.adapters.ami.access import Access, Pace
from router.core.vocabulary import NodeId

NODE = NodeId("n1")
PASSWORD = "geheim"
CAPTURED = Path(__file__).parents[1] / "captured/ami"
ASTERISK_NOW = "1795532400.500000"
PATIENCE = 5.0
QUICK = Pace(first_delay=0.01, last_delay=0.02, ping_every=0.05)

Action = dict[str, str]


def now() -> datetime:
    return datetime.now(UTC)


def captured(story: str) -> str:
    """What a real Asterisk said."""
    return (CAPTURED / f"{story}.txt").read_text()


def events(text: str) -> list[dict[str, str]]:
    """The messages in a captured text."""
    return [
        dict(line.split(": ", 1) for line in block.splitlines())
        for block in text.strip().split("\n\n")
    ]


@dataclass(slots=True)
class AmiServer:
    """`got` is every action, in order; `mute` ones get no answer; `phones` are listed."""

    greeting: str = "Asterisk Call Manager/11.0.0\r\n"
    password: str = PASSWORD
    got: list[Action] = field(default_factory=list)
    raw: list[bytes] = field(default_factory=list)
    mute: set[str] = field(default_factory=set)
    refused: set[str] = field(default_factory=set)
    phones: dict[str, str] = field(default_factory=dict)
    members: dict[str, str] = field(default_factory=dict)
    variables: dict[str, str] = field(default_factory=dict)
    writers: list[asyncio.StreamWriter] = field(default_factory=list)
    port: int = 0
    _changed: asyncio.Event = field(default_factory=asyncio.Event)

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.writers.append(writer)
        writer.write(self.greeting.encode())
        try:
            while True:
                raw = await reader.readuntil(b"\r\n\r\n")
                self.raw.append(raw)
                action = dict(line.split(": ", 1) for line in raw.decode().splitlines() if line)
                self.got.append(action)
                self._changed.set()
                if action["Action"] not in self.mute:
                    self._answer(action, writer)
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            writer.close()

    def _answer(self, action: Action, writer: asyncio.StreamWriter) -> None:
        name, answered = action["Action"], {"ActionID": action["ActionID"]}
        success = {"Response": "Success", **answered}
        error = {"Response": "Error", **answered}
        match name:
            case _ if name in self.refused:
                _write(writer, error | {"Message": "Permission denied"})
            case "Login" if action["Secret"] != self.password:
                _write(writer, error | {"Message": "Authentication failed"})
                writer.close()
            case "DeviceStateList":
                _write(writer, success | {"EventList": "start", "Message": "will follow"})
                for device, state in self.phones.items():
                    event = {"Event": "DeviceStateChange", **answered}
                    _write(writer, event | {"Device": device, "State": state})
                done = {"Event": "DeviceStateListComplete", **answered, "EventList": "Complete"}
                _write(writer, done)
            case "QueueStatus":
                _write(writer, success | {"EventList": "start", "Message": "will follow"})
                done = {"Event": "QueueStatusComplete", **answered, "EventList": "Complete"}
                _write(writer, done)
            case "Getvar":
                value = self.variables.get(action["Variable"], "")
                _write(writer, success | {"Variable": action["Variable"], "Value": value})
            case "Ping":
                _write(writer, success | {"Timestamp": ASTERISK_NOW})
            case "QueueAdd" if action["Interface"] in self.members:
                _write(writer, error | {"Message": "Unable to add interface: Already there"})
            case "QueueAdd" | "QueuePause":
                self.members[action["Interface"]] = action["Paused"]
                _write(writer, success | {"Message": "Added interface to queue"})
            case "QueueRemove":
                there = self.members.pop(action["Interface"], None)
                not_there = error | {"Message": "Unable to remove interface: Not there"}
                _write(writer, not_there if there is None else success)
            case _:
                _write(writer, success)

    async def gets(self, wanted: Callable[[Action], bool], times: int = 1) -> None:
        """Wait until so many such actions have come."""
        async with asyncio.timeout(PATIENCE):
            while sum(map(wanted, self.got)) < times:
                self._changed.clear()
                await self._changed.wait()

    async def gets_action(self, name: str, times: int = 1) -> None:
        await self.gets(lambda action: action["Action"] == name, times)

    def says(self, text: str) -> None:
        """To the newest client."""
        self.writers[-1].write(text.replace("\n", "\r\n").encode())

    def hangs_up(self) -> None:
        self.writers[-1].transport.abort()

    def access(self, **changes: Any) -> Access:
        given: dict[str, Any] = {
            "host": "127.0.0.1",
            "port": self.port,
            "user": "hotline",
            "password": PASSWORD,
            "timeout": timedelta(seconds=0.5),
            "pace": QUICK,
        }
        return Access(**(given | changes))


def _write(writer: asyncio.StreamWriter, message: dict[str, str]) -> None:
    lines = "".join(f"{key}: {value}\r\n" for key, value in message.items())
    writer.write(f"{lines}\r\n".encode())


@asynccontextmanager
async def ami_server() -> AsyncIterator[AmiServer]:
    server = AmiServer()
    serving: set[asyncio.Task[None]] = set()

    def accept(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.create_task(server.serve(reader, writer))
        serving.add(task)
        task.add_done_callback(serving.discard)

    listening = await asyncio.start_server(accept, "127.0.0.1", 0)
    server.port = listening.sockets[0].getsockname()[1]
    try:
        yield server
    finally:
        listening.close()
        for task in tuple(serving):
            task.cancel()
        await asyncio.gather(*serving, return_exceptions=True)
