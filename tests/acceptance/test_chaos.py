"""The fault matrix in its short form: callers at every stage of a call, and none is lost."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest
import pytest_asyncio

from router.standalone.programs import Prefix
from tests.acceptance.people import Callers
from tests.chaos.house import House, house
from tests.chaos.matrix import SHORT
from tests.chaos.play import play
from tests.chaos.rows import SILENT_AT_MOST, Row

pytestmark = pytest.mark.asyncio(loop_scope="session")

BUSY = timedelta(seconds=3)
"""What a machine that runs all tests at once may add to a silence; `make chaos` allows nothing."""


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def harmed(prefix: Prefix, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[House]:
    """One stack, to which all harm is done, one after the other."""
    async with house(tmp_path_factory.mktemp("chaos"), prefix) as stack:
        yield stack


@pytest.mark.parametrize("row", SHORT, ids=lambda row: row.name)
async def test_no_caller_is_lost_or_left_in_silence(
    row: Row, harmed: House, callers: Callers, prefix: Prefix, tmp_path: Path
) -> None:
    verdict = await play(row, harmed, callers, prefix, tmp_path, short=True)
    assert not verdict.lost, verdict
    assert not verdict.wrong, verdict
    assert verdict.silence < SILENT_AT_MOST + BUSY, verdict
