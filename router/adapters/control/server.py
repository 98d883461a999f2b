"""The engine's side of the control socket: operators' commands in, answers and the tail out."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from datetime import timedelta
from pathlib import Path
from typing import assert_never

import structlog

from router import errors
from router.adapters.control import socket_file
from router.adapters.control.desk import Desk
from router.adapters.control.privacy import masked_floor
from router.adapters.control.protocol import (
    MOST_BYTES,
    SOCKET_NAME,
    VERSION,
    AskWhy,
    ExtendWrapUp,
    FinishWrapUp,
    Greeting,
    ImportRoster,
    LogIn,
    LogOut,
    Look,
    PairsInForce,
    Pause,
    PolicyReloaded,
    ReadPairs,
    Reload,
    Report,
    Reported,
    Request,
    Resume,
    RosterImported,
    ShowAgent,
    Tail,
    TakeRespiro,
    WhyAnswered,
    read_request,
    to_wire,
)
from router.adapters.control.shift import change_shift, choose
from router.adapters.control.sieve import Sieve
from router.core.events import TroubleReported
from router.core.journal_lines import to_line
from router.core.plain import NotReadable, Plain, to_plain
from router.core.records import Entry
from router.core.vocabulary import AgentId

REACHABLE_WITHIN = timedelta(seconds=10)
"""How long a log-in waits for the agents' desk phones."""

log = structlog.get_logger()


@asynccontextmanager
async def serve_control(
    desk: Desk, folder: Path, *, reachable_within: timedelta = REACHABLE_WITHIN
) -> AsyncIterator[None]:
    """Answer on the socket in `folder` while the context is open.

    Raises EngineAlreadyRuns if another engine answers there, or StateFolderUnusable.
    """
    listening = await asyncio.to_thread(socket_file.bind, folder)
    ours = socket_file.inode(folder)
    counter = _Counter(desk, reachable_within)
    server = await asyncio.start_unix_server(counter.attend, sock=listening, limit=MOST_BYTES)
    try:
        yield
    finally:
        server.close()
        await counter.close()
        # A successor may have put its own socket there in the meantime.
        if socket_file.inode(folder) == ours:
            with suppress(OSError):
                (folder / SOCKET_NAME).unlink()


class _Counter:
    """Attends to every connection; what goes wrong with one harms no other, and no call."""

    def __init__(self, desk: Desk, reachable_within: timedelta) -> None:
        self._desk = desk
        self._reachable_within = reachable_within
        self._open: set[asyncio.Task[None]] = set()

    async def attend(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.create_task(self._converse(reader, writer))
        self._open.add(task)
        task.add_done_callback(self._open.discard)

    async def close(self) -> None:
        """End all conversations."""
        tasks = tuple(self._open)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _converse(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            writer.write(to_wire(to_plain(Greeting(version=VERSION, pid=os.getpid()))))
            await writer.drain()
            while line := await reader.readline():
                request = await self._answered(line, writer)
                if isinstance(request, Tail):
                    await self._tail(request, reader, writer)
                    return
        except ConnectionError:
            pass  # They hung up; nothing is owed to them.
        except ValueError:
            log.warning("control.request_too_long", most_bytes=MOST_BYTES)
        finally:
            writer.close()

    async def _answered(self, line: bytes, writer: asyncio.StreamWriter) -> Request | None:
        """Read and answer one request; None if it could not be done."""
        request: Request | None = None
        try:
            request = read_request(line)
            answer: dict[str, Plain] = {"ok": await self._answer(request)}
        except NotReadable as problem:
            answer = {"refused": f"The request cannot be read: {problem}."}
        except errors.HotlineError as refusal:
            answer = {"refused": str(refusal)}
        except Exception as fault:
            log.exception("control.failed", request=type(request).__name__)
            answer = {"broken": type(fault).__name__}
        await _say(writer, answer)
        return request if "ok" in answer else None

    async def _answer(self, request: Request) -> Plain:
        desk = self._desk
        match request:
            case Look():
                return to_plain(masked_floor(desk.snapshot()))
            case AskWhy():
                return to_plain(WhyAnswered(calls=desk.still_waiting()))
            case ShowAgent(agent=agent):
                floor = desk.snapshot()
                choose(floor, (agent,), everyone=False)
                return to_plain(next(a for a in floor.agents if a.profile.id == agent))
            case (
                LogIn()
                | LogOut()
                | Pause()
                | Resume()
                | FinishWrapUp()
                | TakeRespiro()
                | ExtendWrapUp()
            ):
                return to_plain(await change_shift(desk, request, within=self._reachable_within))
            case ImportRoster():
                return to_plain(await self._import(request))
            case Reload(by=by):
                files = await desk.reload_policy(by)
                return to_plain(PolicyReloaded(version=desk.snapshot().policy, files=files))
            case Report(alarm=alarm, text=text):
                await desk.tell(TroubleReported(at=desk.now(), name=alarm, text=text))
                standing = tuple(each.name for each in desk.snapshot().alarms)
                return to_plain(Reported(alarms=standing))
            case ReadPairs():
                known, apart = await desk.read_pairs()
                return to_plain(PairsInForce(known=known, apart=apart))
            case Tail():
                return None
            case _:
                assert_never(request)

    async def _import(self, request: ImportRoster) -> RosterImported:
        before = self._roster()
        await self._desk.import_roster(request.text, request.source)
        after = self._roster()
        return RosterImported(
            agents=len(after),
            added=tuple(agent for agent in after if agent not in before),
            removed=tuple(agent for agent in before if agent not in after),
        )

    def _roster(self) -> tuple[AgentId, ...]:
        return tuple(view.profile.id for view in self._desk.snapshot().agents)

    async def _tail(
        self, wanted: Tail, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        async with self._desk.listen() as entries:
            sieve = Sieve(wanted, self._desk.snapshot())
            pour = asyncio.create_task(_pour(entries, sieve, writer))
            gone = asyncio.create_task(reader.read(1))
            try:
                await asyncio.wait((pour, gone), return_when=asyncio.FIRST_COMPLETED)
            finally:
                for task in (pour, gone):
                    task.cancel()
                await asyncio.gather(pour, gone, return_exceptions=True)


async def _pour(entries: AsyncIterator[Entry], sieve: Sieve, writer: asyncio.StreamWriter) -> None:
    async for entry in entries:
        if sieve.passes(entry):
            await _say(writer, {"line": to_line(entry)})


async def _say(writer: asyncio.StreamWriter, answer: dict[str, Plain]) -> None:
    writer.write(to_wire(answer))
    await writer.drain()
