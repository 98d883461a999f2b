"""Callers' numbers: sealed at once, kept for a day in the one table that may hold them."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from router.adapters.postgres.connection import Connection, connected
from router.adapters.postgres.statements import statement
from router.adapters.postgres.write_behind import Limits, Trouble, WriteBehind
from router.adapters.sealing import Seal, secret_in
from router.core.vocabulary import CallerKey, CallId
from router.errors import DatabaseRefused, DatabaseUnreachable
from router.numbers import caller_number

KEPT_FOR = timedelta(hours=24)
"""domain.md, Law."""
SWEEP_EVERY = timedelta(minutes=5)
ROOM = 10_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Sealed:
    """A number on its way to the table; `at` is monotonic, in seconds. `key` None: the caller did
    not call from it, and wants to be called there."""

    call: CallId
    number: bytes
    key: CallerKey | None
    at: float


class PostgresIdentities:
    """Keeps `ports.Identities`' promise. No number is ever logged or put into an error."""

    def __init__(
        self,
        dsn: str,
        *,
        key_file: Path,
        on_trouble: Trouble,
        kept_for: timedelta = KEPT_FOR,
        sweep_every: timedelta = SWEEP_EVERY,
        limits: Limits | None = None,
    ) -> None:
        """Raises KeyFileInvalid."""
        self._dsn = dsn
        self._seal = Seal(secret_in(key_file))
        self._kept_for = kept_for
        self._sweep_every = sweep_every
        self._keep = statement("keep_identities")
        self._keep_callbacks = statement("keep_callback_numbers")
        self._behind = WriteBehind[Sealed](
            dsn,
            self._write,
            name="identities",
            on_trouble=on_trouble,
            limits=limits or Limits(room=ROOM),
        )

    def seal(self, call: CallId, number: str) -> CallerKey | None:
        """Keep the number encrypted, written behind; its keyed hash, or None if withheld."""
        plain = caller_number(number)
        if plain is None:
            return None
        key = self._seal.key_of(plain)
        now = asyncio.get_running_loop().time()
        self._behind.put([Sealed(call=call, number=self._seal.close(call, plain), key=key, at=now)])
        return key

    def keep_for_callback(self, call: CallId, number: str) -> None:
        """Where the caller wants to be called, if not where they called from; written behind."""
        plain = caller_number(number) or number
        now = asyncio.get_running_loop().time()
        self._behind.put(
            [Sealed(call=call, number=self._seal.close(call, plain), key=None, at=now)]
        )

    async def run(self) -> None:
        """Writes, and deletes what is too old, until cancelled."""
        async with asyncio.TaskGroup() as group:
            group.create_task(self._behind.run())
            group.create_task(self._sweep())

    async def drain(self, within: timedelta) -> int:
        """At the end of the engine's life: how many numbers could not be written in time."""
        return await self._behind.drain(within)

    async def reveal(self, call: CallId) -> str | None:
        """The number of a call of the last day; the asker's right and reason are the caller's duty.

        Raises DatabaseUnreachable, DatabaseRefused.
        """
        async with connected(self._dsn) as connection:
            sealed = await connection.fetchval(statement("find_identity"), call)
        return None if sealed is None else self._seal.open(call, bytes(sealed))

    async def forget(self, call: CallId) -> None:
        """Deletes all that is known of a number at once, its hash too: an anonymous report.

        Raises DatabaseUnreachable, DatabaseRefused.
        """
        async with connected(self._dsn) as connection:
            await connection.execute(statement("forget_identity"), call)

    async def sweep(self) -> int:
        """Deletes the numbers whose time is over; how many there were."""
        async with connected(self._dsn) as connection:
            gone: int = await connection.fetchval(statement("expire_identities"))
            return gone

    async def _sweep(self) -> None:
        while True:
            # The writer beside this raises the alarm; the next round deletes what is due.
            with suppress(DatabaseUnreachable, DatabaseRefused):
                await self.sweep()
            await asyncio.sleep(self._sweep_every.total_seconds())

    async def _write(self, connection: Connection, batch: Sequence[Sealed], again: bool) -> None:
        now = asyncio.get_running_loop().time()
        own = [each for each in batch if each.key is not None]
        others = list({each.call: each for each in batch if each.key is None}.values())
        await connection.execute(
            self._keep,
            [each.call for each in own],
            [each.number for each in own],
            [each.key for each in own],
            [self._kept_for - timedelta(seconds=now - each.at) for each in own],
        )
        if others:
            await connection.execute(
                self._keep_callbacks,
                [each.call for each in others],
                [each.number for each in others],
                [self._kept_for - timedelta(seconds=now - each.at) for each in others],
            )
