"""A9.3: what the engine's memory grows by for each caller who waits."""

from __future__ import annotations

import asyncio
from datetime import timedelta

from tests.bench.figures import Figure
from tests.bench.processes import resident
from tests.bench.stack import Bench

RATE = 50
# A silent caller is in the queue after greeting, menu and the menu's 4 s.
QUEUED_AFTER = 12.0
WARM = 100
ASK_EVERY = 0.5


async def measure(bench: Bench, *, quick: bool) -> list[Figure]:
    """Silent callers come to the crisis queue, where nobody is on shift."""
    calls = 100 if quick else 300
    # The first calls open connections and fill caches: they are not what a call costs.
    await bench.load(WARM, rate=RATE, talk_for=timedelta(seconds=1))
    await asyncio.sleep(1)
    engine, asterisk = resident(bench.engine.pid), resident(bench.asterisk_pid)
    full = await _wait_in_queue(bench, calls)
    per_call = (full[0] - engine) / calls / 1024
    asterisks = (full[1] - asterisk) / calls / 1024
    return [
        Figure(
            name=f"memory of a waiting call (at {calls}), engine",
            samples=calls,
            ours=f"{per_call:.1f} KiB ({engine / 2**20:.1f} MiB without a call)",
            versus=f"Asterisk's own: {asterisks:.0f} KiB",
        )
    ]


async def _wait_in_queue(bench: Bench, calls: int) -> tuple[int, int]:
    """Resident bytes of the engine and of Asterisk while all of them wait."""
    lasts = calls / RATE + QUEUED_AFTER + 2.0
    load = asyncio.create_task(bench.load(calls, rate=RATE, talk_for=timedelta(seconds=lasts)))
    try:
        async with asyncio.timeout(2 * lasts):
            while await asyncio.to_thread(bench.queued) < calls:  # noqa: ASYNC110 a queue's length
                await asyncio.sleep(ASK_EVERY)
        return resident(bench.engine.pid), resident(bench.asterisk_pid)
    finally:
        await load
