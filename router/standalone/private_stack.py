"""The private stack: Asterisk, PostgreSQL and the engine, brought up, watched over and put away."""

from __future__ import annotations

import asyncio
import fcntl
import json
import os
import signal
from collections.abc import Callable, Coroutine, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TypeVar
from urllib.parse import urlsplit

from router import errors
from router.adapters.flow_files import load, prompt_texts
from router.folders import make_state_folder
from router.standalone import asterisk, asterisk_folder, debian, postgres, prompts
from router.standalone.engine_process import EngineProcess
from router.standalone.engines import Engines
from router.standalone.environments import engines_own, guards, shared_by_all
from router.standalone.further_node import FurtherNode, furnish, start_all, stop_all
from router.standalone.guard_process import GuardProcess
from router.standalone.loopback import free_port
from router.standalone.programs import Prefix
from router.standalone.progress import Progress
from router.standalone.site import Site, private_site
from router.standalone.speech import Speech

STACK_FILE = "stack.json"
SUPERVISOR_FILE = "up.pid"
GUARD_AGAIN_AFTER = 0.2
START_AGAIN_AFTER = 1.0

Say = Callable[[str], None]
T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What to bring up. `carrier` is HOST:PORT; `environment` holds the engine's own settings."""

    state_dir: Path
    cache_dir: Path
    ivr_dir: Path
    carrier: str
    mirror: str
    environment: Mapping[str, str]
    hotline_number: str
    restart: bool = True
    speech_command: str = ""
    standby: bool = False
    nodes: int = 1


@dataclass(slots=True)
class Stack:
    """A stack that is up. `stack.json` says how to reach it, for programs outside."""

    plan: Plan
    prefix: Prefix
    site: Site
    database: str
    database_pid: int
    engines: Engines
    guard: GuardProcess
    asterisk_pid: int
    further: list[FurtherNode] = field(default_factory=list)

    def write_stack_file(self) -> None:
        """By rename, so that whoever sees it sees all of it (interface.md 1)."""
        site = self.site
        content: dict[str, object] = {
            "sip": {"host": site.sip_host, "port": site.sip_port},
            "trunk": {
                "from_ip": site.trunk_from,
                "numbers_to": _host_port(self.plan.carrier),
            },
            **site.ways_in(),
            "database": self.database,
            "engine_pid": self.engines.active,
            "guard_pid": self.guard.pid,
            "asterisk_pid": self.asterisk_pid,
        }
        if self.plan.standby:
            content["standby_pids"] = self.engines.standing_by
        if self.further:
            content["nodes"] = [node.entry() for node in self.further]
        new = self.plan.state_dir / f"{STACK_FILE}.new"
        new.unlink(missing_ok=True)
        new.touch(mode=0o600)
        new.write_text(json.dumps(content, indent=2) + "\n")
        new.rename(self.plan.state_dir / STACK_FILE)


async def keep_up(
    plan: Plan, *, say: Say, progress: Progress | None, on_ready: Callable[[Stack], None]
) -> None:
    """Bring the stack up, call `on_ready`, and watch over it until SIGTERM or SIGINT."""
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        loop.add_signal_handler(number, stop.set)
    make_state_folder(plan.state_dir)
    with _only_one(plan.state_dir):
        # One that was left behind would tell programs that calls are answered already.
        (plan.state_dir / STACK_FILE).unlink(missing_ok=True)
        try:
            beginning = asyncio.create_task(_begin(plan, say, progress))
            stopping = asyncio.create_task(stop.wait())
            await asyncio.wait({beginning, stopping}, return_when=asyncio.FIRST_COMPLETED)
            if beginning.done():
                stack = await beginning
                stack.write_stack_file()
                on_ready(stack)
                await watch(stack, stopping, say)
            else:
                beginning.cancel()
                await asyncio.wait({beginning})
        finally:
            await asyncio.to_thread(put_away, plan.state_dir)


