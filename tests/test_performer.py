"""Commands run in order per resource and side by side otherwise; a refusal drops the rest."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from datetime import timedelta

from router.core.commands import (
    Bridge,
    Command,
    Dial,
    EnrolInFallback,
    HandToDialplan,
    Hangup,
    Play,
    ProvisionDevice,
    RemoveBridge,
    StartMusic,
    StopMusic,
    StopPlay,
)
from router.core.vocabulary import (
    AgentId,
    BridgeId,
    CallId,
    Device,
    DeviceKind,
    Language,
    LegId,
    NodeId,
    OfferId,
    PlaybackId,
    PromptId,
    QueueName,
    Refusal,
)
from router.performer import Performer
from router.ports import Failure

NODE = NodeId("n1")
ONE, OTHER = CallId("n1-one"), CallId("n1-other")
DESK = Device(kind=DeviceKind.DESK, password="x")
REFUSED = Failure(why=Refusal.REFUSED, detail="no")


def leg(call: CallId) -> LegId:
    return LegId(f"leg-of-{call}")


def play(call: CallId = ONE) -> Play:
    return Play(
        node=NODE,
        call=call,
        leg=leg(call),
        playback=PlaybackId(f"{call}-p"),
        prompts=(PromptId("menu"),),
        language=Language("es"),
    )


def stop_play(call: CallId = ONE) -> StopPlay:
    return StopPlay(node=NODE, call=call, leg=leg(call), playback=PlaybackId(f"{call}-p"))


def start_music(call: CallId = ONE) -> StartMusic:
    return StartMusic(node=NODE, call=call, leg=leg(call))


def stop_music(call: CallId = ONE) -> StopMusic:
    return StopMusic(node=NODE, call=call, leg=leg(call))


def bridge(call: CallId = ONE) -> Bridge:
    return Bridge(
        node=NODE, call=call, bridge=BridgeId(f"{call}-b"), legs=(leg(call), LegId(f"{call}-a"))
    )


def hang_up(call: CallId = ONE) -> Hangup:
    return Hangup(node=NODE, call=call, leg=leg(call))


def hand(call: CallId = ONE) -> HandToDialplan:
    return HandToDialplan(node=NODE, call=call, leg=leg(call))


def dial(agent: str, call: CallId = ONE) -> Dial:
    return Dial(
        node=NODE,
        call=call,
        leg=LegId(f"{call}-{agent}"),
        offer=OfferId(f"{call}-o"),
        agent=AgentId(agent),
        device=DESK,
        epoch=7,
        ring_for=timedelta(seconds=15),
        queue=QueueName("crisis"),
    )


class Gated:
    """Each command waits at a gate of its kind, if the test has closed one."""

    def __init__(self) -> None:
        self.begun: list[str] = []
        self.done: list[str] = []
        self.refuse: set[type[Command]] = set()
        self.break_at: type[Command] | None = None
        self._closed: dict[str, asyncio.Event] = {}
        self._reached: defaultdict[str, asyncio.Event] = defaultdict(asyncio.Event)

    def close(self, command: Command) -> None:
        self._closed[name(command)] = asyncio.Event()

    def open(self, command: Command) -> None:
        self._closed[name(command)].set()

    async def reaches(self, command: Command) -> None:
        await asyncio.wait_for(self._reached[name(command)].wait(), timeout=5)

    async def perform(self, command: Command) -> Failure | None:
        this = name(command)
        self.begun.append(this)
        self._reached[this].set()
        if this in self._closed:
            await self._closed[this].wait()
        if type(command) is self.break_at:
            raise KeyError("a defect")
        self.done.append(this)
        return REFUSED if type(command) in self.refuse else None

    async def beat(self, node: NodeId, stamp: float) -> None:
        """Not of interest here."""

    def start_over(self) -> None:
        """Nor this."""


def name(command: Command) -> str:
    return f"{type(command).__name__} {command.call}"


class Desk:
    """A performer before a gated Asterisk, and what failed."""

    def __init__(self) -> None:
        self.asterisk = Gated()
        self.failed: list[tuple[str, tuple[str, ...]]] = []
        self.performer = Performer(self.asterisk, self._failed)

    def _failed(self, command: Command, failure: Failure, dropped: tuple[Command, ...]) -> None:
        assert failure is REFUSED or failure.why is Refusal.UNKNOWN
        self.failed.append((name(command), tuple(name(each) for each in dropped)))

    async def carries_out(self, *commands: Command) -> list[str]:
        self.performer.start(commands)
        await asyncio.wait_for(self.performer.drain(), timeout=5)
        return self.asterisk.done


async def test_commands_on_one_leg_run_in_order() -> None:
    desk = Desk()
    desk.asterisk.close(stop_play())
    desk.performer.start([stop_play(), start_music()])
    await desk.asterisk.reaches(stop_play())
    assert desk.asterisk.begun == ["StopPlay n1-one"]
    desk.asterisk.open(stop_play())
    await desk.performer.drain()
    assert desk.asterisk.done == ["StopPlay n1-one", "StartMusic n1-one"]


async def test_the_next_turn_waits_for_the_last_one_on_the_same_leg() -> None:
    desk = Desk()
    desk.asterisk.close(play())
    desk.performer.start([play()])
    desk.performer.start([stop_play()])
    await desk.asterisk.reaches(play())
    assert desk.asterisk.begun == ["Play n1-one"]
    desk.asterisk.open(play())
    await desk.performer.drain()
    assert desk.asterisk.done == ["Play n1-one", "StopPlay n1-one"]


async def test_callers_do_not_wait_for_each_other() -> None:
    desk = Desk()
    desk.asterisk.close(play(ONE))
    desk.performer.start([play(ONE), play(OTHER)])
    await desk.asterisk.reaches(play(OTHER))
    assert "Play n1-other" in desk.asterisk.begun
    desk.asterisk.open(play(ONE))
    await desk.performer.drain()


async def test_a_bridge_waits_for_both_legs_and_what_follows_waits_for_the_bridge() -> None:
    desk = Desk()
    desk.asterisk.close(stop_play())
    desk.performer.start([stop_play(), bridge(), hang_up()])
    await desk.asterisk.reaches(stop_play())
    assert desk.asterisk.begun == ["StopPlay n1-one"]
    desk.asterisk.open(stop_play())
    await desk.performer.drain()
    assert desk.asterisk.done == ["StopPlay n1-one", "Bridge n1-one", "Hangup n1-one"]


async def test_a_conversation_waits_for_the_end_of_the_music() -> None:
    """Else the caller may hear music instead of the agent to the end."""
    desk = Desk()
    desk.asterisk.close(stop_music())
    desk.performer.start([stop_music(), bridge()])
    await desk.asterisk.reaches(stop_music())
    assert desk.asterisk.begun == ["StopMusic n1-one"]
    desk.asterisk.open(stop_music())
    await desk.performer.drain()
    assert desk.asterisk.done == ["StopMusic n1-one", "Bridge n1-one"]


async def test_an_agent_is_rung_only_after_what_concerned_them_before() -> None:
    desk = Desk()
    provision = ProvisionDevice(node=NODE, call=None, agent=AgentId("ana"), device=DESK)
    desk.asterisk.close(provision)
    desk.performer.start([provision])
    desk.performer.start([dial("ana"), dial("bea", OTHER)])
    await desk.asterisk.reaches(dial("bea", OTHER))
    assert desk.asterisk.begun == ["ProvisionDevice None", "Dial n1-other"]
    desk.asterisk.open(provision)
    await desk.performer.drain()
    assert desk.asterisk.done[-1] == "Dial n1-one"


async def test_a_refusal_drops_the_rest_of_the_calls_commands_and_tells_which() -> None:
    desk = Desk()
    desk.asterisk.refuse = {Play}
    done = await desk.carries_out(play(), bridge())
    assert done == ["Play n1-one"]
    assert desk.failed == [("Play n1-one", ("Bridge n1-one",))]


async def test_hang_ups_music_the_fallback_and_the_end_of_a_bridge_run_all_the_same() -> None:
    desk = Desk()
    desk.asterisk.refuse = {Play}
    over = RemoveBridge(node=NODE, call=ONE, bridge=BridgeId("over"))
    done = await desk.carries_out(
        play(), bridge(), over, stop_play(), stop_music(), start_music(), hand(), hang_up()
    )
    ran = [each.split()[0] for each in done]
    assert sorted(ran) == sorted(
        ["Play", "RemoveBridge", "StopPlay", "StopMusic", "StartMusic", "HandToDialplan", "Hangup"]
    )
    assert ran.index("StopMusic") < ran.index("StartMusic") < ran.index("HandToDialplan")


async def test_other_calls_and_the_house_are_not_touched_by_a_refusal() -> None:
    desk = Desk()
    desk.asterisk.refuse = {Bridge}
    enrol = EnrolInFallback(node=NODE, call=None, agent=AgentId("ana"), paused=False)
    done = await desk.carries_out(bridge(), play(OTHER), enrol)
    assert set(done) == {"Bridge n1-one", "Play n1-other", "EnrolInFallback None"}
    assert desk.failed == [("Bridge n1-one", ())]


async def test_what_has_begun_already_is_not_counted_as_dropped() -> None:
    desk = Desk()
    desk.asterisk.close(play())
    desk.asterisk.refuse = {Play}
    desk.performer.start([play(), dial("ana")])
    await desk.asterisk.reaches(dial("ana"))
    desk.asterisk.open(play())
    await desk.performer.drain()
    assert desk.failed == [("Play n1-one", ())]


async def test_the_next_turn_of_the_call_is_not_dropped_with_the_last() -> None:
    desk = Desk()
    desk.asterisk.refuse = {Bridge}
    desk.performer.start([bridge()])
    desk.performer.start([play()])
    await desk.performer.drain()
    assert desk.asterisk.done == ["Bridge n1-one", "Play n1-one"]


async def test_nothing_is_remembered_of_what_is_done() -> None:
    desk = Desk()
    await desk.carries_out(play(), bridge(), hang_up())
    assert not desk.performer._last
    assert not desk.performer._running


async def test_a_defect_of_the_adapter_is_a_failure_like_another() -> None:
    desk = Desk()
    desk.asterisk.break_at = Play
    assert await desk.carries_out(play(), bridge(), hang_up()) == ["Hangup n1-one"]
    assert desk.failed == [("Play n1-one", ("Bridge n1-one",))]
