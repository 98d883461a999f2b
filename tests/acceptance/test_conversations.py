"""A caller and an agent talk: how it ends, and what each is left with; a line for each story."""

from __future__ import annotations

import asyncio
import os
import signal
import time
from collections.abc import AsyncIterator, Mapping
from contextlib import AbstractAsyncContextManager, AsyncExitStack
from dataclasses import dataclass
from datetime import timedelta

import pytest
import pytest_asyncio

from router.adapters.control.protocol import FinishWrapUp, LogOut, Pause
from router.core.records import AgentLost, CallFinished, Ended, LadderLeft, OfferMade, Queued
from router.core.shift_records import WrapUpEnded, WrapUpStarted
from router.core.snapshot import AgentView
from router.core.vocabulary import AgentId, AgentState, DeviceKind, EndedBy
from router.standalone.phone_events import Closed
from router.standalone.phones import Phone
from router.standalone.programs import Prefix
from router.standalone.tone import heard, sounds
from tests.acceptance.hotline_up import LOOK_AGAIN_AFTER, Hotline
from tests.acceptance.people import (
    SOON,
    Agent,
    Caller,
    Callers,
    Shift,
    hear_each_other,
    on_shift,
)
from tests.acceptance.practice import number
from tests.acceptance.side_by_side import Story, Told, side_by_side
from tests.acceptance.telephone import Telephone, telephone

pytestmark = pytest.mark.asyncio(loop_scope="session")

FIRST_HZ, NEXT_HZ = 587, 880
AT_HOME = "+525512340011"
ALONE_FOR_AT_MOST = 0.6
# No audio for a second or two, then 2 s in which the telephone does not answer.
LOSS_IS_SEEN_WITHIN = 8.0
MUTED_FOR = 12.0
TRIED_AGAIN_FOR = timedelta(seconds=10)
GOODBYE_LASTS_AT_MOST = timedelta(seconds=15)


@dataclass(frozen=True, slots=True, kw_only=True)
class World:
    """The agent of a line is `LINE-1`; `fragile` are telephones that will be killed, by agent."""

    hotline: Hotline
    callers: Callers
    shift: Shift
    fragile: Mapping[str, Phone]
    mute: Telephone
    """Of `quiet-1`: sends a packet when told to."""
    never_heard: Telephone

    def dials(self, line: str) -> AbstractAsyncContextManager[Caller]:
        return self.callers.dials(self.hotline, number(line), flow=line)

    async def talking(self, caller: Caller, line: str) -> Phone:
        """The agent's telephone, once both hear each other."""
        phone = self.shift[f"{line}-1"]
        await phone.take_call(within=SOON)
        await caller.is_answered_by(f"{line}-1")
        await hear_each_other(caller, phone, FIRST_HZ)
        return phone

    async def sees(self, agent: str) -> AgentView:
        floor = await self.hotline.floor()
        return next(view for view in floor.agents if view.profile.id == agent)

    async def is_reachable(self, agent: str, device: DeviceKind) -> None:
        """Until the hotline knows so."""
        async with asyncio.timeout(SOON.total_seconds()):
            while True:
                if (device, True) in (await self.sees(agent)).reachable:
                    return
                await asyncio.sleep(LOOK_AGAIN_AFTER)


async def agent_hangs_up(world: World) -> None:
    async with world.dials("ended") as caller:
        desk = await world.talking(caller, "ended")
        hung_up_at = time.monotonic()
        await desk.hang_up()
        ended = await caller.first(Ended)
        assert (ended.agent, ended.by) == ("ended-1", EndedBy.AGENT)
        closed = await caller.phone.wait_for(Closed, within=GOODBYE_LASTS_AT_MOST)
        after = caller.phone.recording().between(hung_up_at + 0.3, closed.at)
        spoken = sum((span.duration for span in sounds(after)), timedelta())
        assert spoken > timedelta(seconds=2)
        assert not heard(after, FIRST_HZ)
        over = await caller.first(CallFinished)
        assert (over.by, over.at_step) == (EndedBy.SYSTEM, "gracias")


async def caller_hangs_up(world: World) -> None:
    async with world.dials("left") as caller:
        desk = await world.talking(caller, "left")
        closed = await caller.hangs_up()
        alone = await desk.wait_for(Closed, within=SOON)
        assert alone.at - closed.at < ALONE_FOR_AT_MOST
        ended = await caller.first(Ended)
        assert ended.by is EndedBy.CALLER


