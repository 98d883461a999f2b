"""Harm done to what is kept: the database, the disk, the flow files."""

from __future__ import annotations

import asyncio
import os
import random
import resource
import signal
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress

from router import errors
from router.adapters.control.client import ControlClient
from tests.acceptance.journal import asked
from tests.chaos.engine_faults import untouched
from tests.chaos.rows import Harm, Row

JOURNAL_CATCHES_UP_WITHIN = 60.0
GARBAGE = (
    "start: [saludo",
    "start: saludo\nsteps: &a [*a, *a]\n",
    "start: saludo\nsteps:\n\tsaludo: {play: saludo}\n",
    "start: nowhere\nsteps:\n  saludo: {play: saludo, next: horario}\n",
    "\x00\x01\x02",
    "",
)


async def database_down(harm: Harm) -> None:
    with _no_database(harm):
        os.kill(_postmaster(harm), signal.SIGKILL)
        await harm.lasts(full=60, short=8)


async def database_slow(harm: Harm) -> None:
    harm.house.database.answers_after = 5.0
    await harm.lasts(full=30, short=10)
    harm.house.database.answers_after = 0.0


async def disk_full(harm: Harm) -> None:
    """No file may grow any more, for engine and guard, and the database is away."""
    stack = harm.hotline.stack
    limits = {pid: resource.prlimit(pid, resource.RLIMIT_FSIZE) for pid in _writers(stack)}
    with _no_database(harm):
        for pid, (_, hard) in limits.items():
            resource.prlimit(pid, resource.RLIMIT_FSIZE, (0, hard))
        try:
            await harm.lasts(full=20, short=8)
        finally:
            for pid, limit in limits.items():
                with suppress(ProcessLookupError):
                    resource.prlimit(pid, resource.RLIMIT_FSIZE, limit)
    if harm.hotline.stack["engine_pid"] != stack["engine_pid"]:
        harm.remarks.append("the connection broke")


def _writers(stack: dict[str, int]) -> tuple[int, int]:
    return stack["engine_pid"], stack["guard_pid"]


@contextmanager
def _no_database(harm: Harm) -> Iterator[None]:
    harm.house.database.shut = True
    harm.house.database.cut()
    try:
        yield
    finally:
        harm.house.database.shut = False


def _postmaster(harm: Harm) -> int:
    file = harm.hotline.folder / "postgres/data/postmaster.pid"
    return int(file.read_text().splitlines()[0])


async def journal_is_whole(harm: Harm) -> Sequence[str]:
    """What the engine told as it happened is in the database, once: its key makes twice impossible,
    so that nothing is left to count but what is missing."""
    told = {(line.epoch, line.seq) for line in harm.hotline.feed.since(harm.position)}
    deadline = time.monotonic() + JOURNAL_CATCHES_UP_WITHIN
    while missing := told - await _written(harm):
        if time.monotonic() > deadline:
            return [f"{len(missing)} of {len(told)} lines are missing in the journal"]
        await asyncio.sleep(0.5)
    harm.remarks.append(f"{len(told)} lines of the journal, all there")
    return ()


async def _written(harm: Harm) -> set[tuple[int, int]]:
    rows = await asked(
        harm.house.stack.database,
        "SELECT epoch, seq FROM call_records UNION ALL SELECT epoch, seq FROM house_records",
    )
    return {(row["epoch"], row["seq"]) for row in rows}


async def garbage_saved(harm: Harm) -> None:
    """Each is saved, and put in force by hand, too."""
    file = harm.house.flows / "flows/linea.yaml"
    good, chance = file.read_text(), random.Random(7)
    cuts = [good[: chance.randrange(len(good))] + "\n  - }" for _ in range(3)]
    before = (await harm.hotline.floor()).policy
    try:
        for text in (*GARBAGE, *cuts):
            file.write_text(text)
            told = await asyncio.to_thread(_refusal, harm)
            if "linea.yaml:" not in told:
                harm.remarks.append(f"NO PLACE: {told or 'it was taken'}")
    finally:
        file.write_text(good)
    if (await harm.hotline.floor()).policy != before:
        harm.remarks.append("NO PLACE: another policy is in force")
    await asyncio.to_thread(_refusal, harm)


def _refusal(harm: Harm) -> str:
    try:
        ControlClient(harm.hotline.folder).reload("chaos")
    except errors.HotlineError as refusal:
        return str(refusal)
    return ""


async def places_told(harm: Harm) -> Sequence[str]:
    """The last good version stays, and each error says file and line."""
    return [
        *(remark for remark in harm.remarks if remark.startswith("NO PLACE")),
        *await untouched(harm),
    ]


ROWS = (
    Row(
        name="database-down",
        fault="PostgreSQL down 60 s",
        how="kill -9, and no way to it",
        must_hold="routing goes on; the journal catches up, nothing missing, nothing twice",
        strike=database_down,
        recovers_within=3.0,
        judge=untouched,
        afterwards=journal_is_whole,
    ),
    Row(
        name="database-slow",
        fault="PostgreSQL slow",
        how="fault proxy, each answer 5 s late",
        must_hold="routing goes on; the journal catches up",
        strike=database_slow,
        recovers_within=3.0,
        judge=untouched,
        afterwards=journal_is_whole,
    ),
    Row(
        name="disk-full",
        fault="disk full, and no database",
        how="no file may grow (RLIMIT_FSIZE)",
        must_hold="I; what memory holds is written later",
        strike=disk_full,
        recovers_within=3.0,
        judge=untouched,
        afterwards=journal_is_whole,
    ),
    Row(
        name="yaml-garbage",
        fault="YAML garbage",
        how="mutated files, saved and reloaded",
        must_hold="last good version stays, error with file:line",
        strike=garbage_saved,
        recovers_within=3.0,
        judge=places_told,
    ),
)
