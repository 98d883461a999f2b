"""Callers' numbers: sealed, in one table, for a day."""

from __future__ import annotations

import asyncio
import stat
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from datetime import timedelta
from pathlib import Path

import pytest

from router.adapters.postgres.connection import connected
from router.adapters.postgres.identities import PostgresIdentities
from router.adapters.sealing import Seal, secret_in
from router.core.vocabulary import CallId
from router.errors import KeyFileInvalid
from tests.integration.troubles import Troubles

SOON = timedelta(seconds=20)
CALL, OTHER = CallId("n1-17.1"), CallId("n1-17.2")


@asynccontextmanager
async def identities(
    dsn: str, key_file: Path, kept_for: timedelta = timedelta(hours=24)
) -> AsyncIterator[PostgresIdentities]:
    kept = PostgresIdentities(dsn, key_file=key_file, on_trouble=Troubles(), kept_for=kept_for)
    run = asyncio.create_task(kept.run())
    try:
        yield kept
    finally:
        run.cancel()
        with suppress(asyncio.CancelledError):
            await run


@pytest.fixture
def key_file(tmp_path: Path) -> Path:
    return tmp_path / "identity.key"


async def whole_table(dsn: str) -> str:
    async with connected(dsn) as connection:
        return str(await connection.fetch("SELECT * FROM call_identity"))


async def test_a_number_is_kept_sealed_and_can_be_revealed(database: str, key_file: Path) -> None:
    async with identities(database, key_file) as kept:
        key = kept.seal(CALL, "55 1234 5678")
        assert kept.seal(OTHER, "+525512345678") == key, "the same telephone"
        assert await kept.drain(SOON) == 0
        assert await kept.reveal(CALL) == "+525512345678"
        assert "5512345678" not in await whole_table(database)


async def test_a_withheld_number_leaves_nothing(database: str, key_file: Path) -> None:
    async with identities(database, key_file) as kept:
        assert kept.seal(CALL, "anonymous") is None
        assert await kept.drain(SOON) == 0
        assert await whole_table(database) == "[]"


async def test_after_its_time_the_number_is_gone(database: str, key_file: Path) -> None:
    async with identities(database, key_file, kept_for=timedelta(0)) as kept:
        key = kept.seal(CALL, "5512345678")
        assert await kept.drain(SOON) == 0
        assert await kept.reveal(CALL) is None
        await kept.sweep()
    async with connected(database) as connection:
        (row,) = await connection.fetch("SELECT * FROM call_identity")
    assert row["number_encrypted"] is None
    assert row["caller_key"] == key


async def test_the_number_of_the_last_day_stays(database: str, key_file: Path) -> None:
    async with identities(database, key_file) as kept:
        kept.seal(CALL, "5512345678")
        assert await kept.drain(SOON) == 0
        assert await kept.sweep() == 0
        assert await kept.reveal(CALL) == "+525512345678"


async def test_an_anonymous_report_is_forgotten_with_its_hash(
    database: str, key_file: Path
) -> None:
    async with identities(database, key_file) as kept:
        kept.seal(CALL, "5512345678")
        assert await kept.drain(SOON) == 0
        await kept.forget(CALL)
        assert await whole_table(database) == "[]"


def test_the_key_survives_a_restart_and_is_the_engines_alone(key_file: Path) -> None:
    secret = secret_in(key_file)
    assert stat.S_IMODE(key_file.stat().st_mode) == 0o600
    key_file.chmod(0o644)
    assert secret_in(key_file) == secret
    assert stat.S_IMODE(key_file.stat().st_mode) == 0o600
    assert [file.name for file in key_file.parent.iterdir()] == ["identity.key"]


@pytest.mark.parametrize("content", [b"", b"not base64!", b"c2hvcnQ="])
def test_a_damaged_key_file_is_named(key_file: Path, content: bytes) -> None:
    key_file.write_bytes(content)
    with pytest.raises(KeyFileInvalid, match=str(key_file)):
        secret_in(key_file)


def test_a_sealed_number_opens_for_its_own_call_and_secret_only() -> None:
    seal = Seal(b"a" * 32)
    sealed = seal.close(CALL, "+525512345678")
    assert seal.open(CALL, sealed) == "+525512345678"
    assert seal.open(OTHER, sealed) is None
    assert Seal(b"b" * 32).open(CALL, sealed) is None
    assert seal.open(CALL, sealed[:9]) is None
    assert seal.open(CALL, b"\x02" + sealed[1:]) is None
    assert seal.key_of("+525512345678") != Seal(b"b" * 32).key_of("+525512345678")
