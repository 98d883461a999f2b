"""`hotline guard` as a process: settings in, and the loop until a signal."""

from __future__ import annotations

import asyncio
import signal
from contextlib import suppress

from router import errors
from router.adapters import logbook
from router.adapters.ami.access import Access
from router.config import LogFormat, Settings
from router.guard.watch import Guard
from router.setting_nodes import NodeSettings


def run(settings: Settings, name: str) -> None:
    """Of this node, until SIGTERM or SIGINT. Raises HotlineError for what waiting cannot mend."""
    logbook.configure(
        as_json=settings.log_format is LogFormat.JSON, level=settings.log_level.value.upper()
    )
    found = [node for node in settings.every_node if node.name == name]
    if not found:
        raise errors.NodeUnknown(name=name, known=", ".join(n.name for n in settings.every_node))
    asyncio.run(_live(settings, found[0]))


async def _live(settings: Settings, node: NodeSettings) -> None:
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    guard = Guard(
        Access(
            host=node.ami_host,
            port=node.ami_port,
            user=node.guard_user,
            password=node.guard_password,
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
