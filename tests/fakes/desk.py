"""An engine's desk without an engine: it keeps views and journal lines, and obeys at once."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from router import errors
from router.core.events import (
    AgentLoggedIn,
    AgentLoggedOut,
    AgentPaused,
    AgentResumed,
    Event,
    WrapUpFinished,
)
from router.core.house_records import DeviceStateChanged
from router.core.records import Entry, Record
from router.core.routing.agent import AgentProfile
from router.core.routing.explain import StillWaiting
from router.core.shift_events import ExtensionAsked, RespiroTaken
from router.core.snapshot import AgentView, Alarm, CallView, Snapshot
from router.core.vocabulary import (
    AgentId,
    AgentState,
    CallId,
    Device,
    DeviceKind,
    NodeId,
    SkillName,
)

NOON = datetime(2026, 3, 1, 18, 0, tzinfo=UTC)


def profile(
    name: str,
    *devices: Device,
    skills: dict[str, int] | None = None,
) -> AgentProfile:
    """An agent on the roster, with a desk phone unless told otherwise."""
    return AgentProfile(
        id=AgentId(name),
        name=name.capitalize(),
        skills={SkillName(skill): level for skill, level in (skills or {"crisis": 3}).items()},
        devices=devices or (desk_phone(name),),
    )


def desk_phone(name: str) -> Device:
    return Device(kind=DeviceKind.DESK, address=f"sip:{name}@127.0.0.1:6001")


def registering_phone(password: str) -> Device:
    return Device(kind=DeviceKind.DESK, password=password)


def telephone(number: str) -> Device:
    return Device(kind=DeviceKind.PHONE, number=number)


class FakeDesk:
    """Keeps the router.adapters.control.desk.Desk promise."""

    def __init__(self, *profiles: AgentProfile) -> None:
        self.told: list[Event] = []
        self.calls: tuple[CallView, ...] = ()
        self.alarms: tuple[Alarm, ...] = ()
        self.waiting: tuple[StillWaiting, ...] = ()
        self.listeners: list[asyncio.Queue[Entry]] = []
        self.listening = asyncio.Event()
        self.left = asyncio.Event()
        self.told_something = asyncio.Event()
        self.fault: Exception | None = None
        self.bad_files = ""
        self.pairs_read = 0
        self.cap = NOON + timedelta(minutes=20)
        self.reloaded_by: list[str] = []
        self._seq = 0
        self._agents: dict[AgentId, AgentView] = {}
        self.put_on_roster(profiles)

    def put_on_roster(self, profiles: Iterable[AgentProfile]) -> None:
        self._agents = {
            one.id: AgentView(
                profile=one,
                state=AgentState.LOGGED_OUT,
                since=NOON,
                reason="",
                reachable=tuple(
                    (device.kind, device.kind is DeviceKind.PHONE) for device in one.devices
                ),
                call=None,
            )
            for one in profiles
        }

    def now(self) -> datetime:
        return NOON

    def still_waiting(self) -> tuple[StillWaiting, ...]:
        return self.waiting

    def snapshot(self) -> Snapshot:
        return Snapshot(
            at=NOON + timedelta(minutes=2),
            epoch=7,
            policy="2026-03-01",
            nodes={NodeId("n1"): True},
            agents=tuple(self._agents.values()),
            calls=self.calls,
            alarms=self.alarms,
            ignored={"LegRinging": 2},
        )

    async def tell(self, event: Event) -> None:
        if self.fault is not None:
            raise self.fault
        self.told.append(event)
        match event:
            case AgentLoggedIn(agent=agent):
                if self._agents[agent].state is AgentState.LOGGED_OUT:
                    self.becomes(agent, AgentState.READY)
            case AgentLoggedOut(agent=agent):
                self.becomes(agent, AgentState.LOGGED_OUT)
            case AgentPaused(agent=agent, reason=reason):
                if self._agents[agent].state is not AgentState.LOGGED_OUT:
                    self.becomes(agent, AgentState.PAUSED, reason)
            case AgentResumed(agent=agent):
                if self._agents[agent].state is AgentState.PAUSED:
                    self.becomes(agent, AgentState.READY)
            case WrapUpFinished(agent=agent):
                if self._agents[agent].state is AgentState.WRAP_UP:
                    self.becomes(agent, AgentState.READY)
            case RespiroTaken(agent=agent):
                if self._agents[agent].state is not AgentState.LOGGED_OUT:
                    self.becomes(agent, AgentState.PAUSED, "respiro")
            case ExtensionAsked(agent=agent):
                until = self._agents[agent].until
                if until is not None and until < self.cap:
                    self.becomes(agent, AgentState.WRAP_UP, until=self.cap)
            case _:
                raise AssertionError(event)
        self.told_something.set()

    def becomes(
        self, agent: str, state: AgentState, reason: str = "", *, until: datetime | None = None
    ) -> None:
        view = self._agents[AgentId(agent)]
        self._agents[AgentId(agent)] = replace(view, state=state, reason=reason, until=until)

    def reaches(self, agent: str) -> None:
        """The agent's telephones answer from now on."""
        view = self._agents[AgentId(agent)]
        reachable = tuple((kind, True) for kind, _ in view.reachable)
        self._agents[AgentId(agent)] = replace(view, reachable=reachable)
        self.writes(
            DeviceStateChanged(agent=AgentId(agent), device=DeviceKind.DESK, reachable=True)
        )

    def writes(self, record: Record, call: str | None = None) -> None:
        """A line of the journal."""
        self._seq += 1
        entry = Entry(
            call=None if call is None else CallId(call),
            epoch=7,
            seq=self._seq,
            at=NOON + timedelta(milliseconds=250 * self._seq),
            record=record,
        )
        for listener in self.listeners:
            listener.put_nowait(entry)

    @asynccontextmanager
    async def listen(self) -> AsyncIterator[AsyncIterator[Entry]]:
        inbox: asyncio.Queue[Entry] = asyncio.Queue()
        self.listeners.append(inbox)
        self.listening.set()
        try:
            yield self._entries(inbox)
        finally:
            self.listeners.remove(inbox)
            self.left.set()

    async def _entries(self, inbox: asyncio.Queue[Entry]) -> AsyncIterator[Entry]:
        while True:
            entry = await inbox.get()
            yield entry
            inbox.task_done()

    async def reload_policy(self, by: str) -> tuple[str, ...]:
        if self.bad_files:
            raise errors.FlowFilesInvalid(problems=self.bad_files)
        self.reloaded_by.append(by)
        return ("queues.yaml",)

    async def read_pairs(self) -> tuple[int, int]:
        self.pairs_read += 1
        return 0, self.pairs_read

    async def import_roster(self, text: str, source: str) -> tuple[str, ...]:
        if not text.startswith("agents:"):
            raise errors.RosterInvalid(problems=f"{source}:1:1: no agents\n{source}:2:1: nor here")
        self.put_on_roster(profile(word) for word in text.split()[1:])
        return (f"{source}:1:9: nobody calls for this",)
