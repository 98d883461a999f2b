"""D1.2: what a new engine needs to have 500 callers, who waited for one that was killed."""

from __future__ import annotations

import asyncio
import os
import signal
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

import aiohttp

from router.adapters.control.client import ControlClient
from router.standalone.asterisk import CONFIGURATION
from tests.bench.figures import Figure
from tests.bench.processes import processor_seconds
from tests.bench.stack import Bench

CALLS, FEW = 500, 100
RATE = 25
TARGET = timedelta(seconds=1)
QUEUED_WITHIN, ADOPTED_WITHIN, STAYS = 120.0, 60.0, 300.0
ASK_EVERY, LOOK_EVERY = 0.5, 0.01
QUEUED, TAKES_OVER, ADOPTED = "call.queued ", "engine.takes_over ", "call.adopted "


@dataclass(frozen=True, slots=True, kw_only=True)
class _Adopted:
    """By the new engine's own log, from taking over to the last caller; `work`: processor time of
    the same, and `since_kill` begins with the death of the other."""

    took: timedelta
    work: float
    since_kill: timedelta


async def measure(bench: Bench, *, quick: bool) -> list[Figure]:
    """Silent callers wait where nobody is on shift; the engine is killed, and another started."""
    calls = FEW if quick else CALLS
    log, desk = bench.engine.log, ControlClient(bench.folder, answered_within=ADOPTED_WITHIN)
    since = log.stat().st_size
    waiting = asyncio.create_task(bench.load(calls, rate=RATE, talk_for=timedelta(seconds=STAYS)))
    try:
        await _until(
            lambda: len(_told(log, since, QUEUED)) >= calls, within=QUEUED_WITHIN, every=ASK_EVERY
        )
        listed = await _channels_listed(bench)
        adopted = await _another_engine(bench, calls)
        still = await asyncio.to_thread(bench.queued, answered_within=ADOPTED_WITHIN)
    finally:
        # SIPp would leave without a word, and its callers stay as ghosts.
        await _hang_all_up(bench)
        waiting.cancel()
        await asyncio.gather(waiting, return_exceptions=True)
    await _until(lambda: not desk.floor().calls, within=QUEUED_WITHIN)
    return [
        Figure(
            name=f"{calls} callers adopted after a kill",
            samples=calls,
            ours=f"{adopted.took.total_seconds():.2f} s, of it {adopted.work:.2f} s of processor;"
            f" {still} in their queue",
            versus=f"to list their channels: {listed.total_seconds():.2f} s",
            target=f"≤ {TARGET.total_seconds():g} s of work",
            holds=adopted.work <= TARGET.total_seconds() and still == calls,
        ),
        Figure(
            name=f"kill → the last of {calls} callers adopted, loading the engine included",
            samples=calls,
            ours=f"{adopted.since_kill.total_seconds():.2f} s",
            versus="",
        ),
    ]


async def _another_engine(bench: Bench, calls: int) -> _Adopted:
    log = bench.engine.log
    read = log.stat().st_size
    killed_at = datetime.now().astimezone()
    os.kill(bench.engine.pid, signal.SIGKILL)
    await bench.engine.ended()
    await bench.engine.start()
    pid = bench.engine.pid
    await _until(
        lambda: bool(_told(log, read, TAKES_OVER)), within=ADOPTED_WITHIN, every=LOOK_EVERY
    )
    before = processor_seconds(pid)
    await _until(
        lambda: len(_told(log, read, ADOPTED)) >= calls, within=ADOPTED_WITHIN, every=LOOK_EVERY
    )
    work = processor_seconds(pid) - before
    (began,) = _told(log, read, TAKES_OVER)
    last = _told(log, read, ADOPTED)[-1]
    return _Adopted(took=last - began, work=work, since_kill=last - killed_at)


def _told(log: Path, read: int, name: str) -> list[datetime]:
    """When the engine told this, from that byte of its log on."""
    with log.open("rb") as file:
        file.seek(read)
        lines = file.read().decode(errors="replace").splitlines()
    return [datetime.fromisoformat(line.partition(" ")[0]) for line in lines if name in line]


async def _channels_listed(bench: Bench) -> timedelta:
    """What no engine can do without, by the user who may only read."""
    site = bench.site
    url = f"{site.ari_url}/ari/channels"
    login = {"Authorization": aiohttp.encode_basic_auth("hotline-read", site.ari_read_password)}
    async with aiohttp.ClientSession(headers=login) as http:
        began = time.monotonic()
        async with http.get(url) as answer:
            await answer.json()
        return timedelta(seconds=time.monotonic() - began)


async def _hang_all_up(bench: Bench) -> None:
    process = await asyncio.create_subprocess_exec(
        *bench.prefix.command("asterisk", "-C", CONFIGURATION, "-rx", "channel request hangup all"),
        cwd=bench.folder / "asterisk",
        env=bench.prefix.environment(),
        stdout=asyncio.subprocess.DEVNULL,
    )
    await process.wait()


async def _until(holds: Callable[[], bool], *, within: float, every: float = ASK_EVERY) -> None:
    async with asyncio.timeout(within):
        while True:
            with suppress(FileNotFoundError):
                if await asyncio.to_thread(holds):
                    return
            await asyncio.sleep(every)
