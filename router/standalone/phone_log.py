"""What a phone has seen so far, and waiting for what comes next."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import timedelta
from typing import TypeVar

from router import errors
from router.standalone.phone_events import Closed, Dialled, Incoming, PhoneEvent

E = TypeVar("E", bound=PhoneEvent)


class PhoneLog:
    def __init__(self, phone: str) -> None:
        self.events: list[PhoneEvent] = []
        self._phone = phone
        self._handed_out: set[int] = set()
        self._changed = asyncio.Event()

    def note(self, event: PhoneEvent) -> None:
        self.events.append(event)
        self._changed.set()

    async def wait_for(self, kind: type[E], within: timedelta, where: Callable[[E], bool]) -> E:
        """Each event is handed out once, so that two waits in a row mean two events."""
        try:
            async with asyncio.timeout(within.total_seconds()):
                while True:
                    for index, event in enumerate(self.events):
                        if (
                            index not in self._handed_out
                            and isinstance(event, kind)
                            and where(event)
                        ):
                            self._handed_out.add(index)
                            return event
                    self._changed.clear()
                    await self._changed.wait()
        except TimeoutError as nothing:
            raise self.in_vain(kind.__name__, within) from nothing

    def open_call(self) -> str:
        """The newest call that is not over. Raises PhoneIdle."""
        over = {event.call_id for event in self.events if isinstance(event, Closed)}
        for event in reversed(self.events):
            if isinstance(event, Incoming | Dialled) and event.call_id not in over:
                return event.call_id
        raise errors.PhoneIdle(phone=self._phone)

    def in_vain(self, what: str, within: timedelta) -> errors.PhoneWaitedInVain:
        seen = ", ".join(type(event).__name__ for event in self.events[-12:])
        return errors.PhoneWaitedInVain(
            phone=self._phone,
            seconds=within.total_seconds(),
            what=what,
            seen=seen or "nothing",
        )
