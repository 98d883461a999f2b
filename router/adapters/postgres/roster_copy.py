"""The roster, from the active engine to those that stand by on other machines, sealed."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from datetime import datetime
from pathlib import Path

import structlog

from router.adapters.postgres.connection import Connection, connected
from router.adapters.postgres.statements import statement
from router.adapters.sealing import Envelope, secret_in
from router.errors import DatabaseRefused, DatabaseUnreachable

LOOK_EVERY = 1.0

log = structlog.get_logger("hotline")


class RosterCopy:
    """`folder` tells state folders apart, across machines. While the database is away there is no
    newer copy, and nobody waits for one."""

    def __init__(self, dsn: str, *, house: str, folder: str, key_file: Path) -> None:
        """Raises KeyFileInvalid."""
        self._dsn = dsn
        self._house = house
        self._folder = folder
        self._envelope = Envelope(secret_in(key_file), b"hotline: roster")

    async def give(self, token: int, read: Callable[[], bytes | None]) -> None:
        """Keep the active engine's roster in step, until cancelled."""
        given: bytes | None = None

        async def look(connection: Connection) -> None:
            nonlocal given
            content = await asyncio.to_thread(read)
            if content is None or content == given:
                return
            sealed = self._envelope.close(self._house, content)
            await connection.execute(
                statement("keep_roster"), self._house, token, self._folder, sealed
            )
            given = content

        await self._each_second(look)

    async def take(self, write: Callable[[bytes], None]) -> None:
        """Have the newest roster of an active engine elsewhere, until cancelled."""
        known: datetime | None = None

        async def look(connection: Connection) -> None:
            nonlocal known
            row = await connection.fetchrow(
                statement("roster_elsewhere"), self._house, self._folder, known
            )
            if row is None:
                return
            known = row["kept_at"]
            content = self._envelope.open(self._house, bytes(row["sealed"]))
            if content is None:
                log.warning("roster.unreadable", text=OTHER_KEY)
            else:
                await asyncio.to_thread(write, content)

        await self._each_second(look)

    async def _each_second(self, look: Callable[[Connection], Awaitable[None]]) -> None:
        while True:
            try:
                async with connected(self._dsn) as connection:
                    while True:
                        await look(connection)
                        await asyncio.sleep(LOOK_EVERY)
            except (DatabaseUnreachable, DatabaseRefused):
                await asyncio.sleep(LOOK_EVERY)


OTHER_KEY = (
    "The roster of the active engine is sealed under another key: copy its identity.key into this"
    " state folder, or nobody is logged in after a take-over."
)
