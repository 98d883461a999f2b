"""The processes of a hotline, wired as router/app.py wires them, but without a socket."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Collection, Coroutine, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import cast

import aiohttp

from router import errors
from router.adapters.ami.access import Access as AmiAccess
from router.adapters.ami.client import OnEvent
from router.adapters.ami.node import AmiNode
from router.adapters.ari.access import Access
from router.adapters.ari.beat import Heart
from router.adapters.ari.door import AriDoor
from router.adapters.ari.inquiry import Inquiry
from router.adapters.ari.node import AriNode
from router.adapters.ari.perform import House
from router.adapters.ari.perform import Performer as AriPerformer
from router.adapters.ari.recordings import Recordings
from router.adapters.http_lookup import HttpLookups
from router.adapters.recording_box import RecordingBox
from router.clock import Clock
from router.core.engine import Engine
from router.core.events import TroubleReported
from router.core.records import Entry
from router.core.routing.agent import AgentProfile
from router.core.vocabulary import CallerKey, CallId, NodeId, SkillName
from router.engine_desk import Apart, EngineDesk, Known, recall
from router.fence import Fence
from router.guard.watch import Guard
from router.life import Life
from router.nodes import Asterisk, Nodes
from router.ports import Identities
from router.runner import Runner
from router.standing_by import StandingBy
from router.witnesses import Witnesses
from tests.storm.ami import Ami, StormAmi
from tests.storm.ari import Ari, StormRest
from tests.storm.channel import BEGAN
from tests.storm.database import Database, Disk, StormDirectory, writer
from tests.storm.event_socket import EventDoor
from tests.storm.latency import Weather
from tests.storm.loop import Process, StormLoop
from tests.storm.pbx import Pbx
from tests.storm.succession import StormLease, StormSeat, Succession

NODE = NodeId("n1")
AMI = AmiAccess(host="storm", port=0, user="hotline", password="storm")
ARI = Access(url="http://storm", user="hotline", password="storm")
HOUSE = House(number="5555335533", media_address="127.0.0.1")


@dataclass(frozen=True, slots=True, kw_only=True)
class Surroundings:
    """Everything that outlives the engine."""

    loop: StormLoop
    weather: Weather
    pbx: Pbx
    ari: Ari
    ami: Ami
    database: Database
    disk: Disk
    succession: Succession


class StormClock(Clock):
    """The loop's time; `ahead` of the world's by so many seconds."""

    def __init__(self, loop: StormLoop, ahead: float) -> None:
        self._loop = loop
        self._zero = datetime.fromtimestamp(BEGAN + ahead, UTC)

    def now(self) -> datetime:
        return self._zero + timedelta(seconds=self._loop.time())


Hear = Callable[["EngineLife", Sequence[Entry]], None]
LAST_WORDS_WITHIN = timedelta(seconds=5)
JUST = 1.0
"""Seconds within which what an engine says may not be written yet."""


class EngineLife:
    """One life of the engine, from its start to its death. `engine` None: it is still starting."""

    def __init__(
        self, around: Surroundings, *, ahead: float, hear: Hear, machine: str = ""
    ) -> None:
        """`machine`: one of two with an engine; empty: there is no other."""
        self.process = Process("engine")
        self.machine = machine
        self.on_active: Callable[[], None] = lambda: None
        self.clock = StormClock(around.loop, ahead)
        self.ahead = ahead
        self.engine: Engine | None = None
        self.desk: EngineDesk | None = None
        self.defects: list[str] = []
        self.began = around.loop.time()
        self.ended: float | None = None
        self.fence: Fence | None = None
        self._asleep: list[tuple[float, float]] = []
        self.sockets: list[StormAmi] = []
        self.door = EventDoor(around.pbx, around.weather, self.process)
        self._around = around
        self._hear = hear
        self.process.on_death = self._died

    def start(self) -> None:
        """The process begins."""
        self._around.loop.start(self.process, self._live())

    def sleeps(self, span: float) -> None:
        """Frozen, or held up, for so long."""
        loop = self._around.loop
        self._asleep.append((loop.time(), loop.time() + span))
        loop.freeze(self.process)
        loop.after(span, loop.thaw, self.process)

    def has_just_woken(self, within: float) -> bool:
        """In the last seconds."""
        now = self._around.loop.time()
        return any(0 <= now - until < within for _, until in self._asleep)

    @property
    def awake_until(self) -> float:
        """The end; or, while it sleeps and for who died asleep, when that sleep began."""
        ended = self._around.loop.time() if self.ended is None else self.ended
        return min([ended, *(since for since, until in self._asleep if since < ended <= until)])

    @property
    def wrote_until(self) -> float:
        """As above; who had only just woken did not get to write what came before it slept."""
        woke = [since for since, until in self._asleep if 0 <= self.awake_until - until < JUST]
        return min([self.awake_until, *woke])

    @property
    def acted_until(self) -> float:
        """The last instant at which anything reached Asterisk: without a beat nothing may."""
        acted = None if self.fence is None else self.fence.last_act
        return self.awake_until if acted is None else min(acted, self.awake_until)

    def _died(self) -> None:
        """Its kernel closes all connections."""
        self.ended = self._around.loop.time()
        self.door.process_died()
        for socket in self.sockets:
            socket.cut()

    async def _live(self) -> None:
        around, clock = self._around, self.clock
        rest = StormRest(around.ari, around.pbx, around.weather, self.process)
        apart = StormRest(around.ari, around.pbx, around.weather, self.process)
        inquiry = Inquiry(ARI, apart, clock.now)
        place = self._place(Inquiry(ARI, apart, clock.now)) if self.machine else None
        if place is None:
            token = await _take_over(inquiry, around.disk)
            fence = Fence(token, now=around.loop.time)
        else:
            fence = await _is_due(place)
            token = around.disk.epoch = fence.token
        self.fence = fence
        gate = fence.at(NODE)
        ami = AmiNode(node=NODE, access=AMI, now=clock.now, fence=fence, connect=self._connect)
        ari = AriNode(
            node=NODE,
            access=ARI,
            events=cast(aiohttp.ClientSession, self.door),
            inquiry=Inquiry(ARI, rest, clock.now),
            performer=AriPerformer(rest.only_while(gate.acts), HOUSE),
            recordings=cast(Recordings, None),
            heart=Heart(apart, inquiry, gate),
            fence=fence,
            now=clock.now,
        )
        troubles: list[TroubleReported] = []

        def on_trouble(name: str, text: str | None) -> None:
            troubles.append(TroubleReported(at=clock.now(), name=name, text=text))
            if self.engine is not None:
                for trouble in troubles:
                    runner.deliver(trouble)
                troubles.clear()

        journal = writer(around.database, around.disk, self.process, on_trouble)
        engine = Engine(around.disk.policy, token)

        def heard(entries: Sequence[Entry]) -> None:
            journal.put(entries)
            desk.hear(entries)
            self._hear(self, entries)

        runner = Runner(
            engine,
            Nodes(
                {NODE: Asterisk(ari, ami)},
                _NobodysNumbers(),
                cast(HttpLookups, None),
                cast(RecordingBox, None),
            ),
            clock,
            listeners=(heard,),
            on_defect=self.defects.append,
            inbox_size=10_000,
            fence=fence,
        )
        directory = StormDirectory(around.disk, self.process)
        desk = EngineDesk(engine, runner, clock, directory, _no_roster, lambda: None, _nobody_met)
        self.engine, self.desk = engine, desk
        self.on_active()
        runner.deliver(recall(directory.load(), clock.now()))
        await _together(
            runner.run(),
            journal.run(),
            journal.keep(),
            ami.run(runner.deliver),
            ari.run(runner.deliver, _seal),
            fence.end() if place is None else Life(fence, place, runner).run(),
        )
        if place is not None:
            await journal.drain(LAST_WORDS_WITHIN)
        around.loop.kill(self.process)

    def _place(self, inquiry: Inquiry) -> StandingBy:
        around, process = self._around, self.process
        return StandingBy(
            name=self.machine,
            lease=StormLease(self.machine, around.succession, around.database, process),
            seat=StormSeat(self.machine, around.succession, process),
            exchange=Witnesses([AriDoor(NODE, ARI, inquiry)]),
            used=lambda: around.disk.epoch,
            now=around.loop.time,
            draw=around.weather.chance.randrange,
        )

    def _connect(self, access: AmiAccess, on_event: OnEvent) -> StormAmi:
        socket = StormAmi(
            access,
            on_event,
            ami=self._around.ami,
            weather=self._around.weather,
            process=self.process,
            hears=True,
        )
        self.sockets = [each for each in self.sockets if each.is_open]
        self.sockets.append(socket)
        return socket


class GuardLife:
    """One life of the guard."""

    def __init__(self, around: Surroundings) -> None:
        self.process = Process("guard")
        self._around = around
        self._sockets: list[StormAmi] = []
        self.process.on_death = self._died

    def start(self) -> None:
        """The process begins."""
        guard = Guard(AMI, connect=self._connect, monotonic=self._around.loop.time)
        self._around.loop.start(self.process, guard.run())

    def _connect(self, access: AmiAccess, on_event: OnEvent) -> StormAmi:
        socket = StormAmi(
            access,
            on_event,
            ami=self._around.ami,
            weather=self._around.weather,
            process=self.process,
            hears=False,
        )
        self._sockets.append(socket)
        return socket

    def _died(self) -> None:
        for socket in self._sockets:
            socket.cut()


class _NobodysNumbers(Identities):
    """No number is kept."""

    def seal(self, call: CallId, number: str) -> CallerKey | None:
        return None

    def keep_for_callback(self, call: CallId, number: str) -> None: ...


def _seal(call: CallId, number: str) -> CallerKey | None:
    return CallerKey(f"key of {call}")


def _no_roster(
    text: str, source: str, asked: Collection[SkillName]
) -> tuple[Sequence[AgentProfile], list[str]]:
    raise AssertionError("nobody imports a roster in a storm")


async def _take_over(inquiry: Inquiry, disk: Disk) -> int:
    """As router/standing_by.py does, which looks again while Asterisk does not answer."""
    while True:
        try:
            token = disk.next_token(await inquiry.token())
            await inquiry.announce(token)
            return token
        except errors.AsteriskUnreachable:
            await asyncio.sleep(0.5)


async def _is_due(place: StandingBy) -> Fence:
    fence = await place.until_due()
    assert fence is not None
    return fence


async def _nobody_met(within: timedelta | None) -> tuple[Known, Apart]:
    return {}, {}


async def _together(*parts: Coroutine[None, None, None]) -> None:
    """Until the first of them ends."""
    tasks = [asyncio.create_task(part) for part in parts]
    try:
        await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