async def _begin(plan: Plan, say: Say, progress: Progress | None) -> Stack:
    folder = plan.state_dir
    load(plan.ivr_dir, None)  # before anything is fetched: a broken flow is told at once
    prefix = await asyncio.to_thread(
        debian.ensure, progress, cache=plan.cache_dir, mirror=plan.mirror
    )
    put_away(folder)
    site = _site(plan)
    shared = shared_by_all(folder, plan.environment)
    database = asyncio.create_task(
        _wholly(asyncio.to_thread(postgres.start, folder / "postgres", free_port()))
    )
    try:
        await asyncio.to_thread(_sounds_and_settings, plan, prefix, site)
        further = [
            FurtherNode(
                name=name,
                folder=await asyncio.to_thread(furnish, folder, name, there, prefix=prefix),
                site=there,
                guard=GuardProcess(folder, guards(shared, there), name=f"guard-{name}"),
            )
            for name, there in _further_sites(plan)
        ]
        say(f"Asterisk {prefix.version} is starting on {site.sip_host}:{site.sip_port} (SIP)")
        pid = await _wholly(asyncio.to_thread(asterisk.start, folder, site, prefix=prefix))
        await _wholly(start_all(further, prefix))
        running = await database
    finally:
        await asyncio.wait({database})
    say("PostgreSQL is ready")
    environment = engines_own(shared, site, running.dsn, further)
    sites = (site, *(node.site for node in further))
    engines = Engines(folder, environment, *sites, standby=plan.standby, restart=plan.restart)
    guard = GuardProcess(folder, guards(shared, site))
    await _wholly(engines.start())
    for each in (guard, *(node.guard for node in further)):
        await _wholly(each.start())
    await engines.ready()
    say("The engine beats: callers are admitted")
    return Stack(
        plan=plan,
        prefix=prefix,
        site=site,
        database=running.dsn,
        database_pid=running.pid,
        engines=engines,
        guard=guard,
        asterisk_pid=pid,
        further=further,
    )


def _site(plan: Plan) -> Site:
    return replace(private_site(carrier=plan.carrier), hotline_number=plan.hotline_number)


def _further_sites(plan: Plan) -> list[tuple[str, Site]]:
    """`n2`, `n3` ... beside the first."""
    return [(f"n{number}", _site(plan)) for number in range(2, plan.nodes + 1)]


def _sounds_and_settings(plan: Plan, prefix: Prefix, site: Site) -> None:
    asterisk_folder.render(plan.state_dir, site, prefix=prefix)
    prompts.build(
        prompt_texts(plan.ivr_dir),
        plan.state_dir / "sounds",
        speech=Speech(prefix=prefix, command=plan.speech_command),
        cache=plan.cache_dir,
        recorded=plan.ivr_dir / "prompts",
    )


async def watch(stack: Stack, stopping: asyncio.Task[bool], say: Say) -> None:
    """Restart what dies, as systemd would, each for itself; calls outlive the engine."""
    async with asyncio.TaskGroup() as group:
        watchers = [
            group.create_task(keep(stack, say))
            for keep in (_keep_engines, _keep_guards, _keep_asterisks, _keep_postgres)
        ]
        await asyncio.wait({stopping})
        for watcher in watchers:
            watcher.cancel()


async def _keep_engines(stack: Stack, say: Say) -> None:
    loop = asyncio.get_running_loop()
    loop.add_signal_handler(signal.SIGUSR1, stack.engines.want_another)
    try:
        await stack.engines.keep(say, stack.write_stack_file)
    finally:
        loop.remove_signal_handler(signal.SIGUSR1)


async def _keep_guards(stack: Stack, say: Say) -> None:
    guards = (stack.guard, *(node.guard for node in stack.further))
    await asyncio.gather(*(_keep_guard(stack, guard, say) for guard in guards))


async def _keep_guard(stack: Stack, guard: GuardProcess, say: Say) -> None:
    while True:
        await guard.ended()
        say(f"The guard died; a new one starts (its log: {guard.log})")
        await asyncio.sleep(GUARD_AGAIN_AFTER)
        await _wholly(guard.start())
        stack.write_stack_file()


