"""The running engine as the control socket sees it, and the roster it keeps."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Collection, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from datetime import datetime, timedelta

from router import errors
from router.clock import Clock
from router.core.engine import Engine
from router.core.enquiry import all_waiting
from router.core.events import AgentRecalled, Event, PairsTold, PolicyPublished, RosterReplaced
from router.core.house_records import AgentStateChanged, RosterChanged
from router.core.pairs import Met
from router.core.policy import Policy
from router.core.records import Entry
from router.core.routing.agent import AgentProfile
from router.core.routing.explain import StillWaiting
from router.core.shift_records import WrapUpEnded, WrapUpExtended, WrapUpStarted
from router.core.snapshot import Snapshot
from router.core.vocabulary import AgentId, CallerKey, SkillName
from router.desk_passwords import with_passwords
from router.ports import Directory, RosterEntry
from router.runner import Runner

SAVE_AFTER = 0.05
LISTENER_ROOM = 10_000
"""Entries that a slow listener may be behind before it loses the oldest."""

ReadRoster = Callable[[str, str, Collection[SkillName]], tuple[Sequence[AgentProfile], list[str]]]
"""A roster's YAML, its source and the skills that are asked for to profiles, and a sentence for
each skill that is not; raises a HotlineError with every problem."""

ReadPolicy = Callable[[], tuple[Policy, tuple[str, ...]] | None]
"""The flow files' policy and what changed, None if nothing did; raises FlowFilesInvalid."""


Known = Mapping[CallerKey, Met]
Apart = Mapping[CallerKey, tuple[AgentId, ...]]
ReadPairs = Callable[[timedelta | None], Awaitable[tuple[Known, Apart]]]
"""Whom callers talked to last within a time (None: not asked for), and whom they must not get;
raises DatabaseUnreachable or DatabaseRefused."""


class EngineDesk:
    """Asks the engine by its inbox, like everybody else."""

    def __init__(
        self,
        engine: Engine,
        runner: Runner,
        clock: Clock,
        directory: Directory,
        read_roster: ReadRoster,
        read_policy: ReadPolicy,
        read_pairs: ReadPairs,
    ) -> None:
        self._engine = engine
        self._runner = runner
        self._clock = clock
        self._directory = directory
        self._read_roster = read_roster
        self._read_policy = read_policy
        self._read_pairs = read_pairs
        self._listeners: set[asyncio.Queue[Entry]] = set()
        self._saving: asyncio.TimerHandle | None = None

    def now(self) -> datetime:
        """The runner's clock."""
        return self._clock.now()

    async def tell(self, event: Event) -> None:
        """Returns when the turn was taken and its commands were carried out."""
        await self._runner.tell(event)

    def snapshot(self) -> Snapshot:
        """The floor, now."""
        return self._engine.floor.snapshot(self.now())

    def still_waiting(self) -> tuple[StillWaiting, ...]:
        """Everybody who waits, and why, now."""
        return all_waiting(self._engine.floor, self.now())

    @asynccontextmanager
    async def listen(self) -> AsyncIterator[AsyncIterator[Entry]]:
        """Every entry from now on."""
        waiting: asyncio.Queue[Entry] = asyncio.Queue()
        self._listeners.add(waiting)
        try:
            yield _entries(waiting)
        finally:
            self._listeners.discard(waiting)

    def hear(self, entries: Sequence[Entry]) -> None:
        """A listener of the runner: passes entries on, and keeps the roster in step."""
        for waiting in self._listeners:
            for entry in entries:
                if waiting.qsize() >= LISTENER_ROOM:
                    waiting.get_nowait()
                waiting.put_nowait(entry)
        if any(isinstance(e.record, AgentStateChanged | RosterChanged) for e in entries):
            self._directory.save(self._roster())
        elif any(
            isinstance(e.record, WrapUpStarted | WrapUpExtended | WrapUpEnded) for e in entries
        ):
            self._save_soon()

    def _save_soon(self) -> None:
        """Many calls end in a second: once for all of them, and without waiting for the disk."""
        if self._saving is None:
            self._saving = asyncio.get_running_loop().call_later(SAVE_AFTER, self._save)

    def _save(self) -> None:
        self._saving = None
        self._directory.save(self._roster(), durable=False)

    async def reload_policy(self, by: str) -> tuple[str, ...]:
        """Parse, check, swap: callers in a menu keep their version, who waits gets the new one."""
        change = await asyncio.to_thread(self._read_policy)
        if change is None:
            return ()
        policy, files = change
        before = self._engine.floor.policy.rules.sticky
        await self.tell(PolicyPublished(at=self.now(), policy=policy, files=files, by=by))
        if policy.rules.sticky not in (None, before):
            with suppress(errors.DatabaseUnreachable, errors.DatabaseRefused):
                await self.read_pairs()
        return files

    async def read_pairs(self) -> tuple[int, int]:
        """What is written down of callers and agents, told to the engine: how many callers know
        somebody, how many pairs are kept apart. Raises DatabaseUnreachable, DatabaseRefused."""
        sticky = self._engine.floor.policy.rules.sticky
        known, apart = await self._read_pairs(None if sticky is None else sticky.window)
        await self.tell(PairsTold(at=self.now(), known=known, apart=apart))
        return len(known), sum(map(len, apart.values()))

    async def import_roster(self, text: str, source: str) -> tuple[str, ...]:
        """Put a roster in force; the file is written by `hear`. What is odd about it."""
        known = [agent.profile for agent in self._engine.floor.agents.values()]
        asked = self._engine.floor.policy.skills_asked()
        written, odd = self._read_roster(text, source, asked)
        agents = with_passwords(written, known)
        await self.tell(RosterReplaced(at=self.now(), agents=agents))
        return tuple(odd)

    def _roster(self) -> list[RosterEntry]:
        return [
            RosterEntry(
                profile=a.profile,
                logged_in=a.logged_in,
                paused=a.paused,
                wrap_up=a.wrap_up,
                idle_since=a.idle_since,
                rest=a.rest,
            )
            for a in self._engine.floor.agents.values()
            if not a.leaving
        ]


def recall(roster: Sequence[RosterEntry], at: datetime) -> RosterReplaced:
    """What brings a saved roster back: who was on shift still is, and as they were."""
    return RosterReplaced(
        at=at,
        agents=tuple(entry.profile for entry in roster),
        recalled=tuple(
            AgentRecalled(
                at=at,
                agent=entry.profile.id,
                paused=entry.paused,
                idle_since=entry.idle_since,
                wrap_up=entry.wrap_up,
                rest=entry.rest,
            )
            for entry in roster
            if entry.logged_in
        ),
    )


async def _entries(waiting: asyncio.Queue[Entry]) -> AsyncIterator[Entry]:
    while True:
        yield await waiting.get()
