"""The lease that tells which engine is the active one, and the list of those that stand by."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import TypeVar

from router.adapters.postgres.connection import (
    LOSSES,
    Connection,
    close,
    connect,
    in_our_words,
)
from router.adapters.postgres.statements import statement
from router.succession import LEASE_FOR, Lease

CHANNEL = "hotline_lease"
ANSWERS_WITHIN = 1.0
"""Seconds: who waits longer for a database would be late in Asterisk."""

T = TypeVar("T")


class PostgresLease:
    """Of `house`, as the engine `name` sees it; every method raises DatabaseUnreachable and
    DatabaseRefused.

    `hint` is set by NOTIFY; whoever relies on it looks each second all the same.
    """

    def __init__(self, dsn: str, *, house: str, name: str) -> None:
        self._dsn = dsn
        self._house = house
        self._name = name
        self._connection: Connection | None = None
        self._one_by_one = asyncio.Lock()
        self.hint = asyncio.Event()

    async def look(self) -> Lease:
        """As it is now; of token 0 if it was never taken."""
        row = await self._ask(lambda c: c.fetchrow(statement("look_at_lease"), self._house))
        return Lease(token=0, holder="", valid=False) if row is None else Lease(**row)

    async def take(self, token: int, *, instead_of: int) -> bool:
        """Whether it is ours now; not if somebody else was quicker."""
        taken = await self._ask(
            lambda c: c.fetchval(
                statement("take_lease"), self._house, token, self._name, LEASE_FOR, instead_of
            )
        )
        return taken is not None

    async def keep(self, token: int) -> int:
        """For another while; the token in force, which is higher if another engine has it."""
        kept: int | None = await self._ask(
            lambda c: c.fetchval(statement("keep_lease"), self._house, token, self._name, LEASE_FOR)
        )
        return kept if kept is not None else (await self.look()).token

    async def let_go(self, token: int, heir: str) -> None:
        """At once, for `heir` if that is said; nothing happens if it is not ours."""
        await self._ask(
            lambda c: c.execute(statement("let_lease_go"), self._house, token, self._name, heir)
        )

    async def stand_by(self) -> None:
        """Be listed."""
        await self._ask(lambda c: c.execute(statement("note_standby"), self._house, self._name))

    async def stand_by_no_more(self) -> None:
        """Be listed no more."""
        await self._ask(lambda c: c.execute(statement("forget_standby"), self._house, self._name))

    async def standbys(self) -> tuple[str, ...]:
        """Whoever stands by."""
        rows = await self._ask(lambda c: c.fetch(statement("standbys"), self._house))
        return tuple(row["name"] for row in rows)

    async def close(self) -> None:
        """The connection."""
        connection, self._connection = self._connection, None
        if connection is not None:
            await close(connection)

    async def _ask(self, question: Callable[[Connection], Awaitable[T]]) -> T:
        async with self._one_by_one:
            try:
                async with asyncio.timeout(ANSWERS_WITHIN):
                    return await question(await self._connected())
            except LOSSES as problem:
                connection, self._connection = self._connection, None
                if connection is not None:
                    connection.terminate()
                raise in_our_words(problem, self._dsn) from problem

    async def _connected(self) -> Connection:
        if self._connection is None or self._connection.is_closed():
            self._connection = await connect(self._dsn)
            await self._connection.add_listener(CHANNEL, lambda *_: self.hint.set())
        return self._connection
