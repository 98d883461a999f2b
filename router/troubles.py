"""The shell's troubles on their way to the engine, where they are alarms."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from datetime import datetime

from router.core.events import TroubleReported
from router.errors import InboxFull
from router.runner import Runner


class Troubles:
    """What the shell suffers from: told to the runner of the present life, or kept for the next."""

    def __init__(self, now: Callable[[], datetime]) -> None:
        self._now = now
        self._waiting: list[TroubleReported] = []
        self._runner: Runner | None = None

    def tell(self, name: str, text: str | None) -> None:
        """An alarm's name, and its text or None when its cause is gone."""
        self._waiting.append(TroubleReported(at=self._now(), name=name, text=text))
        self._report()

    def belong_to(self, runner: Runner | None) -> None:
        """From now on."""
        self._runner = runner
        self._report()

    def _report(self) -> None:
        if self._runner is not None:
            for trouble in self._waiting:
                with suppress(InboxFull):
                    self._runner.deliver(trouble)
            self._waiting.clear()
