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
from router.adapters.control.desk import Desk, Office
from router.adapters.control.privacy import masked_floor
from router.adapters.control.protocol import (
    MOST_BYTES,
    SOCKET_NAME,
    VERSION,
    AskStanding,
    AskWhy,
    ExtendWrapUp,
    FinishWrapUp,
    Greeting,
    HandOver,
    ImportRoster,
    LogIn,
    LogOut,
    Look,
    OfficeRequest,
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
    desk: Desk,
    folder: Path,
    *,
    office: Office | None = None,
    replaces: bool = False,
    reachable_within: timedelta = REACHABLE_WITHIN,
) -> AsyncIterator[None]:
    """Answer on the socket in `folder` while the context is open.

    `replaces`: another engine may answer there still, and is not the active one any more. Raises
    EngineAlreadyRuns if it may not, or StateFolderUnusable.
    """
    counter = _Counter(desk, office, reachable_within)
    async with _attended(counter, folder, SOCKET_NAME, replaces=replaces):
        yield


@asynccontextmanager
async def serve_standby(office: Office, folder: Path) -> AsyncIterator[None]:
    """Answer for an engine that stands by, on a socket of its own."""
    counter = _Counter(None, office, REACHABLE_WITHIN)
    async with _attended(counter, folder, socket_file.standby_name(os.getpid()), replaces=True):
        yield


@asynccontextmanager
async def _attended(
    counter: _Counter, folder: Path, name: str, *, replaces: bool
) -> AsyncIterator[None]:
    listening = await asyncio.to_thread(socket_file.bind, folder, name, replaces=replaces)
    ours = socket_file.inode(folder, name)
    server = await asyncio.start_unix_server(counter.attend, sock=listening, limit=MOST_BYTES)
    try:
        yield
    finally:
        server.close()
        await counter.close()
        # A successor may have put its own socket there in the meantime.
        if socket_file.inode(folder, name) == ours:
            with suppress(OSError):
                (folder / name).unlink()


class _Counter:
    """Attends to every connection; what goes wrong with one harms no other, and no call."""

    def __init__(
        self, desk: Desk | None, office: Office | None, reachable_within: timedelta
    ) -> None:
        """No desk: the engine stands by."""
        self._active = desk
        self._office = office
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

    @property
    def _desk(self) -> Desk:
        if self._active is None:
            assert self._office is not None
            seen = self._office.standing()
            raise errors.StandsBy(name=seen.name, active=seen.holder or "another engine")
        return self._active

    async def _in_office(self, request: OfficeRequest) -> Plain:
        office = self._office
        if office is None:
            raise errors.RequestRefused(message="This engine knows of no other.")
        match request:
            case AskStanding():
                return to_plain(office.standing())
            case HandOver(heir=heir, leaves=leaves):
                return to_plain(await office.hand_over(heir, leaves=leaves))
            case _:
                assert_never(request)

    async def _answer(self, request: Request) -> Plain:
        if isinstance(request, OfficeRequest):
            return await self._in_office(request)
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
        odd = await self._desk.import_roster(request.text, request.source)
        after = self._roster()
        return RosterImported(
            agents=len(after),
            added=tuple(agent for agent in after if agent not in before),
            removed=tuple(agent for agent in before if agent not in after),
            warnings=odd,
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
