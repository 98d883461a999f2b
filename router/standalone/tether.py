"""A child process that never outlives its parent, not even a parent that was killed."""

from __future__ import annotations

import asyncio
from asyncio.subprocess import Process
from collections.abc import Sequence
from contextlib import suppress

_GRACE = 0.5


def tethered(command: Sequence[str]) -> list[str]:
    """The kernel kills it when the thread that started it ends (prctl PR_SET_PDEATHSIG)."""
    return ["setpriv", "--pdeathsig", "KILL", "--", *command]


async def end(process: Process) -> None:
    """Asks, and after half a second insists."""
    with suppress(ProcessLookupError):
        process.terminate()
    try:
        await asyncio.wait_for(process.wait(), _GRACE)
    except TimeoutError:
        with suppress(ProcessLookupError):
            process.kill()
        await process.wait()
