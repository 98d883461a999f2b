"""A whole hotline for tests: `hotline up` as a process, and the commands that operators give."""

from __future__ import annotations

import asyncio
import base64
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from contextlib import AbstractContextManager, asynccontextmanager, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar
from urllib.request import Request, urlopen

from router import errors
from router.adapters.ami.restless import RESTLESS, stands
from router.adapters.ari.beat import BEAT_EVERY
from router.adapters.ari.inquiry import TAKEN
from router.adapters.control.client import ControlClient
from router.core.records import CallFinished
from router.core.snapshot import Snapshot
from router.guard.lives import AS_SOON_AS, SHORT
from router.standalone.demo.feed import Feed
from router.standalone.loopback import free_port

PROGRAM = (sys.executable, "-m", "router.cli.main")
# When pytest is killed, the stack ends as by Ctrl-C, to its last process.
TETHERED = ("setpriv", "--pdeathsig", "TERM", "--")
UP_WITHIN = 60.0
LIVED_A_WHILE = max(SHORT, AS_SOON_AS) + 2 * BEAT_EVERY
CARRIER_ADDRESS = "127.0.0.3"
LOOK_AGAIN_AFTER = 0.02

T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class Ran:
    """A command that has ended."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)

    @property
    def said(self) -> str:
        """What a person saw, with the line breaks of a narrow terminal taken out."""
        return " ".join((self.out + self.err).split())


@dataclass(slots=True, kw_only=True)
class Hotline:
    """A stack that is up, as a program outside sees it."""

    folder: Path
    carrier: str
    environment: Mapping[str, str]
    feed: Feed
    well_since: float = 0.0
    """By the clock on the wall: when its engine was thawed, or given its callers again."""

    @property
    def stack(self) -> dict[str, Any]:
        content: dict[str, Any] = json.loads((self.folder / "stack.json").read_text())
        return content

    def uri(self, number: str) -> str:
        """What a caller dials to reach this number."""
        sip = self.stack["sip"]
        return f"sip:{number}@{sip['host']}:{sip['port']}"

    @property
    def registrar(self) -> str:
        sip = self.stack["sip"]
        return f"{sip['host']}:{sip['port']}"

    async def runs(self, *words: str, given: str | None = None) -> Ran:
        """`hotline ... --state-dir FOLDER`, to its end."""
        return await runs(
            *words, "--state-dir", str(self.folder), given=given, environment=self.environment
        )

    async def floor(self) -> Snapshot:
        """Everything at this instant, from the engine."""
        return await asyncio.to_thread(ControlClient(self.folder).floor)

    async def asks(self, question: Callable[[ControlClient], T]) -> T:
        """What an operator's command asks of the engine, without the start of a program."""
        return await asyncio.to_thread(question, ControlClient(self.folder))

    async def engine_is_another_than(self, pid: int, *, within: float) -> None:
        """Until `stack.json` names a new engine."""
        await until(lambda: self.stack["engine_pid"] != pid, within=within)

    async def answers_again(self, *, within: float = 20) -> Snapshot:
        """Until an engine has beaten after this instant, and answers operators; the floor then."""
        async with asyncio.timeout(within):
            await engine_beats(self.stack["ari"], within=within)
            while True:
                with suppress(errors.EngineNotRunning):  # it opens its counter for operators
                    return await self.floor()
                await asyncio.sleep(LOOK_AGAIN_AFTER)

    async def is_given_callers(self, *, within: float) -> None:
        """Until the guard does not keep them from the engine (router/guard/lives.py)."""
        where = f"asterisk/variable?variable={RESTLESS}"

        def is_given() -> bool:
            kept = asks_asterisk(self.stack["ari"], where)["value"]
            return not stands(kept, f"{time.time()}")

        await until(is_given, within=within)

    async def engine_has_lived_a_while(self) -> None:
        """Before it is killed: two that ended within seconds of their start, for an earlier test,
        too, and the guard would keep callers from the third; or from one that ends within seconds
        of having them back (router/guard/lives.py)."""

        def has() -> bool:
            taken = asks_asterisk(self.stack["ari"], f"asterisk/variable?variable={TAKEN}")["value"]
            return time.time() - max(float(taken), self.well_since) > LIVED_A_WHILE

        await until(has, within=2 * LIVED_A_WHILE)

    def in_the_fallback(self) -> list[str]:
        """The callers whom app_queue has, by the names of their channels."""
        try:
            channels = asks_asterisk(self.stack["ari"], "channels")
        except OSError:
            return []
        return [
            each["name"]
            for each in channels
            if each["dialplan"]["app_name"] in ("Queue", "Wait")
            and each["channelvars"]["HOTLINE_ROLE"] == "caller"
        ]

    async def has_forgotten_every_call(self, *, within: float = 5) -> None:
        """Until no caller is on the floor."""
        async with asyncio.timeout(within):
            since = self.feed.position()
            while (await self.floor()).calls:
                await self.feed.first(CallFinished, within=within, since=since)
                since = self.feed.position()

    def engine_frozen(self) -> AbstractContextManager[None]:
        """SIGSTOP, and SIGCONT at the end."""
        return self._frozen(self.stack["engine_pid"])

    def guard_frozen(self) -> AbstractContextManager[None]:
        """As above: a busy machine may need longer for a new engine than the guard waits."""
        return self._frozen(self.stack["guard_pid"])

    @contextmanager
    def _frozen(self, pid: int) -> Iterator[None]:
        os.kill(pid, signal.SIGSTOP)
        try:
            yield
        finally:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGCONT)
            self.well_since = time.time()


