"""The journal of a stack under test, as its database has it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import asyncpg


async def asked(database: str, query: str, *values: object) -> Sequence[Any]:
    """The rows; none while the database is away."""
    try:
        connection = await asyncpg.connect(database, timeout=2)
    except (OSError, asyncpg.PostgresError, TimeoutError):
        return ()
    try:
        rows: Sequence[Any] = await connection.fetch(query, *values)
    finally:
        await connection.close()
    return rows


async def kinds_of(database: str, call: str) -> list[str]:
    """Of a call's records, in order."""
    rows = await asked(
        database, "SELECT kind FROM call_records WHERE call_id = $1 ORDER BY epoch, seq", call
    )
    return [row["kind"] for row in rows]
