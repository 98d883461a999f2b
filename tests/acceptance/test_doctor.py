"""`hotline doctor` on a real stack: nothing to find, until one thing is broken."""

from __future__ import annotations

import asyncio
import re
from dataclasses import replace
from pathlib import Path
from urllib.parse import urlsplit

import pytest
import pytest_asyncio

from router.config import Settings, load
from router.doctor.database import migrated
from router.doctor.examine import MIGRATIONS, examine
from tests.acceptance.hotline_up import LOOK_AGAIN_AFTER, Hotline
from tests.acceptance.people import SOON

pytestmark = pytest.mark.asyncio(loop_scope="session")


@pytest_asyncio.fixture(scope="module", loop_scope="session", autouse=True)
async def up_to_date(hotline: Hotline) -> None:
    """An engine takes callers first, and brings its database up to date beside that."""
    async with asyncio.timeout(SOON.total_seconds()):
        while True:
            if not await migrated(settings_of(hotline).database, MIGRATIONS):
                return
            await asyncio.sleep(LOOK_AGAIN_AFTER)


def settings_of(hotline: Hotline) -> Settings:
    return load({"state_dir": str(hotline.folder)}, environment=hotline.environment).settings


def secret(hotline: Hotline, file: str, user: str) -> str:
    (written,) = hotline.folder.glob(f"asterisk/**/{file}")
    section = written.read_text().split(f"\n[{user}]")[1]
    found = re.search(r"^(?:password|secret) = (\S+)$", section, re.M)
    assert found
    return found[1]


async def checks(settings: Settings) -> set[str]:
    return {one.check for one in await examine(settings)}


async def test_a_stack_that_is_well_has_no_finding(hotline: Hotline) -> None:
    ran = await hotline.runs("doctor", "--json")
    assert ran.json == {"healthy": True, "findings": []}
    assert ran.code == 0


async def test_what_is_found_is_shown_with_a_remedy_and_exit_code_1(hotline: Hotline) -> None:
    hotline.folder.chmod(0o755)
    try:
        ran = await hotline.runs("doctor")
    finally:
        hotline.folder.chmod(0o700)
    assert f"chmod 700 {hotline.folder}" in ran.said
    assert ran.code == 1


async def test_an_ari_user_that_may_only_read_is_found(hotline: Hotline) -> None:
    password = secret(hotline, "ari.conf", "hotline-read")
    only_reads = replace(settings_of(hotline), ari_user="hotline-read", ari_password=password)
    assert await checks(only_reads) == {"ari_rights"}


async def test_an_ami_user_without_the_right_to_the_queue_is_found(hotline: Hotline) -> None:
    password = secret(hotline, "manager.conf", "guard")
    swapped = replace(settings_of(hotline), ami_user="guard", ami_password=password)
    assert await checks(swapped) == {"ami_rights"}


async def test_passwords_that_asterisk_refuses_are_found(hotline: Hotline) -> None:
    settings = replace(settings_of(hotline), ami_password="wrong", ari_password="wrong")
    assert await checks(settings) == {"ami", "ari"}


async def test_flows_that_cannot_be_read_are_found(hotline: Hotline, tmp_path: Path) -> None:
    assert await checks(replace(settings_of(hotline), ivr_dir=tmp_path)) == {"flows"}


async def test_a_database_without_our_tables_is_found(hotline: Hotline) -> None:
    database = settings_of(hotline).database
    assert not await migrated(database, MIGRATIONS)
    other = urlsplit(database)._replace(path="/template1").geturl()
    (found,) = await migrated(other, MIGRATIONS)
    assert found.check == "database"
    assert "migrations" in found.what
