"""Brings a database to the shape this version needs: plain SQL files, forward only, once each."""

from __future__ import annotations

import asyncio
import hashlib
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import structlog

from router.adapters.postgres.connection import Connection, connected, where
from router.adapters.postgres.statements import statement
from router.adapters.postgres.write_behind import Trouble
from router.errors import (
    DatabaseUnreachable,
    HotlineError,
    MigrationEdited,
    MigrationsBusy,
    MigrationsMissing,
    MigrationUnknown,
)

log = structlog.get_logger("hotline")

MIGRATING = "migrations"
"""The alarm of a database that cannot be brought to this version's shape."""
ASK_AGAIN_AFTER = 1.0
LOOK_AGAIN_AFTER = timedelta(milliseconds=100)
OTHERS_FINISH_WITHIN = timedelta(seconds=60)


@dataclass(frozen=True, slots=True, kw_only=True)
class Migration:
    """One file, named like `0007_wrap_up_reasons`."""

    name: str
    sql: str

    @property
    def sha256(self) -> str:
        """What is remembered of it, to notice a later edit."""
        return hashlib.sha256(self.sql.encode()).hexdigest()


def read(folder: Path) -> list[Migration]:
    """The migrations of a folder in their order; MigrationsMissing if there is none."""
    found = [
        Migration(name=file.stem, sql=file.read_text(encoding="utf-8"))
        for file in sorted(folder.glob("[0-9][0-9][0-9][0-9]_*.sql"))
    ]
    if not found:
        raise MigrationsMissing(folder=folder)
    return found


async def apply(dsn: str, folder: Path) -> list[str]:
    """Applies what is new, and names it. Several may call this at once: one works, others wait.

    Raises DatabaseUnreachable, MigrationEdited, MigrationUnknown, MigrationsBusy.
    """
    migrations = read(folder)
    async with connected(dsn) as connection:
        return await bring_up_to_date(connection, migrations, where(dsn))


async def apply_in_time(dsn: str, folder: Path, on_trouble: Trouble) -> None:
    """As soon as the database is there; what else is in the way is an alarm meanwhile."""
    said = False
    while True:
        try:
            for name in await apply(dsn, folder):
                log.info("database.migrated", migration=name)
            on_trouble(MIGRATING, None)
            return
        except DatabaseUnreachable as absence:
            if not said:
                log.warning("database.waiting", text=str(absence))
            said = True
        except HotlineError as refusal:
            # Calls go on; what is to be written waits on the disk until somebody mends it.
            on_trouble(MIGRATING, str(refusal))
        await asyncio.sleep(ASK_AGAIN_AFTER)


async def bring_up_to_date(
    connection: Connection, migrations: list[Migration], place: str
) -> list[str]:
    """The same on a connection that is there; each migration is one transaction."""
    await _lock(connection, place)
    try:
        await connection.execute(statement("create_migrations"))
        rows = await connection.fetch(statement("list_migrations"))
        applied: dict[str, str] = {row["name"]: row["sha256"] for row in rows}
        _compare(applied, migrations, place)
        new = [each for each in migrations if each.name not in applied]
        for each in new:
            async with connection.transaction():
                await connection.execute(each.sql)
                await connection.execute(statement("record_migration"), each.name, each.sha256)
        return [each.name for each in new]
    finally:
        if not connection.is_closed():
            await connection.execute(statement("unlock_migrations"))


async def _lock(connection: Connection, place: str) -> None:
    """By polling: one who *waits* for the lock would hold up CREATE INDEX CONCURRENTLY for ever."""
    tries = int(OTHERS_FINISH_WITHIN / LOOK_AGAIN_AFTER)
    for _ in range(tries):
        if await connection.fetchval(statement("lock_migrations")):
            return
        await asyncio.sleep(LOOK_AGAIN_AFTER.total_seconds())
    raise MigrationsBusy(where=place, seconds=int(OTHERS_FINISH_WITHIN.total_seconds()))


def _compare(applied: dict[str, str], migrations: list[Migration], place: str) -> None:
    known = {each.name: each for each in migrations}
    for name, sha256 in applied.items():
        if name not in known:
            raise MigrationUnknown(where=place, name=name)
        if known[name].sha256 != sha256:
            raise MigrationEdited(where=place, name=name)
