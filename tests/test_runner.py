"""The live loop: one event at a time, a timer, a beat that proves life, and one call per defect."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from router.clock import Clock
from router.core.commands import Command, Play
from router.core.engine import Engine, Outcome
from router.core.events import AgentLoggedIn, DigitPressed, Event, RosterReplaced, TroubleReported
from router.core.house_records import NodeLost, RosterChanged
from router.core.ivr.steps.menu import MenuStep
from router.core.policy import Policy
from router.core.records import (
    Answered,
    CallStarted,
    CommandRefused,
    Entry,
    HandedToFallback,
    OfferMade,
    Queued,
    Record,
)
from router.core.vocabulary import AgentId, CallId, FlowName, Refusal, StepName
from router.errors import InboxFull
from router.ports import BeatReturned, Failure
from router.runner import Runner
from tests.core.house import agent, policy
from tests.fakes.telephony import NODE, FakeTelephony


def quick() -> Policy:
    """The menu waits a moment only, so that the timer fires while a test looks on."""
    rules = policy()
    flow = rules.book.flows[FlowName("linea")]
    menu = flow.steps[StepName("menu")]
    assert isinstance(menu, MenuStep)
    steps = {**flow.steps, menu.name: replace(menu, wait=timedelta(milliseconds=10))}
    book = replace(rules.book, flows={flow.name: replace(flow, steps=steps)})
    return replace(rules, book=book)


class Jumping(Clock):
    """Time that can pass while nothing runs, as when the process is stopped."""

    def __init__(self) -> None:
        super().__init__()
        self.slept = timedelta(0)

    def now(self) -> datetime:
        return super().now() + self.slept


class House:
    """A runner with an Asterisk in memory; `records` is what its listener heard."""

    def __init__(self, engine: Engine | None = None, *, inbox: int = 100) -> None:
        self.clock = Jumping()
        self.asterisk = FakeTelephony(prompts_end=True)
        self.defects: list[str] = []
        self.entries: list[Entry] = []
        self._news = asyncio.Event()
        self.runner = Runner(
            engine or Engine(quick(), epoch=7),
            self.asterisk,
            self.clock,
            listeners=(self._hear,),
            on_defect=self.defects.append,
            inbox_size=inbox,
        )
        self.asterisk.connects(self.runner.deliver)

    def _hear(self, entries: Sequence[Entry]) -> None:
        self.entries.extend(entries)
        self._news.set()

    async def hears(self, kind: type[Record], *, call: CallId | None = None) -> Record:
        """Waits until it is recorded."""

        async def found() -> Record:
            while True:
                for entry in self.entries:
                    if isinstance(entry.record, kind) and call in (None, entry.call):
                        return entry.record
                self._news.clear()
                await self._news.wait()

        return await asyncio.wait_for(found(), timeout=5)

    async def tell(self, event: Event) -> None:
        await asyncio.wait_for(self.runner.tell(event), timeout=5)

    async def works(self, name: str) -> None:
        now = Clock().now()
        roster = (agent(name, psicologia=1, crisis=1, juridico=1),)
        await self.tell(RosterReplaced(at=now, agents=roster))
        self.asterisk.device_changes(AgentId(name), reachable=True)
        await self.tell(AgentLoggedIn(at=now, agent=AgentId(name)))


@asynccontextmanager
async def running(house: House) -> AsyncIterator[House]:
    loop = asyncio.create_task(house.runner.run())
    try:
        yield house
        await asyncio.wait_for(house.runner.drain(), timeout=5)
    finally:
        loop.cancel()
        with suppress(asyncio.CancelledError):
            await loop


async def nothing_more(house: House) -> None:
    """Everything that was delivered has been handled and carried out."""
    await house.tell(TroubleReported(at=Clock().now(), name="none", text=None))
    await house.runner.drain()


def call_of(leg: str) -> CallId:
    return CallId(f"{NODE}-{leg}")


async def test_a_caller_is_led_to_an_agent() -> None:
    async with running(House()) as house:
        await house.works("ana")
        leg = house.asterisk.caller_arrives()
        house.asterisk.presses(leg, "4")
        await house.hears(Queued)
        while not any(each.agent == "ana" for each in house.asterisk.legs.values()):
            await nothing_more(house)
        house.asterisk.answers(AgentId("ana"))
        await house.hears(Answered)
        await nothing_more(house)
        assert len(house.asterisk.bridges) == 1


async def test_the_timer_fires() -> None:
    async with running(House()) as house:
        house.asterisk.caller_arrives()
        queued = await house.hears(Queued)
        assert isinstance(queued, Queued)
        assert queued.queue == "crisis"


async def test_a_caller_who_is_waiting_hears_music() -> None:
    async with running(House()) as house:
        leg = house.asterisk.caller_arrives()
        await house.hears(Queued)
        await nothing_more(house)
        assert house.asterisk.legs[leg].music


async def test_tell_returns_when_the_commands_have_been_carried_out() -> None:
    class Slow(FakeTelephony):
        gate = asyncio.Event()

        async def perform(self, command: Command) -> Failure | None:
            await self.gate.wait()
            return await super().perform(command)

    house = House()
    slow = Slow()
    house.runner = Runner(
        Engine(quick(), epoch=7),
        slow,
        Clock(),
        listeners=(house._hear,),
        on_defect=house.defects.append,
        inbox_size=100,
    )
    slow.connects(house.runner.deliver)
    async with running(house):
        roster = RosterReplaced(at=Clock().now(), agents=(agent("ana", crisis=1),))
        telling = asyncio.create_task(house.runner.tell(roster))
        await house.hears(RosterChanged)
        assert not telling.done()
        slow.gate.set()
        await asyncio.wait_for(telling, timeout=5)
        assert "ana" in slow.devices


async def test_tell_returns_although_there_is_nothing_to_carry_out() -> None:
    async with running(House()) as house:
        await house.tell(AgentLoggedIn(at=Clock().now(), agent=AgentId("nobody")))


async def test_a_full_inbox_says_so_and_still_lets_operators_in() -> None:
    house = House(inbox=3)  # the list that came with the connection is in it
    trouble = TroubleReported(at=Clock().now(), name="x", text=None)
    house.runner.deliver(trouble)
    house.runner.deliver(trouble)
    with pytest.raises(InboxFull, match="reconnect and list"):
        house.runner.deliver(trouble)
    telling = asyncio.create_task(house.runner.tell(trouble))
    async with running(house):
        await asyncio.wait_for(telling, timeout=5)
        house.runner.deliver(trouble)


async def test_a_refusal_comes_back_by_the_inbox_and_the_story_goes_on() -> None:
    house = House()

    def refusing(command: Command) -> Failure | None:
        play = isinstance(command, Play)
        return Failure(why=Refusal.REFUSED, detail="500") if play else None

    house.asterisk.refusing = refusing
    async with running(house):
        leg = house.asterisk.caller_arrives()
        await house.hears(CommandRefused)
        await house.hears(Queued)
        await nothing_more(house)
        assert house.asterisk.legs[leg].music


class Faulty(Engine):
    """Stumbles over the key `#`; `also_after` makes its quarantine stumble too."""

    also_after = False

    def handle(self, event: Event) -> Outcome:
        if isinstance(event, DigitPressed) and event.digit == "#":
            raise ZeroDivisionError("a defect")
        return super().handle(event)

    def quarantine(self, event: Event) -> Outcome:
        if self.also_after:
            raise ZeroDivisionError("another defect")
        return super().quarantine(event)


async def test_a_defect_costs_one_call_which_the_dialplan_takes() -> None:
    async with running(House(Faulty(quick(), epoch=7))) as house:
        unlucky, lucky = house.asterisk.caller_arrives(), house.asterisk.caller_arrives()
        house.asterisk.presses(unlucky, "#")
        house.asterisk.presses(lucky, "4")
        await house.hears(HandedToFallback, call=call_of(unlucky))
        await house.hears(Queued, call=call_of(lucky))
        await nothing_more(house)
        assert house.asterisk.handed == [unlucky]
        assert ["a defect" in trace for trace in house.defects] == [True]


async def test_a_defect_in_the_quarantine_does_not_end_the_loop() -> None:
    engine = Faulty(quick(), epoch=7)
    engine.also_after = True
    async with running(House(engine)) as house:
        unlucky, lucky = house.asterisk.caller_arrives(), house.asterisk.caller_arrives()
        house.asterisk.presses(unlucky, "#")
        house.asterisk.presses(lucky, "4")
        await house.hears(Queued, call=call_of(lucky))
        assert len(house.defects) == 2


async def test_a_listener_that_fails_costs_a_line_and_no_call() -> None:
    house = House()
    failures: list[Sequence[Entry]] = []

    def failing(entries: Sequence[Entry]) -> None:
        if entries and not failures:
            failures.append(entries)
            raise OSError("no room")
        house._hear(entries)

    house.runner = Runner(
        Engine(quick(), epoch=7),
        house.asterisk,
        house.clock,
        listeners=(failing,),
        on_defect=house.defects.append,
        inbox_size=100,
    )
    house.asterisk.connects(house.runner.deliver)
    async with running(house):
        house.asterisk.presses(house.asterisk.caller_arrives(), "4")
        await house.hears(Queued)
    assert ["no room" in trace for trace in house.defects] == [True]


async def test_the_beat_is_passed_on_by_the_routing_loop_alone() -> None:
    house = House()
    house.asterisk.returns_beat(1764000000.5)
    for _ in range(5):
        await asyncio.sleep(0)
    assert house.asterisk.beats == []  # the inbox has it, but nobody routes
    async with running(house):
        await nothing_more(house)
        await asyncio.sleep(0)
        assert house.asterisk.beats == [1764000000.5]


async def test_a_beat_waits_its_turn_behind_the_events_before_it() -> None:
    seen: list[int] = []

    class Watching(Engine):
        def handle(self, event: Event) -> Outcome:
            seen.append(len(house.asterisk.beats))
            return super().handle(event)

    house = House(Watching(quick(), epoch=7))
    house.asterisk.caller_arrives()
    house.runner.deliver(BeatReturned(node=NODE, stamp=1.0))
    async with running(house):
        await nothing_more(house)
    assert seen[:2] == [0, 0]
    assert house.asterisk.beats == [1.0]


async def test_entries_reach_the_listener_in_the_order_of_the_journal() -> None:
    async with running(House()) as house:
        for _ in range(3):
            house.asterisk.caller_arrives()
        await house.hears(Queued)
        await nothing_more(house)
    numbers = [entry.seq for entry in house.entries]
    assert numbers == list(range(1, len(numbers) + 1))
    assert sum(isinstance(entry.record, CallStarted) for entry in house.entries) == 3


async def test_an_engine_that_was_stopped_asks_who_is_there_before_it_does_anything() -> None:
    async with running(House()) as house:
        await house.works("ana")
        leg = house.asterisk.caller_arrives()
        await nothing_more(house)
        house.clock.slept = timedelta(seconds=30)
        house.asterisk.presses(leg, "1")
        await house.hears(NodeLost)
        await house.hears(Queued)
        await nothing_more(house)
        assert house.asterisk.started_over == 1
        assert not any(isinstance(entry.record, OfferMade) for entry in house.entries)
        house.asterisk.connects()
        await house.hears(OfferMade)


async def test_a_slow_moment_is_no_sleep() -> None:
    async with running(House()) as house:
        house.asterisk.caller_arrives()
        await nothing_more(house)
        house.clock.slept = timedelta(seconds=1)
        await nothing_more(house)
        assert house.asterisk.started_over == 0