@dataclass(slots=True, kw_only=True)
class HotlineUp(Hotline):
    """One that `hotline up` brought up."""

    process: asyncio.subprocess.Process
    output: bytearray = field(default_factory=bytearray)


@asynccontextmanager
async def hotline_up(
    folder: Path, *options: str, environment: Mapping[str, str] | None = None
) -> AsyncIterator[HotlineUp]:
    """`hotline up` until the end of the block, ended as by Ctrl-C."""
    file = folder / "stack.json"
    before = _written_at(file)
    carrier = f"{CARRIER_ADDRESS}:{free_port(CARRIER_ADDRESS)}"
    told = {**os.environ, **(environment or {})}
    process = await asyncio.create_subprocess_exec(
        *TETHERED, *PROGRAM, "up", "--state-dir", str(folder), "--carrier", carrier, *options,
        env=told,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
    )  # fmt: skip
    output = bytearray()
    reading = asyncio.create_task(_read(process, output))
    feed = Feed(folder, lambda line: None)
    try:
        try:
            await until(
                lambda: _written_at(file) not in (0, before), unless=process, within=UP_WITHIN
            )
        except TimeoutError:
            said = output.decode(errors="replace")
            raise AssertionError(f"`hotline up` did not come up: {said}") from None
        feed.start()
        yield HotlineUp(
            folder=folder,
            carrier=carrier,
            process=process,
            environment=told,
            feed=feed,
            output=output,
        )
    finally:
        feed.stop()
        if process.returncode is None:
            process.terminate()
        await process.wait()
        await reading


def _written_at(file: Path) -> int:
    try:
        return file.stat().st_mtime_ns
    except FileNotFoundError:
        return 0


async def _read(process: asyncio.subprocess.Process, output: bytearray) -> None:
    assert process.stdout is not None
    while block := await process.stdout.read(1 << 16):
        output += block


async def runs(
    *words: str,
    given: str | None = None,
    environment: Mapping[str, str] | None = None,
    within: float = 60,
) -> Ran:
    """`hotline ...`, to its end."""
    process = await asyncio.create_subprocess_exec(
        *TETHERED, *PROGRAM, *words,
        env={**os.environ, **(environment or {})},
        stdin=subprocess.DEVNULL if given is None else subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )  # fmt: skip
    try:
        async with asyncio.timeout(within):
            out, err = await process.communicate(None if given is None else given.encode())
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    assert process.returncode is not None
    return Ran(code=process.returncode, out=out.decode(), err=err.decode())


async def until(
    holds: Callable[[], T | None],
    *,
    within: float,
    unless: asyncio.subprocess.Process | None = None,
) -> T:
    """Looks again and again: a file or a process tells nobody that it changed."""
    async with asyncio.timeout(within):
        while not (found := holds()):
            if unless is not None and unless.returncode is not None:
                raise TimeoutError
            await asyncio.sleep(LOOK_AGAIN_AFTER)
        return found


async def engine_beats(ari: Mapping[str, str], *, within: float = 20) -> None:
    """Until an engine has beaten after this instant: callers are admitted to it."""
    now = time.time()

    def beat() -> float:
        try:
            return float(asks_asterisk(ari, "asterisk/variable?variable=ENGINE_BEAT")["value"])
        except (OSError, ValueError):
            return (
                0  # nobody answers, or what stands there (a test may have put it there) is no beat
            )

    await until(lambda: beat() > now, within=within)


def asks_asterisk(ari: Mapping[str, str], what: str) -> Any:
    """One question over ARI. Raises OSError when nobody answers."""
    request = Request(f"{ari['url']}/ari/{what}")
    pair = base64.b64encode(f"{ari['user']}:{ari['password']}".encode()).decode()
    request.add_header("Authorization", f"Basic {pair}")
    with urlopen(request, timeout=1) as answer:
        return json.load(answer)


def processes_of(folder: Path) -> set[int]:
    """Whose command line, environment or working directory names the folder."""
    named = os.fsencode(folder)
    found = set()
    for each in Path("/proc").iterdir():
        if each.name.isdigit() and int(each.name) != os.getpid():
            with suppress(OSError):
                where = os.fsencode(os.readlink(each / "cwd"))
                told = (each / "cmdline").read_bytes() + b"\0" + (each / "environ").read_bytes()
                if named in told or where.startswith(named):
                    found.add(int(each.name))
    return found
