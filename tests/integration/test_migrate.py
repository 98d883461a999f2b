"""Migrations: once each, never edited, and what they promise about the tables."""

from __future__ import annotations

import asyncio
import shutil
from pathlib import Path

import asyncpg
import pytest

from router.adapters.postgres import migrate
from router.adapters.postgres.connection import connected
from router.adapters.postgres.statements import names, statement
from router.errors import (
    DatabaseRefused,
    DatabaseUnreachable,
    MigrationEdited,
    MigrationsMissing,
    MigrationUnknown,
)
from tests.integration.conftest import MIGRATIONS
from tests.postgres import free_port

ALL = [file.stem for file in sorted(MIGRATIONS.glob("*.sql"))]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return Path(shutil.copytree(MIGRATIONS, tmp_path / "migrations"))


async def test_migrations_are_applied_once(empty_database: str) -> None:
    assert await migrate.apply(empty_database, MIGRATIONS) == ALL
    assert await migrate.apply(empty_database, MIGRATIONS) == []


async def test_three_engines_that_start_at_once_migrate_once(
    empty_database: str,
) -> None:
    done = await asyncio.gather(*(migrate.apply(empty_database, MIGRATIONS) for _ in range(3)))
    assert sorted(done, key=len) == [[], [], ALL]


async def test_a_migration_that_was_edited_is_refused(database: str, folder: Path) -> None:
    first = folder / f"{ALL[0]}.sql"
    first.write_text(first.read_text() + "-- harmless\n")
    with pytest.raises(MigrationEdited, match=ALL[0]):
        await migrate.apply(database, folder)


async def test_a_database_of_a_newer_version_is_refused(database: str, folder: Path) -> None:
    (folder / f"{ALL[-1]}.sql").unlink()
    with pytest.raises(MigrationUnknown, match=ALL[-1]):
        await migrate.apply(database, folder)


async def test_a_migration_that_fails_leaves_nothing_behind(database: str, folder: Path) -> None:
    (folder / "9000_half.sql").write_text("CREATE TABLE half (a int); SELECT nonsense;")
    with pytest.raises(DatabaseRefused, match="nonsense"):
        await migrate.apply(database, folder)
    async with connected(database) as connection:
        assert await connection.fetchval("SELECT to_regclass('half')") is None
    (folder / "9000_half.sql").write_text("CREATE TABLE half (a int);")
    assert await migrate.apply(database, folder) == ["9000_half"]


async def test_a_folder_without_migrations_is_named(database: str, tmp_path: Path) -> None:
    with pytest.raises(MigrationsMissing, match=str(tmp_path)):
        await migrate.apply(database, tmp_path)


async def test_a_database_that_is_not_there_is_named_without_its_password() -> None:
    port = free_port()
    with pytest.raises(DatabaseUnreachable) as told:
        await migrate.apply(f"postgresql://hotline:geheim@127.0.0.1:{port}/hotline", MIGRATIONS)
    assert f"127.0.0.1:{port}/hotline" in str(told.value)
    assert "geheim" not in str(told.value)


@pytest.mark.parametrize("table", ["call_records", "house_records"])
@pytest.mark.parametrize("change", ["UPDATE {} SET kind = 'x'", "DELETE FROM {}", "TRUNCATE {}"])
async def test_what_was_written_cannot_be_changed(database: str, table: str, change: str) -> None:
    async with connected(database) as connection:
        with pytest.raises(asyncpg.InsufficientPrivilegeError, match="append-only"):
            await connection.execute(change.format(table))


@pytest.mark.parametrize("name", names())
async def test_every_statement_prepares_and_says_its_purpose(database: str, name: str) -> None:
    text = statement(name)
    assert text.startswith("-- ")
    assert text.splitlines()[0].endswith(".")
    async with connected(database) as connection:
        await connection.prepare(text)