async def agents_phone_is_killed(world: World) -> None:
    async with world.dials("broken") as caller:
        fragile = world.fragile["broken-1"]
        await fragile.take_call(within=SOON)
        await caller.is_answered_by("broken-1")
        await hear_each_other(caller, fragile, FIRST_HZ)
        os.kill(fragile.pid, signal.SIGKILL)
        killed_at = time.monotonic()
        await caller.first(AgentLost, within=LOSS_IS_SEEN_WITHIN)
        lost_at = time.monotonic()
        message = await caller.phone.hears(within=timedelta(seconds=2), since=lost_at)
        assert message.start - lost_at < 2
        back = await caller.first(Queued, where=lambda each: each.again)
        assert back.queue == "broken"
        # The dead telephone is tried again for 10 s first (P3); broken-1 has no other.
        following = world.shift["broken-2"]
        await following.take_call(within=TRIED_AGAIN_FOR + SOON)
        assert [r.agent for r in caller.records(LadderLeft)] == ["broken-1"]
        await caller.is_answered_by("broken-2")
        await hear_each_other(caller, following, NEXT_HZ)
        assert caller.longest_silence(killed_at - 1) < timedelta(seconds=5)


async def agents_desk_phone_dies(world: World) -> None:
    await world.is_reachable("two-1", DeviceKind.DESK)
    async with world.dials("second_telephone") as caller:
        await world.fragile["two-1"].take_call(within=SOON)
        await hear_each_other(caller, world.fragile["two-1"], FIRST_HZ)
        os.kill(world.fragile["two-1"].pid, signal.SIGKILL)
        killed_at = time.monotonic()
        await caller.first(AgentLost, within=LOSS_IS_SEEN_WITHIN)
        at_home = world.shift["home-1"]
        await at_home.take_call(within=2 * SOON, confirm_with="1")
        await hear_each_other(caller, at_home, NEXT_HZ)
        *_, desk, phone = caller.records(OfferMade)
        assert (desk.device, phone.device) == (DeviceKind.DESK, DeviceKind.PHONE)
        assert {each.agent for each in caller.records(OfferMade)} == {"two-1"}
        assert not caller.records(LadderLeft)
        assert caller.longest_silence(killed_at - 1) < timedelta(seconds=5)


async def agent_is_muted(world: World) -> None:
    """Their telephone sends not one packet more, as many do; then its network dies."""
    async with world.dials("quiet") as caller:
        desk = world.mute
        invite = await desk.rings()
        desk.answers(invite)
        await caller.is_answered_by("quiet-1")
        desk.sends_silence(invite)
        muted_at = time.monotonic()
        # Woken by the caller's voice, which comes all the time.
        desk.packets.clear()
        await desk.until(lambda: time.monotonic() > muted_at + MUTED_FOR, within=2 * MUTED_FOR)
        assert not caller.records(AgentLost)
        assert not any(each.start.startswith("BYE") for each in desk.messages)
        assert desk.packets[-1].at > muted_at + MUTED_FOR - 1
        desk.close()
        await caller.first(AgentLost, within=LOSS_IS_SEEN_WITHIN)
        lost_at = time.monotonic()
        await caller.phone.hears(within=timedelta(seconds=2), since=lost_at)
        await caller.first(Queued, where=lambda each: each.again)


async def agent_cannot_be_heard(world: World) -> None:
    """Their telephone answers every question, but no audio ever comes from it."""
    async with world.dials("never_heard") as caller:
        desk = world.never_heard
        desk.answers(await desk.rings())
        await caller.is_answered_by("never_heard-1")
        await caller.first(AgentLost, within=LOSS_IS_SEEN_WITHIN)
        await desk.receives(lambda each: each.start.startswith("BYE"))


async def wrap_up_is_ended_by_the_agent(world: World) -> None:
    async with world.dials("wrapped") as one:
        await world.talking(one, "wrapped")
        await one.hangs_up()
        started = await one.first(WrapUpStarted)
        assert started.lasts is None
    async with world.dials("wrapped") as other:
        await other.waits_in("wrapped")
        assert (await world.sees("wrapped-1")).state is AgentState.WRAP_UP
        assert not other.records(OfferMade)
        ready = FinishWrapUp(agents=(AgentId("wrapped-1"),))
        await world.hotline.asks(lambda desk: desk.change_shift(ready))
        await other.first(OfferMade)
        ended = await one.first(WrapUpEnded)
        assert ended.by is EndedBy.AGENT


async def wrap_up_of_the_roster_counts(world: World) -> None:
    async with world.dials("overridden") as one:
        await world.talking(one, "overridden")
        await one.hangs_up()
        started = await one.first(WrapUpStarted)
        assert started.lasts == timedelta(seconds=1)
    async with world.dials("overridden") as other:
        await world.shift["overridden-1"].take_call(within=SOON)
        ended = await one.first(WrapUpEnded)
        assert ended.lasted >= timedelta(seconds=1)
        await other.is_answered_by("overridden-1")


async def shift_ends_in_a_conversation(world: World) -> None:
    async with world.dials("leaving") as caller:
        desk = await world.talking(caller, "leaving")
        request = LogOut(agents=(AgentId("leaving-1"),))
        await world.hotline.asks(lambda engine: engine.change_shift(request))
        await hear_each_other(caller, desk, FIRST_HZ)
        await caller.hangs_up()
        await desk.wait_for(Closed, within=SOON)
        await caller.first(CallFinished)
    async with world.dials("leaving") as other:
        await other.waits_in("leaving")
        assert (await world.sees("leaving-1")).state is AgentState.LOGGED_OUT
        assert not other.records(OfferMade)