async def _keep_asterisks(stack: Stack, say: Say) -> None:
    await asyncio.gather(
        _keep_asterisk(stack, say), *(_keep_further(stack, node, say) for node in stack.further)
    )


async def _keep_asterisk(stack: Stack, say: Say) -> None:
    plan = stack.plan
    while True:
        await _ended(stack.asterisk_pid)
        say("Asterisk died; starting it again")
        stack.asterisk_pid = await _until_started(
            lambda: asterisk.start(plan.state_dir, stack.site, prefix=stack.prefix), say
        )
        stack.write_stack_file()


async def _keep_further(stack: Stack, node: FurtherNode, say: Say) -> None:
    while True:
        await _ended(node.asterisk_pid)
        say(f"Asterisk {node.name} died; starting it again")
        await _until_started(lambda: node.start(stack.prefix), say)
        stack.write_stack_file()


async def _keep_postgres(stack: Stack, say: Say) -> None:
    """On the same port, so that the address that others were told still holds."""
    folder, port = stack.plan.state_dir / "postgres", urlsplit(stack.database).port
    assert port is not None
    while True:
        await _ended(stack.database_pid)
        say("PostgreSQL died; starting it again. Calls go on meanwhile")
        running = await _until_started(lambda: postgres.start(folder, port), say)
        stack.database_pid = running.pid


async def _until_started(start: Callable[[], T], say: Say) -> T:
    while True:
        try:
            return await _wholly(asyncio.to_thread(start))
        except errors.HotlineError as failure:
            say(str(failure))
            await asyncio.sleep(START_AGAIN_AFTER)


async def _wholly(work: Coroutine[None, None, T]) -> T:
    """To its end even when cancelled: what it starts must be found, to be ended."""
    working = asyncio.create_task(work)
    try:
        return await asyncio.shield(working)
    except asyncio.CancelledError:
        await asyncio.wait({working})
        raise


async def _ended(pid: int) -> None:
    """When this process, a child of ours or not, is gone."""
    try:
        watched = os.pidfd_open(pid)
    except ProcessLookupError:
        return
    gone = asyncio.Event()
    loop = asyncio.get_running_loop()
    loop.add_reader(watched, gone.set)
    try:
        await gone.wait()
    finally:
        loop.remove_reader(watched)
        os.close(watched)


def put_away(folder: Path) -> None:
    """End every process of the stack in `folder`; nothing is lost that must be kept."""
    (folder / STACK_FILE).unlink(missing_ok=True)
    EngineProcess.stop_all(folder)
    GuardProcess.stop_any(folder)
    asterisk.stop(folder)
    stop_all(folder)
    postgres.stop(folder / "postgres")


def end(folder: Path) -> bool:
    """True if there was something to end. Leaves no process (interface.md 1)."""
    pid = supervisor(folder)
    was_up = pid is not None or (folder / STACK_FILE).exists()
    if pid is not None:
        with suppress(ProcessLookupError):
            watched = os.pidfd_open(pid)
            signal.pidfd_send_signal(watched, signal.SIGTERM)
            EngineProcess.wait_gone(watched, within=60)
            os.close(watched)
    put_away(folder)
    return was_up


def supervisor(folder: Path) -> int | None:
    """The process id of the `hotline up` that holds this folder, if one does."""
    try:
        file = (folder / SUPERVISOR_FILE).open("r+")
    except FileNotFoundError:
        return None
    with file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            text = file.read().strip()
            return int(text) if text else None
    return None


@contextmanager
def _only_one(folder: Path) -> Iterator[None]:
    """The lock ends with the process, however it ends."""
    with (folder / SUPERVISOR_FILE).open("a+") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise errors.StackIsUp(folder=folder) from None
        file.seek(0)
        file.truncate()
        file.write(f"{os.getpid()}\n")
        file.flush()
        yield


def _host_port(address: str) -> dict[str, str | int]:
    host, _, port = address.rpartition(":")
    return {"host": host, "port": int(port)}
