"""One real PostgreSQL for all integration tests, and a migrated database for each."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from router.adapters.postgres import migrate
from router.standalone.postgres import RunningPostgres
from tests.postgres import fresh_database, make_template, running_postgres

MIGRATIONS = Path(__file__).parents[2] / "migrations"


@pytest.fixture(scope="session")
def postgres(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningPostgres]:
    with running_postgres(tmp_path_factory.mktemp("postgres")) as running:
        yield running


@pytest.fixture(scope="session")
def template(postgres: RunningPostgres) -> str:
    return asyncio.run(make_template(postgres, lambda dsn: migrate.apply(dsn, MIGRATIONS)))


@pytest.fixture
async def database(postgres: RunningPostgres, template: str) -> AsyncIterator[str]:
    async with fresh_database(postgres, template) as dsn:
        yield dsn


@pytest.fixture
async def empty_database(postgres: RunningPostgres) -> AsyncIterator[str]:
    async with fresh_database(postgres) as dsn:
        yield dsn
