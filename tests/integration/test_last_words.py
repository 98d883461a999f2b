"""An engine that is told to end says its last words, whatever it was doing, and ends."""

from __future__ import annotations

import asyncio
import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from types import FrameType

from router.adapters.postgres.journal import PostgresJournal
from router.adapters.postgres.spill import Spill
from tests.integration.test_journal import NODE, QUICK, SOON, entry, rows
from tests.integration.troubles import Troubles


class HeldUp(Spill):
    """Its thread stops just before it takes a file away."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self.stops = asyncio.Event()
        self.goes_on, self.has_done = threading.Event(), threading.Event()
        self._loop = asyncio.get_running_loop()

    def done(self, path: Path, *, damaged: bool) -> Path:
        self._loop.call_soon_threadsafe(self.stops.set)
        assert self.goes_on.wait(SOON.total_seconds())
        where = super().done(path, damaged=damaged)
        self.has_done.set()
        return where


@contextmanager
def never_busy_for_ever() -> Iterator[None]:
    """Who leaves nobody a turn hangs the test as well: only a signal ends it."""
    rang = []

    def ring(number: int, frame: FrameType | None) -> None:
        rang.append(number)
        raise KeyboardInterrupt

    before = signal.signal(signal.SIGALRM, ring)
    signal.alarm(round(SOON.total_seconds()))
    try:
        yield
    finally:
        signal.alarm(0)
        signal.signal(signal.SIGALRM, before)
        assert not rang, "the writer went round and round"


async def test_last_words_end_when_the_last_file_went_just_as_the_writer_was_told_to_end(
    tmp_path: Path, database: str
) -> None:
    earlier = Spill(tmp_path)
    earlier.append([entry(1)])
    spill = HeldUp(tmp_path)
    journal = PostgresJournal(database, node=NODE, on_trouble=Troubles(), limits=QUICK, spill=spill)
    parts = [asyncio.create_task(journal.keep()), asyncio.create_task(journal.run())]
    async with asyncio.timeout(SOON.total_seconds()):
        await spill.stops.wait()
    for part in parts:
        part.cancel()
        with suppress(asyncio.CancelledError):
            await part
    spill.goes_on.set()
    assert await asyncio.to_thread(spill.has_done.wait, SOON.total_seconds())
    with never_busy_for_ever():
        assert await journal.drain(SOON) == 0
    assert [row["seq"] for row in await rows(database)] == [1]
