"""`hotline guard` as a process: settings in, and the loop until a signal."""

from __future__ import annotations

import asyncio
import signal
from contextlib import suppress

from router.adapters import logbook
from router.adapters.ami.access import Access
from router.config import LogFormat, Settings
from router.guard.watch import Guard


def run(settings: Settings) -> None:
    """Until SIGTERM or SIGINT. Raises HotlineError for what waiting cannot mend."""
    logbook.configure(
        as_json=settings.log_format is LogFormat.JSON, level=settings.log_level.value.upper()
    )
    asyncio.run(_live(settings))


async def _live(settings: Settings) -> None:
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    guard = Guard(
        Access(
            host=settings.ami_host,
            port=settings.ami_port,
            user=settings.guard_user,
            password=settings.guard_password,
            timeout=settings.ami_timeout,
        )
    )
    watching = asyncio.create_task(guard.run())
    stopping = asyncio.create_task(stop.wait())
    await asyncio.wait({watching, stopping}, return_when=asyncio.FIRST_COMPLETED)
    stopping.cancel()
    watching.cancel()
    with suppress(asyncio.CancelledError):
        await watching
