"""Nobody whom the caller could reach is there, or is there any more: who is rung then."""

from __future__ import annotations

import asyncio
import os
import signal
import time
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, AsyncExitStack
from dataclasses import dataclass
from datetime import timedelta

import pytest
import pytest_asyncio

from router.core.records import (
    AgentLost,
    CallFinished,
    LadderLeft,
    OfferMade,
    Overflowed,
    PartnerAnswered,
    PartnerLeft,
)
from router.core.vocabulary import AgentState, DeviceKind, EndedBy
from router.standalone.phones import Phone
from router.standalone.programs import Prefix
from tests.acceptance.hotline_up import LOOK_AGAIN_AFTER, Hotline
from tests.acceptance.people import SOON, Agent, Caller, Callers, Shift, hear_each_other, on_shift
from tests.acceptance.practice import PARTNER, number
from tests.acceptance.side_by_side import Story, Told, side_by_side

pytestmark = pytest.mark.asyncio(loop_scope="session")

HZ, ELSEWHERE_HZ, OUTSIDE_HZ = 587, 880, 1047
AT_HOME, ON_CALL = "+525512340011", "+525512340012"
# rtp_timeout is 4 s, and Asterisk looks once in a while.
LOSS_IS_SEEN_WITHIN = 8.0
SILENT_AT_MOST = timedelta(seconds=5)


@dataclass(frozen=True, slots=True, kw_only=True)
class World:
    """`fragile` is the telephone that will be killed."""

    hotline: Hotline
    callers: Callers
    shift: Shift
    fragile: Phone

    def dials(self, line: str) -> AbstractAsyncContextManager[Caller]:
        return self.callers.dials(self.hotline, number(line), flow=line)

    async def is_reachable(self, agent: str, device: DeviceKind) -> None:
        """Until the hotline knows so."""
        async with asyncio.timeout(SOON.total_seconds()):
            while True:
                views = (await self.hotline.floor()).agents
                if (device, True) in next(v for v in views if v.profile.id == agent).reachable:
                    return
                await asyncio.sleep(LOOK_AGAIN_AFTER)


async def agents_desk_phone_dies(world: World) -> None:
    await world.is_reachable("two-1", DeviceKind.DESK)
    async with world.dials("second_telephone") as caller:
        await world.fragile.take_call(within=SOON)
        await hear_each_other(caller, world.fragile, HZ)
        os.kill(world.fragile.pid, signal.SIGKILL)
        killed_at = time.monotonic()
        await caller.first(AgentLost, within=LOSS_IS_SEEN_WITHIN)
        at_home = world.shift["home-1"]
        await at_home.take_call(within=2 * SOON, confirm_with="1")
        await hear_each_other(caller, at_home, ELSEWHERE_HZ)
        *_, desk, phone = caller.records(OfferMade)
        assert (desk.device, phone.device) == (DeviceKind.DESK, DeviceKind.PHONE)
        assert {each.agent for each in caller.records(OfferMade)} == {"two-1"}
        assert not caller.records(LadderLeft)
        assert caller.longest_silence(killed_at - 1) < SILENT_AT_MOST


async def one_on_call_is_rung(world: World) -> None:
    async with world.dials("on_call") as caller:
        done = await caller.first(Overflowed)
        assert done.action == "on_call"
        phone = world.shift["guard-1"]
        await phone.take_call(within=SOON, confirm_with="1")
        await caller.is_answered_by("guard-1")
        await hear_each_other(caller, phone, ELSEWHERE_HZ)
        assert not any(offer.agent != "guard-1" for offer in caller.records(OfferMade))
        await caller.hangs_up()
        await caller.first(CallFinished)
    floor = await world.hotline.floor()
    (guard,) = [view for view in floor.agents if view.profile.id == "guard-1"]
    assert guard.state is AgentState.LOGGED_OUT


async def partner_is_rung(world: World) -> None:
    async with world.dials("partner") as caller:
        done = await caller.first(Overflowed)
        assert (done.action, done.into) == ("partner", "aliada")
        partner = world.shift["outside-1"]
        await partner.take_call(within=SOON, confirm_with="1")
        await caller.first(PartnerAnswered)
        await hear_each_other(caller, partner, OUTSIDE_HZ)
        assert not caller.records(OfferMade)
        await partner.hang_up()
        left = await caller.first(PartnerLeft)
        assert (left.contact, left.by) == ("aliada", EndedBy.AGENT)


STORIES: tuple[Story[World], ...] = (agents_desk_phone_dies, one_on_call_is_rung, partner_is_rung)


@pytest_asyncio.fixture(scope="module", loop_scope="session", autouse=True)
async def told(
    hotline: Hotline,
    callers: Callers,
    prefix: Prefix,
    tmp_path_factory: pytest.TempPathFactory,
) -> AsyncIterator[Told[World]]:
    folder = tmp_path_factory.mktemp("nobody_there")
    async with AsyncExitStack() as on:
        fragile = await on.enter_async_context(
            Phone.start(prefix, name="two-1", folder=folder, tone_hz=HZ)
        )
        at_home = f'{{kind: phone, number: "{AT_HOME}"}}'
        shift = await on.enter_async_context(
            on_shift(
                hotline,
                prefix,
                folder,
                Agent(
                    id="two-1", skills="second_telephone: 5", elsewhere=fragile.uri, also=at_home
                ),
                Agent(id="home-1", skills="", mobile=AT_HOME, tone_hz=ELSEWHERE_HZ, comes=False),
                Agent(
                    id="guard-1",
                    skills="on_call: 5",
                    mobile=ON_CALL,
                    tone_hz=ELSEWHERE_HZ,
                    on_call=True,
                    comes=False,
                ),
                Agent(id="outside-1", skills="", mobile=PARTNER, tone_hz=OUTSIDE_HZ, comes=False),
            )
        )
        world = World(hotline=hotline, callers=callers, shift=shift, fragile=fragile)
        yield await on.enter_async_context(side_by_side(world, *STORIES))


async def test_agent_whose_desk_phone_dies_gets_their_caller_back_at_home(
    told: Told[World],
) -> None:
    await told(agents_desk_phone_dies)


async def test_one_on_call_is_rung_at_home_when_nobody_is_on_shift(told: Told[World]) -> None:
    await told(one_on_call_is_rung)


async def test_partner_outside_takes_a_caller_for_whom_nobody_is_there(
    told: Told[World],
) -> None:
    await told(partner_is_rung)
