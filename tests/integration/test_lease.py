"""The lease on a real PostgreSQL: one of many has it, by the database's own clock."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

import asyncpg
import pytest

from router.adapters.postgres.lease import PostgresLease
from router.errors import DatabaseRefused, DatabaseUnreachable
from router.succession import Lease


@asynccontextmanager
async def leases(dsn: str, *names: str) -> AsyncIterator[list[PostgresLease]]:
    made = [PostgresLease(dsn, house="n1", name=name) for name in names]
    try:
        yield made
    finally:
        for each in made:
            await each.close()


async def test_lease_is_taken_once_however_many_want_it(database: str) -> None:
    async with leases(database, *(f"engine-{n}" for n in range(8))) as all_of_them:
        assert (await all_of_them[0].look()).token == 0
        for token in range(1, 6):
            taken = await asyncio.gather(
                *(each.take(token, instead_of=token - 1) for each in all_of_them)
            )
            assert sum(taken) == 1
            seen = await all_of_them[0].look()
            assert seen == Lease(token=token, holder=f"engine-{taken.index(True)}", valid=True)


async def test_older_token_learns_of_the_newer_one_and_gets_nothing(database: str) -> None:
    async with leases(database, "a", "b") as (old, new):
        assert await old.take(1, instead_of=0)
        assert await new.take(2, instead_of=1)
        assert await old.keep(1) == 2
        await old.let_go(1, "")
        assert await new.look() == Lease(token=2, holder="b", valid=True)


async def test_token_that_was_taken_without_the_database_is_noted_when_it_is_back(
    database: str,
) -> None:
    async with leases(database, "a", "b") as (old, new):
        assert await old.take(1, instead_of=0)
        assert await new.keep(5) == 5
        assert await old.keep(1) == 5
        assert (await old.look()).holder == "b"


async def test_lease_that_is_let_go_says_for_whom_and_hints_at_once(database: str) -> None:
    async with leases(database, "a", "b") as (active, standby):
        assert await active.take(1, instead_of=0)
        await standby.look()
        standby.hint.clear()
        await active.let_go(1, "b")
        async with asyncio.timeout(5):
            await standby.hint.wait()
        assert await standby.look() == Lease(
            token=1, holder="a", valid=False, let_go=True, heir="b"
        )
        assert await standby.take(2, instead_of=1)
        assert await standby.look() == Lease(token=2, holder="b", valid=True)


async def test_lease_that_is_not_kept_is_over(database: str) -> None:
    async with leases(database, "a") as (lease,):
        assert await lease.take(1, instead_of=0)
        connection = await asyncpg.connect(database)
        await connection.execute("UPDATE engine_lease SET until = until - interval '4 seconds'")
        await connection.close()
        assert not (await lease.look()).valid
        assert await lease.keep(1) == 1
        assert (await lease.look()).valid


async def test_who_stands_by_is_listed_until_it_says_otherwise(database: str) -> None:
    async with leases(database, "a", "b") as (active, standby):
        await standby.stand_by()
        await standby.stand_by()
        assert await active.standbys() == ("b",)
        await standby.stand_by_no_more()
        assert await active.standbys() == ()


async def test_lease_comes_back_after_its_connection_was_cut(database: str) -> None:
    async with leases(database, "a") as (lease,):
        assert await lease.take(1, instead_of=0)
        connection = await asyncpg.connect(database)
        await connection.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid()"
            " AND backend_type = 'client backend'"
        )
        await connection.close()
        with suppress(DatabaseUnreachable):  # if the end of it was not noticed before
            await lease.keep(1)
        assert await lease.keep(1) == 1


async def test_database_that_was_never_migrated_is_no_lease(empty_database: str) -> None:
    async with leases(empty_database, "a") as (lease,):
        with pytest.raises(DatabaseRefused, match="engine_lease"):
            await lease.look()
