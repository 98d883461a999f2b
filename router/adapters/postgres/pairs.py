"""Who is kept apart from whom, at whose word; and whom callers talked to last."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta

from router import errors
from router.adapters.postgres.connection import connected
from router.adapters.postgres.statements import statement
from router.core.pairs import KNOWN_AT_MOST, Met
from router.core.vocabulary import AgentId, CallerKey, CallId
from router.ledger import NeverPair


class PostgresPairs:
    """Every method raises DatabaseUnreachable and DatabaseRefused."""

    def __init__(self, dsn: str) -> None:
        self._dsn = dsn

    async def keep_apart(self, agent: AgentId, call: CallId, *, by_whom: str, reason: str) -> int:
        """From the caller of that call; the pair's number. Raises CallerNotKnown."""
        async with connected(self._dsn) as connection:
            pair: int | None = await connection.fetchval(
                statement("keep_apart"), agent, call, by_whom, reason
            )
        if pair is None:
            raise errors.CallerNotKnown(call=call)
        return pair

    async def lift(self, pair: int, *, by_whom: str, reason: str) -> None:
        """They may meet again. Raises PairUnknown."""
        async with connected(self._dsn) as connection:
            lifted = await connection.fetchval(statement("lift_pair"), pair, by_whom, reason)
        if not lifted:
            raise errors.PairUnknown(pair=pair)

    async def listed(self, *, lifted_too: bool = False) -> list[NeverPair]:
        """The latest first."""
        async with connected(self._dsn) as connection:
            rows = await connection.fetch(statement("never_pairs"), lifted_too)
        return [
            NeverPair(
                pair=row["pair_id"],
                agent=AgentId(row["agent"]),
                call=CallId(row["call_id"]),
                at=row["at"],
                by_whom=row["by_whom"],
                reason=row["reason"],
                lifted_at=row["lifted_at"],
                lifted_by=row["lifted_by"],
                caller_known=row["caller_known"],
            )
            for row in rows
        ]

    async def read(
        self, window: timedelta | None
    ) -> tuple[Mapping[CallerKey, Met], Mapping[CallerKey, tuple[AgentId, ...]]]:
        """Whom callers talked to last within the window (None: nobody asks), and whom not to."""
        known = {} if window is None else await self.known(window)
        return known, await self.apart()

    async def known(self, window: timedelta) -> dict[CallerKey, Met]:
        """Whom each caller talked to last, within the window."""
        async with connected(self._dsn) as connection:
            rows = await connection.fetch(statement("pairs_known"), window, KNOWN_AT_MOST)
        return {
            CallerKey(row["caller_key"]): Met(agent=AgentId(row["agent"]), at=row["at"])
            for row in rows
        }

    async def apart(self) -> dict[CallerKey, tuple[AgentId, ...]]:
        """Whom each caller must not get."""
        async with connected(self._dsn) as connection:
            rows = await connection.fetch(statement("pairs_apart"))
        found: dict[CallerKey, tuple[AgentId, ...]] = {}
        for row in rows:
            key = CallerKey(row["caller_key"])
            found[key] = (*found.get(key, ()), AgentId(row["agent"]))
        return found
