"""No caller's number and no key that was pressed is written down anywhere but sealed."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import asyncpg
import pytest

from router.core.records import CallFinished
from router.standalone.phone_events import Incoming
from router.standalone.programs import Prefix
from tests.acceptance.hotline_up import Hotline, HotlineUp
from tests.acceptance.people import (
    SOON,
    Agent,
    Callers,
    caller_numbers,
    hear_each_other,
    on_shift,
    tells_nothing_of,
)

pytestmark = pytest.mark.asyncio(loop_scope="session")

HZ = 587
CALLERS_SHARE = caller_numbers()[0][2:-2].encode()
"""Digits that all callers' numbers hold, however they are written."""
MOBILE = "+525512340021"
DIALLED = "5599887766"
A_KEY = re.compile(r"(?i)dtmf|\bdigit\b['\"]?\s*[:=]|pressed\s+['\"]?[0-9*#]\b")


def files(folder: Path) -> Iterator[Path]:
    """Those that exist, pipes and sockets apart."""
    for each in folder.rglob("*"):
        if each.is_file() and not each.is_symlink():
            yield each


async def test_callers_number_and_keys_are_nowhere_in_the_clear(
    hotline: HotlineUp, callers: Callers, prefix: Prefix, tmp_path: Path
) -> None:
    async with (
        on_shift(
            hotline,
            prefix,
            tmp_path,
            Agent(id="eva", skills="extorsion: 5", mobile=MOBILE, tone_hz=HZ),
            Agent(id="luis", skills="juridico: 5", tone_hz=HZ),
        ) as shift,
        callers.dials(hotline) as one,
        callers.dials(hotline, DIALLED) as other,
    ):
        await one.phone.press("82")
        await other.phone.press("84")
        await shift["eva"].take_call(within=SOON, confirm_with="1")
        await shift["luis"].take_call(within=SOON)
        await hear_each_other(one, shift["eva"], HZ)
        await hear_each_other(other, shift["luis"], HZ)
        for phone in (shift["eva"], shift["luis"]):
            for call in phone.seen(Incoming):
                assert tells_nothing_of(one, call)
                assert tells_nothing_of(other, call)
        shown = [
            await hotline.runs(*words)
            for words in (
                ("calls", "--json"),
                ("status", "--json"),
                ("agents", "list", "--json"),
                ("explain", one.call, "--json"),
            )
        ]
        for each in shown:
            assert CALLERS_SHARE.decode() not in each.said
            assert DIALLED not in each.said
            assert MOBILE[-8:] not in each.said, "agents' numbers are masked but for `show`"
        for caller in (one, other):
            await caller.hangs_up()
            await caller.first(CallFinished)

    connection = await asyncpg.connect(hotline.stack["database"])
    try:
        sealed = await connection.fetchval(
            "SELECT count(*) FROM call_identity WHERE call_id = ANY($1)", [one.call, other.call]
        )
        assert sealed == 2
        for table in await connection.fetch(
            "SELECT table_name FROM information_schema.tables WHERE table_schema = 'public'"
        ):
            for row in await connection.fetch(f'SELECT t::text FROM "{table[0]}" t'):
                assert CALLERS_SHARE.decode() not in row[0], table[0]
                assert DIALLED not in row[0], table[0]
    finally:
        await connection.close()

    assert CALLERS_SHARE not in bytes(hotline.output)
    for file in files(hotline.folder):
        content = file.read_bytes()
        assert CALLERS_SHARE not in content, file
        assert DIALLED.encode() not in content, file
    for log in (hotline.folder / "log", hotline.folder / "asterisk/log"):
        for file in files(log):
            assert not A_KEY.search(file.read_text(errors="replace")), file


async def test_asterisk_keeps_no_queue_log_and_no_call_records(hotline: Hotline) -> None:
    written = {each.name for each in files(hotline.folder / "asterisk/log")}
    assert written <= {"messages.log", "console.log"}


async def test_nobody_else_may_read_what_a_stack_writes(hotline: Hotline) -> None:
    assert hotline.folder.stat().st_mode & 0o777 == 0o700
    assert (hotline.folder / "stack.json").stat().st_mode & 0o777 == 0o600
    assert (hotline.folder / "engine.sock").stat().st_mode & 0o777 == 0o600
    open_to_others = [
        each.relative_to(hotline.folder)
        for each in hotline.folder.rglob("*")
        if not each.is_symlink() and each.stat().st_mode & 0o077
    ]
    # PostgreSQL refuses root, so the account that runs it must pass through its folder; and what
    # callers hear is no secret.
    others = [each for each in open_to_others if each.parts[0] not in ("postgres", "sounds")]
    assert others == []
