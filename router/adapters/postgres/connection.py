"""A connection to PostgreSQL, with what may go wrong named in our words."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import TypeAlias
from urllib.parse import unquote, urlsplit

import asyncpg

from router.errors import DatabaseRefused, DatabaseUnreachable, HotlineError

Connection: TypeAlias = "asyncpg.Connection[asyncpg.Record]"
SETTING = "HOTLINE_DATABASE"
CONNECTED_WITHIN = timedelta(seconds=5)

LOSSES = (
    OSError,
    TimeoutError,
    asyncpg.PostgresError,
    asyncpg.InterfaceError,
    asyncpg.InternalClientError,
)
"""What asyncpg raises when the server, the way to it, or a back-end goes away; InternalClientError
comes just after back-ends died."""


def where(dsn: str) -> str:
    """The address without user and password."""
    try:
        parts = urlsplit(dsn)
        host = parts.hostname or "the local socket"
        port = f":{parts.port}" if parts.port else ""
        return f"{host}{port}/{unquote(parts.path.lstrip('/'))}"
    except ValueError:
        return "the address given"


async def connect(dsn: str, within: timedelta = CONNECTED_WITHIN) -> Connection:
    """A connection, or DatabaseUnreachable."""
    try:
        async with asyncio.timeout(within.total_seconds()):
            return await asyncpg.connect(dsn, timeout=within.total_seconds())
    except (*LOSSES, ValueError) as problem:
        raise DatabaseUnreachable(
            where=where(dsn), detail=told(problem), setting=SETTING
        ) from problem


@asynccontextmanager
async def connected(dsn: str) -> AsyncIterator[Connection]:
    """A connection for the block; raises DatabaseUnreachable and DatabaseRefused for it."""
    connection = await connect(dsn)
    try:
        yield connection
    except LOSSES as problem:
        raise in_our_words(problem, dsn) from problem
    finally:
        await close(connection)


def in_our_words(problem: BaseException, dsn: str) -> HotlineError:
    """Whether the server is away or says no."""
    says_no = isinstance(problem, asyncpg.PostgresError) and not isinstance(
        problem, asyncpg.PostgresConnectionError | asyncpg.OperatorInterventionError
    )
    if says_no:
        return DatabaseRefused(where=where(dsn), detail=told(problem))
    return DatabaseUnreachable(where=where(dsn), detail=told(problem), setting=SETTING)


async def close(connection: Connection) -> None:
    """Ends it in an orderly way if the server still listens, and at once if not."""
    try:
        await connection.close(timeout=1)
    except LOSSES:
        connection.terminate()


def told(problem: BaseException) -> str:
    """The problem's first line; DETAIL lines are left out, for they quote values."""
    if isinstance(problem, TimeoutError):
        return "no answer in time"
    lines = str(problem).strip().splitlines() or [type(problem).__name__]
    return lines[0].rstrip(".")
