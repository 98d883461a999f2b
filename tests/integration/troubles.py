"""What an adapter told of its troubles, and a way to wait for the next one."""

from __future__ import annotations

import asyncio
from datetime import timedelta

PATIENCE = timedelta(seconds=20)


class Troubles:
    """Given as `on_trouble`; remembers alarms raised and cleared, in order."""

    def __init__(self) -> None:
        self.said: list[tuple[str, str]] = []
        self._standing: dict[str, str] = {}
        self._changed = asyncio.Event()

    def __call__(self, alarm: str, text: str | None) -> None:
        if text is None:
            del self._standing[alarm]
        else:
            self._standing[alarm] = text
        self.said.append((alarm, text or "cleared"))
        self._changed.set()

    def standing(self) -> set[str]:
        """The alarms that stand now."""
        return set(self._standing)

    async def raised(self, alarm: str) -> str:
        """Waits until it stands; its text."""
        async with asyncio.timeout(PATIENCE.total_seconds()):
            while alarm not in self._standing:
                await self._next()
        return self._standing[alarm]

    async def cleared(self, alarm: str) -> None:
        """Waits until it does not stand."""
        async with asyncio.timeout(PATIENCE.total_seconds()):
            while alarm in self._standing:
                await self._next()

    async def _next(self) -> None:
        self._changed.clear()
        await self._changed.wait()
