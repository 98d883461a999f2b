"""The heartbeat: a user event goes out and comes back by the routing loop, then it is written."""

from __future__ import annotations

import asyncio

from router.adapters.ari.access import APPLICATION
from router.adapters.ari.rest import Rest
from router.adapters.ari.translate import BEAT

BEAT_EVERY = 1.0
VARIABLE = "ENGINE_BEAT"
"""Global in the dialplan: the time, by Asterisk's clock, when the engine was last seen alive."""


class Heart:
    """Give it a connection of its own: a request that waits for a prompt must not delay it."""

    def __init__(self, rest: Rest) -> None:
        self._rest = rest

    async def run(self) -> None:
        """Send the user event each second. Without an answer there is simply no beat."""
        loop = asyncio.get_running_loop()
        due = loop.time()
        while True:
            await self._rest.ask("events", "userEvent", eventName=BEAT, application=APPLICATION)
            due = max(due + BEAT_EVERY, loop.time())
            await asyncio.sleep(due - loop.time())

    async def write(self, stamp: float) -> None:
        """The engine's routing loop has seen the event that Asterisk stamped so."""
        value = f"{stamp:.3f}"
        await self._rest.ask("asterisk", "setGlobalVar", variable=VARIABLE, value=value)
