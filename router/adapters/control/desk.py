"""What the control socket asks of the running engine."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager
from datetime import datetime
from typing import Protocol

from router.core.events import Event
from router.core.records import Entry
from router.core.routing.explain import StillWaiting
from router.core.snapshot import Snapshot
from router.succession import Standing


class Desk(Protocol):
    """The engine, as an operator's command sees it."""

    def now(self) -> datetime:
        """The runner's clock, for the events told."""
        ...

    async def tell(self, event: Event) -> None:
        """Put the event into the inbox; return when its turn was taken and its commands done."""
        ...

    def snapshot(self) -> Snapshot:
        """The floor, now."""
        ...

    def still_waiting(self) -> tuple[StillWaiting, ...]:
        """Everybody who waits for an agent, and why they still do."""
        ...

    def listen(self) -> AbstractAsyncContextManager[AsyncIterator[Entry]]:
        """Every entry from the moment the context is entered, until it is left."""
        ...

    async def reload_policy(self, by: str) -> tuple[str, ...]:
        """Put the flow files in force as they are now; the names of those that changed.

        Raises FlowFilesInvalid: then nothing changed.
        """
        ...

    async def read_pairs(self) -> tuple[int, int]:
        """Read again who knows whom and who is kept apart; how many of each.

        Raises DatabaseUnreachable, DatabaseRefused.
        """
        ...

    async def import_roster(self, text: str, source: str) -> tuple[str, ...]:
        """Put the YAML of a roster in force, saved and told to the core; what is odd about it, in
        sentences.

        Raises a HotlineError that names every problem, with `source`, line and column.
        """
        ...


class Office(Protocol):
    """The engine among others that want the same Asterisk."""

    def standing(self) -> Standing:
        """Whether it is the active one, and who else is there."""
        ...

    async def hand_over(self, heir: str, *, leaves: bool) -> Standing:
        """Stop acting, for `heir` or anybody. Raises StandsBy if it is not the active one."""
        ...
