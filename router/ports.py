"""What the runner needs of the world: three doors, each with a fake and a real keeper."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from router.core.commands import Command
from router.core.events import Event
from router.core.records import Entry
from router.core.routing.agent import AgentProfile
from router.core.staff import Rest, WrapUp
from router.core.vocabulary import CallerKey, CallId, NodeId, Refusal


@dataclass(frozen=True, slots=True, kw_only=True)
class BeatReturned:
    """The engine's own user event came back through Asterisk; `stamp` is Asterisk's epoch time.

    `number`: which one of them, for the adapter that sent it.
    """

    node: NodeId
    stamp: float
    number: int = 0


Deliver = Callable[[Event | BeatReturned], None]
"""Puts something into the inbox, at once, from the event loop's thread."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Failure:
    """A command's refusal, as a value (house.md 26)."""

    why: Refusal
    detail: str


class Telephony(Protocol):
    """Asterisk, over ARI and AMI."""

    async def perform(self, command: Command) -> Failure | None:
        """Carry out one command; None means done. Never raises for what Asterisk may answer."""
        ...

    async def beat(self, node: NodeId, stamp: float) -> None:
        """Write the heartbeat that admits callers (survival.md)."""
        ...

    def start_over(self) -> None:
        """Drop every connection that tells events, and begin with a list again."""
        ...


class Journal(Protocol):
    """The append-only history, written behind (house.md 10)."""

    def append(self, entries: Sequence[Entry]) -> None:
        """Keep these; never blocks, never raises."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class RosterEntry:
    """An agent and what they were doing; what survives a restart of the engine."""

    profile: AgentProfile
    logged_in: bool
    paused: str | None
    wrap_up: WrapUp | None = None
    idle_since: datetime | None = None
    rest: Rest | None = None


class Directory(Protocol):
    """Who works here."""

    def load(self) -> Sequence[RosterEntry]:
        """The last roster saved, empty if there was none."""
        ...

    def save(self, roster: Sequence[RosterEntry], *, durable: bool = True) -> None:
        """Replace it atomically; `durable`: it must survive a power cut, too."""
        ...


class Identities(Protocol):
    """The one place where callers' numbers live (domain.md, Law)."""

    def seal(self, call: CallId, number: str) -> CallerKey | None:
        """Keep the number encrypted, written behind; its keyed hash, or None if withheld."""
        ...

    def keep_for_callback(self, call: CallId, number: str) -> None:
        """Keep, in the same way, where a caller wants to be called if it is elsewhere."""
        ...
