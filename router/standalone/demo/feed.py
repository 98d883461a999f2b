"""The engine's journal as it is written, to be waited on and shown."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from router import errors
from router.adapters.control.client import ControlClient
from router.core.journal_lines import Line
from router.core.vocabulary import CallId

R = TypeVar("R")
RETRY = 0.02
"""Seconds: a loaded engine is active a tenth of one after the other has died."""


class Feed:
    """Follows `hotline tail`, also over the engine's death; `on_line` sees every line."""

    def __init__(self, folder: Path, on_line: Callable[[Line], None]) -> None:
        self._folder = folder
        self._on_line = on_line
        self._lines: list[Line] = []
        self._grown = asyncio.Event()
        self._loop = asyncio.get_running_loop()
        self._ended = threading.Event()

    def start(self) -> None:
        """In a thread: the client blocks."""
        threading.Thread(target=self._follow, daemon=True).start()

    def stop(self) -> None:
        """No line after this."""
        self._ended.set()

    def _follow(self) -> None:
        while not self._ended.is_set():
            try:
                for line in ControlClient(self._folder).tail():
                    self._loop.call_soon_threadsafe(self._take, line)
            except (errors.HotlineError, OSError):
                pass  # no engine just now: that is part of the show
            self._ended.wait(RETRY)

    def _take(self, line: Line) -> None:
        if self._ended.is_set():
            return
        self._lines.append(line)
        self._grown.set()
        self._grown = asyncio.Event()
        self._on_line(line)

    def position(self) -> int:
        """To wait for what comes after now."""
        return len(self._lines)

    async def first(
        self,
        kind: type[R],
        *,
        within: float,
        call: CallId | None = None,
        since: int = 0,
        where: Callable[[R], bool] = lambda record: True,
    ) -> tuple[Line, R]:
        """The first such record after `since`. Raises TimeoutError."""
        async with asyncio.timeout(within):
            while True:
                grown = self._grown
                for line in self._lines[since:]:
                    record = line.record
                    ours = call is None or line.call == call
                    if ours and isinstance(record, kind) and where(record):
                        return line, record
                since = len(self._lines)
                await grown.wait()

    def since(self, position: int) -> list[Line]:
        """All that came after it, so far."""
        return self._lines[position:]

    def of(self, call: CallId) -> list[Line]:
        """All of one call, so far."""
        return [line for line in self._lines if line.call == call]
