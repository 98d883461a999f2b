"""Who wants to be called back: the list, the number to call, and what came of it."""

from __future__ import annotations

from pathlib import Path

from router import errors
from router.adapters.postgres.connection import connected
from router.adapters.postgres.statements import statement
from router.adapters.sealing import Seal, secret_in
from router.core.vocabulary import CallId, QueueName
from router.ledger import Callback


class Callbacks:
    """Every method raises DatabaseUnreachable and DatabaseRefused."""

    def __init__(self, dsn: str, *, key_file: Path) -> None:
        self._dsn = dsn
        self._key_file = key_file

    async def listed(self, *, limit: int, closed_too: bool = False) -> list[Callback]:
        """Who arrived first comes first: an arrival is kept through a callback (routing.md O2)."""
        async with connected(self._dsn) as connection:
            rows = await connection.fetch(statement("callbacks"), limit, closed_too)
        return [
            Callback(
                call=CallId(row["call_id"]),
                asked_at=row["asked_at"],
                queue=QueueName(row["queue"]),
                arrived_at=row["arrived_at"],
                other_number=row["other_number"],
                tries=row["tries"],
                reached=row["reached"],
                number_kept=row["number_kept"],
            )
            for row in rows
        ]

    async def reveal(self, call: CallId, *, by_whom: str, reason: str) -> str:
        """The number to call; who asked and why is written down first.

        Raises NumberNotKept.
        """
        async with connected(self._dsn) as connection:
            sealed = await connection.fetchval(statement("callback_number"), call)
            if sealed is None:
                raise errors.NumberNotKept(call=call)
            await connection.execute(statement("note_reveal"), call, by_whom, reason)
        number = Seal(secret_in(self._key_file)).open(call, bytes(sealed))
        if number is None:
            raise errors.NumberNotKept(call=call)
        return number

    async def tried(self, call: CallId, *, reached: bool) -> None:
        """One more try. Raises CallbackUnknown."""
        async with connected(self._dsn) as connection:
            known = await connection.fetchval(statement("try_callback"), call, reached)
        if not known:
            raise errors.CallbackUnknown(call=call)
