"""A real PostgreSQL for tests, and a database of its own for each of them.

In a conftest.py:

    @pytest.fixture(scope="session")
    def postgres(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningPostgres]:
        with running_postgres(tmp_path_factory.mktemp("postgres")) as running:
            yield running

    @pytest.fixture(scope="session")
    def template(postgres: RunningPostgres) -> str:
        return asyncio.run(make_template(postgres, migrate))

    @pytest.fixture
    async def database(postgres: RunningPostgres, template: str) -> AsyncIterator[str]:
        async with fresh_database(postgres, template) as dsn:
            yield dsn
"""

from __future__ import annotations

import os
import secrets
import select
import signal
import socket
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from datetime import timedelta
from pathlib import Path
from urllib.parse import urlsplit

import asyncpg

from router.standalone import postgres
from router.standalone.postgres import RunningPostgres

KILLED_WITHIN = timedelta(seconds=10)
# Nobody needs these data after a power cut.
FAST = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}


def free_port() -> int:
    """A port nobody listens on at this moment."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
    assert isinstance(port, int)
    return port


@contextmanager
def running_postgres(folder: Path) -> Iterator[RunningPostgres]:
    """Runs until the block ends."""
    running = postgres.start(folder, free_port(), extra=FAST)
    try:
        yield running
    finally:
        postgres.stop(folder)


def kill(server: RunningPostgres) -> None:
    """Kills it whole, as a power cut does; returns once every process of it is gone.

    The server's process alone would not do: those that serve connections outlive it for a moment,
    and may still write what they are given.
    """
    children = Path(f"/proc/{server.pid}/task/{server.pid}/children").read_text().split()
    processes = [server.pid, *map(int, children)]
    opened = [os.pidfd_open(each) for each in processes]
    for each in opened:
        signal.pidfd_send_signal(each, signal.SIGKILL)
    for each in opened:
        ended, _, _ = select.select([each], [], [], KILLED_WITHIN.total_seconds())
        assert ended, "a killed process of PostgreSQL goes on"
        os.close(each)


async def make_template(
    server: RunningPostgres, prepare: Callable[[str], Awaitable[object]]
) -> str:
    """A database on which `prepare(dsn)` has run once, to be cloned in some 40 ms."""
    name = f"template_{secrets.token_hex(4)}"
    await _execute(server.dsn, f"CREATE DATABASE {name} TEMPLATE template0")
    await prepare(dsn_of(server, name))
    return name


@asynccontextmanager
async def fresh_database(
    server: RunningPostgres, template: str = "template0"
) -> AsyncIterator[str]:
    """The dsn of a clone of `template`, dropped after the block whoever is still connected."""
    name = f"test_{secrets.token_hex(6)}"
    await _execute(server.dsn, f"CREATE DATABASE {name} TEMPLATE {template} STRATEGY file_copy")
    try:
        yield dsn_of(server, name)
    finally:
        try:
            await _execute(server.dsn, f"DROP DATABASE {name} WITH (FORCE)")
        except asyncpg.InsufficientPrivilegeError:
            # The server's own housekeeping was there: without force it is asked to go.
            await _execute(server.dsn, f"DROP DATABASE {name}")


def dsn_of(server: RunningPostgres, database: str) -> str:
    return urlsplit(server.dsn)._replace(path=f"/{database}").geturl()


async def _execute(dsn: str, statement: str) -> None:
    connection = await asyncpg.connect(dsn)
    try:
        await connection.execute(statement)
    finally:
        await connection.close()