async def break_begins_in_a_conversation(world: World) -> None:
    async with world.dials("pausing") as caller:
        desk = await world.talking(caller, "pausing")
        request = Pause(agents=(AgentId("pausing-1"),), reason="lunch")
        await world.hotline.asks(lambda engine: engine.change_shift(request))
        await hear_each_other(caller, desk, FIRST_HZ)
        await caller.hangs_up()
        await desk.wait_for(Closed, within=SOON)
        await caller.first(CallFinished)
    async with world.dials("pausing") as other:
        await other.waits_in("pausing")
        view = await world.sees("pausing-1")
        assert (view.state, view.reason) == (AgentState.PAUSED, "lunch")
        assert not other.records(OfferMade)


STORIES: tuple[Story[World], ...] = (
    agent_hangs_up,
    caller_hangs_up,
    agents_phone_is_killed,
    agents_desk_phone_dies,
    agent_is_muted,
    agent_cannot_be_heard,
    wrap_up_is_ended_by_the_agent,
    wrap_up_of_the_roster_counts,
    shift_ends_in_a_conversation,
    break_begins_in_a_conversation,
)


@pytest_asyncio.fixture(scope="module", loop_scope="session", autouse=True)
async def told(
    hotline: Hotline,
    callers: Callers,
    prefix: Prefix,
    tmp_path_factory: pytest.TempPathFactory,
) -> AsyncIterator[Told[World]]:
    folder = tmp_path_factory.mktemp("conversations")
    async with AsyncExitStack() as on:
        fragile = {
            agent: await on.enter_async_context(
                Phone.start(prefix, name=agent, folder=folder, tone_hz=FIRST_HZ)
            )
            for agent in ("broken-1", "two-1")
        }
        sip = hotline.stack["sip"]["host"], hotline.stack["sip"]["port"]
        mute = await on.enter_async_context(telephone("quiet-1", sip))
        never_heard = await on.enter_async_context(telephone("never_heard-1", sip))
        shift = await on.enter_async_context(
            on_shift(
                hotline,
                prefix,
                folder,
                Agent(id="broken-1", skills="broken: 5", elsewhere=fragile["broken-1"].uri),
                Agent(id="broken-2", skills="broken: 3", tone_hz=NEXT_HZ),
                Agent(
                    id="two-1",
                    skills="second_telephone: 5",
                    elsewhere=fragile["two-1"].uri,
                    also=f'{{kind: phone, number: "{AT_HOME}"}}',
                ),
                Agent(id="home-1", skills="", mobile=AT_HOME, tone_hz=NEXT_HZ, comes=False),
                Agent(id="quiet-1", skills="quiet: 5", elsewhere=mute.address),
                Agent(id="never_heard-1", skills="never_heard: 5", elsewhere=never_heard.address),
                Agent(id="wrapped-1", skills="wrapped: 5", wrap_up=""),
                Agent(id="overridden-1", skills="overridden: 5", wrap_up="1"),
                *(
                    Agent(id=f"{line}-1", skills=f"{line}: 5")
                    for line in ("ended", "left", "leaving", "pausing")
                ),
            )
        )
        world = World(
            hotline=hotline,
            callers=callers,
            shift=shift,
            fragile=fragile,
            mute=mute,
            never_heard=never_heard,
        )
        yield await on.enter_async_context(side_by_side(world, *STORIES))


async def test_caller_whose_agent_hangs_up_is_thanked_before_the_call_ends(
    told: Told[World],
) -> None:
    await told(agent_hangs_up)


async def test_agents_phone_is_free_at_once_when_the_caller_hangs_up(told: Told[World]) -> None:
    await told(caller_hangs_up)


async def test_caller_whose_agent_vanishes_is_told_so_and_reaches_another(
    told: Told[World],
) -> None:
    await told(agents_phone_is_killed)


async def test_agent_whose_desk_phone_dies_gets_their_caller_back_at_home(
    told: Told[World],
) -> None:
    await told(agents_desk_phone_dies)


async def test_agent_who_is_muted_keeps_their_caller_and_one_whose_network_died_does_not(
    told: Told[World],
) -> None:
    await told(agent_is_muted)


async def test_caller_of_an_agent_who_cannot_be_heard_does_not_wait_in_silence(
    told: Told[World],
) -> None:
    await told(agent_cannot_be_heard)


async def test_agent_who_ends_their_own_wrap_up_is_offered_nothing_before(
    told: Told[World],
) -> None:
    await told(wrap_up_is_ended_by_the_agent)


async def test_wrap_up_of_the_roster_overrides_the_queues(told: Told[World]) -> None:
    await told(wrap_up_of_the_roster_counts)


async def test_agent_who_logs_out_talks_to_the_end_and_is_offered_nothing_more(
    told: Told[World],
) -> None:
    await told(shift_ends_in_a_conversation)


async def test_agent_who_takes_a_break_talks_to_the_end_and_is_offered_nothing_more(
    told: Told[World],
) -> None:
    await told(break_begins_in_a_conversation)
