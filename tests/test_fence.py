"""Whether a life of the engine may act: only upon a beat that is young, and never after its end."""

from __future__ import annotations

import asyncio

from router.core.commands import Command, Hangup, RetireDevice
from router.core.vocabulary import AgentId, CallId, NodeId, Refusal
from router.fence import Fence
from router.performer import Performer
from router.ports import Failure
from tests.fakes.telephony import NODE, FakeTelephony


class Clock:
    """Goes on when it is told to."""

    def __init__(self) -> None:
        self.at = 100.0

    def __call__(self) -> float:
        return self.at


def beaten(clock: Clock) -> Fence:
    """A beat of now stands in Asterisk."""
    fence = Fence(7, now=clock)
    fence.at(NODE).prove(sent=clock.at)
    return fence


class Refusals:
    """What the performer could not do."""

    def __init__(self) -> None:
        self.all: list[Failure] = []

    def __call__(self, command: Command, failure: Failure, dropped: tuple[Command, ...]) -> None:
        self.all.append(failure)


async def turns() -> None:
    """Long enough for whatever can go on."""
    for _ in range(5):
        await asyncio.sleep(0)


async def performed(fence: Fence) -> tuple[FakeTelephony, Refusals]:
    """One command, begun and not waited for."""
    asterisk, refusals = FakeTelephony(), Refusals()
    hang_up = Hangup(node=NODE, call=CallId("c"), leg=asterisk.caller_arrives())
    Performer(asterisk, refusals, fence).start([hang_up])
    await turns()
    return asterisk, refusals


async def test_an_engine_whose_beat_is_young_acts() -> None:
    clock = Clock()
    fence = beaten(clock)
    clock.at += 2.4
    asterisk, _ = await performed(fence)
    assert len(asterisk.performed) == 1
    assert fence.first_act == fence.last_act == clock.at


async def test_an_engine_that_has_taken_over_does_nothing_before_its_first_beat() -> None:
    clock = Clock()
    fence = Fence(7, now=clock)
    asterisk, _ = await performed(fence)
    assert not asterisk.performed
    fence.at(NODE).prove(sent=clock.at)
    await turns()
    assert len(asterisk.performed) == 1


async def test_an_engine_that_slept_does_nothing_until_a_beat_of_now_is_written() -> None:
    clock = Clock()
    fence = beaten(clock)
    clock.at += 30
    asterisk, _ = await performed(fence)
    assert not asterisk.performed
    fence.at(NODE).prove(sent=clock.at - 29)  # it lay in the socket
    await turns()
    assert not asterisk.performed
    fence.at(NODE).prove(sent=clock.at)
    await turns()
    assert len(asterisk.performed) == 1


async def test_no_command_waits_for_a_beat_for_ever() -> None:
    clock = Clock()
    fence = beaten(clock)
    clock.at += 30
    asterisk, refusals = await performed(fence)
    clock.at += 30
    fence.at(NODE).prove(sent=0.0)
    await turns()
    assert not asterisk.performed
    assert [each.why for each in refusals.all] == [Refusal.REFUSED]


async def test_an_engine_that_was_replaced_never_acts_again() -> None:
    clock = Clock()
    fence = beaten(clock)
    assert fence.sees(7)
    assert not fence.sees(8)
    fence.at(NODE).prove(sent=clock.at)
    asterisk, refusals = await performed(fence)
    assert not asterisk.performed
    assert [each.detail for each in refusals.all] == ["another engine has a newer token"]


async def test_a_command_that_waits_is_refused_when_another_engine_takes_over() -> None:
    clock = Clock()
    fence = beaten(clock)
    clock.at += 30
    asterisk, refusals = await performed(fence)
    fence.shut("replaced")
    await turns()
    assert not asterisk.performed
    assert [each.detail for each in refusals.all] == ["replaced"]


async def test_the_loss_of_a_node_stops_nothing_on_the_others() -> None:
    clock, other = Clock(), NodeId("n2")
    fence = beaten(clock)
    fence.at(other).prove(sent=clock.at)
    clock.at += 30
    fence.at(other).prove(sent=clock.at)
    asterisk, refusals, agent = FakeTelephony(), Refusals(), AgentId("ana")
    Performer(asterisk, refusals, fence).start(
        [RetireDevice(node=node, call=None, agent=agent) for node in (NODE, other)]
    )
    await turns()
    assert [command.node for command in asterisk.performed] == [other]
    assert fence.is_fresh


async def test_a_newer_token_at_one_node_ends_the_life_at_all() -> None:
    clock, other = Clock(), NodeId("n2")
    fence = beaten(clock)
    fence.at(other).prove(sent=clock.at)
    assert not fence.sees(8)
    assert not fence.at(NODE).acts()
    assert not fence.at(other).acts()


async def test_where_another_engine_has_just_beaten_nothing_is_done_until_that_is_old() -> None:
    clock = Clock()
    fence = beaten(clock)
    fence.at(NODE).wait_for_other()
    assert not fence.at(NODE).acts()
    clock.at += 2.5
    fence.at(NODE).prove(sent=clock.at)
    assert fence.at(NODE).acts()


def test_its_own_token_ends_no_life_and_a_newer_one_does() -> None:
    fence = beaten(Clock())
    assert fence.sees(7)
    assert fence.sees(6)
    assert not fence.is_shut
    assert not fence.sees(8)
    assert fence.is_shut


def test_news_of_an_older_beat_takes_nothing_from_a_younger_one() -> None:
    clock = Clock()
    fence = beaten(clock)
    fence.at(NODE).prove(sent=clock.at - 10)
    assert fence.is_fresh
