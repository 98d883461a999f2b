"""How a caller reaches an agent, whatever the telephones on the way do: a line for each story."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, AsyncExitStack
from dataclasses import dataclass
from datetime import timedelta

import pytest
import pytest_asyncio

from router.core.records import (
    Abandoned,
    CallFinished,
    OfferEnded,
    OfferMade,
    OfferPickedUp,
    Overflowed,
    PartnerAnswered,
    PartnerLeft,
)
from router.core.vocabulary import AgentState, DeviceKind, EndedBy, OfferOutcome
from router.standalone.loopback import free_port
from router.standalone.phone_events import Cancelled, Closed, Incoming
from router.standalone.phones import Answer
from router.standalone.programs import Prefix
from router.standalone.refusals import refusing
from router.standalone.tone import heard
from tests.acceptance.hotline_up import Hotline
from tests.acceptance.people import (
    GAP,
    MAIN_LINE,
    SOON,
    Agent,
    Caller,
    Callers,
    Shift,
    hear_each_other,
    on_shift,
    tells_nothing_of,
)
from tests.acceptance.practice import PARTNER, number
from tests.acceptance.side_by_side import Story, Told, side_by_side

pytestmark = pytest.mark.asyncio(loop_scope="session")

REFUSING = {"busy": 486, "declined": 603, "unknown": 404, "unavailable": 503, "mute": None}
"""How the first agent's telephone on the line of this name answers."""
STOPS_RINGING_WITHIN = 0.5
FIRST_HZ, NEXT_HZ, OUTSIDE_HZ = 587, 880, 1047


@dataclass(frozen=True, slots=True, kw_only=True)
class World:
    """Everybody who plays here. The agents of a line: `LINE-1` is asked first, `LINE-2` next."""

    hotline: Hotline
    callers: Callers
    shift: Shift

    def dials(self, line: str) -> AbstractAsyncContextManager[Caller]:
        return self.callers.dials(self.hotline, number(line), flow=line)


def first_at(line: str, *, mobile: str = "", answer: Answer = Answer.BY_HAND) -> Agent:
    return Agent(id=f"{line}-1", skills=f"{line}: 5", mobile=mobile, answer=answer)


def next_at(line: str) -> Agent:
    return Agent(id=f"{line}-2", skills=f"{line}: 3", tone_hz=NEXT_HZ)


async def the_next_agent_takes_it(
    world: World, line: str, outcome: OfferOutcome, *, within: float = 5
) -> OfferEnded:
    """The first agent's offer ends so; the next is rung and talks; music plays all the while."""
    async with world.dials(line) as caller:
        offer = await caller.first(OfferMade)
        assert offer.agent == f"{line}-1"
        music = await caller.phone.hears(within=SOON)
        ended = await caller.first(OfferEnded, within=within)
        assert (ended.agent, ended.outcome) == (f"{line}-1", outcome)
        following = world.shift[f"{line}-2"]
        await following.take_call(within=SOON)
        answered = await caller.is_answered_by(f"{line}-2")
        assert answered.queue == line
        await hear_each_other(caller, following, NEXT_HZ)
        assert caller.longest_silence(music.start) < GAP
        assert not heard(caller.phone.recording(), FIRST_HZ)
    return ended


async def phone_is_busy(world: World) -> None:
    await the_next_agent_takes_it(world, "busy", OfferOutcome.DECLINED)


async def phone_declines(world: World) -> None:
    await the_next_agent_takes_it(world, "declined", OfferOutcome.DECLINED)


async def phone_is_unknown(world: World) -> None:
    await the_next_agent_takes_it(world, "unknown", OfferOutcome.UNREACHABLE)


async def phone_is_unavailable(world: World) -> None:
    await the_next_agent_takes_it(world, "unavailable", OfferOutcome.UNREACHABLE)


async def phone_never_says_a_word(world: World) -> None:
    ended = await the_next_agent_takes_it(world, "mute", OfferOutcome.UNREACHABLE)
    assert timedelta(seconds=2.9) < ended.after < timedelta(seconds=4)


async def nobody_picks_up(world: World) -> None:
    ended = await the_next_agent_takes_it(world, "unanswered", OfferOutcome.NO_ANSWER)
    assert timedelta(seconds=1.9) < ended.after < timedelta(seconds=4)
    assert world.shift["unanswered-1"].seen(Cancelled)


async def machine_picks_up(world: World) -> None:
    ended = await the_next_agent_takes_it(world, "machine", OfferOutcome.MACHINE, within=15)
    assert timedelta(seconds=10) <= ended.after < timedelta(seconds=12)
    await world.shift["machine-1"].wait_for(Closed, within=SOON)


async def only_1_confirms(world: World) -> None:
    mobile = world.shift["confirmed-1"]
    async with world.dials("confirmed") as caller:
        call = await mobile.incoming(within=SOON)
        assert f"sip:{MAIN_LINE}@" in call.from_header
        assert tells_nothing_of(caller, call)
        up = await mobile.accept()
        await caller.first(OfferPickedUp)
        await mobile.hears(within=SOON, since=up.at)
        await mobile.press("5")
        floor = await world.hotline.floor()
        assert [view.stage for view in floor.calls if view.call == caller.call] == ["offered"]
        assert not heard(caller.phone.recording(), FIRST_HZ)
        await mobile.press("1")
        await caller.is_answered_by("confirmed-1")
        await hear_each_other(caller, mobile, FIRST_HZ)


async def desk_answers_at_once(world: World) -> None:
    async with world.dials("plain") as caller:
        await caller.is_answered_by("plain-1")
        await hear_each_other(caller, world.shift["plain-1"], FIRST_HZ)
        (call,) = world.shift["plain-1"].seen(Incoming)
        assert f"sip:{MAIN_LINE}@" in call.from_header
        assert tells_nothing_of(caller, call)
        assert not caller.records(OfferPickedUp)


async def caller_gives_up_while_it_rings(world: World) -> None:
    async with world.dials("given_up") as caller:
        desk = world.shift["given_up-1"]
        await desk.incoming(within=SOON)
        gone_at = time.monotonic()
        await caller.hangs_up()
        stopped = await desk.wait_for(Cancelled, within=SOON)
        assert stopped.at - gone_at < STOPS_RINGING_WITHIN
        gone = await caller.first(Abandoned)
        assert gone.offered
        ended = await caller.first(OfferEnded)
        assert ended.outcome is OfferOutcome.WITHDRAWN


async def caller_gives_up_during_the_whisper(world: World) -> None:
    async with world.dials("given_up_late") as caller:
        mobile = world.shift["given_up_late-1"]
        await mobile.incoming(within=SOON)
        up = await mobile.accept()
        await mobile.hears(within=SOON, since=up.at)
        gone_at = time.monotonic()
        await caller.hangs_up()
        stopped = await mobile.wait_for(Closed, within=SOON)
        assert stopped.at - gone_at < STOPS_RINGING_WITHIN
        ended = await caller.first(OfferEnded)
        assert ended.outcome is OfferOutcome.WITHDRAWN


async def two_ring_and_one_is_faster(world: World) -> None:
    one, other = world.shift["both-1"], world.shift["both-2"]
    async with world.dials("both") as caller:
        await one.incoming(within=SOON)
        await other.incoming(within=SOON)
        await other.accept()
        await caller.is_answered_by("both-2")
        stopped = await one.wait_for(Cancelled, within=SOON)
        assert "elsewhere" in stopped.reason
        outcomes = {
            each.agent: each.outcome
            for each in (
                await caller.first(OfferEnded, where=lambda each: each.agent == "both-1"),
                await caller.first(OfferEnded, where=lambda each: each.agent == "both-2"),
            )
        }
        assert outcomes == {"both-1": OfferOutcome.WITHDRAWN, "both-2": OfferOutcome.ACCEPTED}


async def second_device_is_rung(world: World) -> None:
    mobile = world.shift["second_device-2"]
    async with world.dials("second_device") as caller:
        await caller.first(OfferMade, where=lambda each: each.device is DeviceKind.DESK)
        await mobile.take_call(within=SOON, confirm_with="1")
        await caller.is_answered_by("second_device-1")
        devices = [each.device for each in caller.records(OfferMade)]
        assert devices == [DeviceKind.DESK, DeviceKind.PHONE]


async def second_caller_waits_for_the_only_agent(world: World) -> None:
    desk = world.shift["full-1"]
    async with world.dials("full") as one, world.dials("full") as other:
        await desk.take_call(within=SOON)
        await one.is_answered_by("full-1")
        await hear_each_other(one, desk, FIRST_HZ)
        await other.waits_in("full")
        assert not other.records(OfferMade)
        await one.hangs_up()
        await desk.take_call(within=SOON)
        await other.is_answered_by("full-1")


async def one_on_call_is_rung(world: World) -> None:
    async with world.dials("on_call") as caller:
        done = await caller.first(Overflowed)
        assert done.action == "on_call"
        phone = world.shift["guard-1"]
        await phone.take_call(within=SOON, confirm_with="1")
        await caller.is_answered_by("guard-1")
        await hear_each_other(caller, phone, NEXT_HZ)
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


async def agent_logs_in_whose_phone_is_off(world: World) -> None:
    refused = await world.hotline.runs("agents", "login", "off-1", "plain-1")
    assert refused.code == 1
    assert "does not answer; calls are offered as soon as it does" in refused.said
    assert "(plain-1)" in refused.said
    floor = await world.hotline.floor()
    (off,) = [view for view in floor.agents if view.profile.id == "off-1"]
    assert off.state is AgentState.READY


STORIES: tuple[Story[World], ...] = (
    phone_is_busy,
    phone_declines,
    phone_is_unknown,
    phone_is_unavailable,
    phone_never_says_a_word,
    nobody_picks_up,
    machine_picks_up,
    only_1_confirms,
    desk_answers_at_once,
    caller_gives_up_while_it_rings,
    caller_gives_up_during_the_whisper,
    two_ring_and_one_is_faster,
    second_device_is_rung,
    second_caller_waits_for_the_only_agent,
    one_on_call_is_rung,
    partner_is_rung,
    agent_logs_in_whose_phone_is_off,
)


@pytest_asyncio.fixture(scope="module", loop_scope="session", autouse=True)
async def told(
    hotline: Hotline,
    callers: Callers,
    prefix: Prefix,
    tmp_path_factory: pytest.TempPathFactory,
) -> AsyncIterator[Told[World]]:
    folder = tmp_path_factory.mktemp("offers")
    async with AsyncExitStack() as on:
        refusers = {
            line: await on.enter_async_context(
                refusing(prefix, name=f"{line}-1", status=status, folder=folder)
            )
            for line, status in {**REFUSING, "second_device": 404}.items()
        }
        shift = await on.enter_async_context(
            on_shift(
                hotline,
                prefix,
                folder,
                *(
                    Agent(id=f"{line}-1", skills=f"{line}: 5", elsewhere=refusers[line].uri)
                    for line in REFUSING
                ),
                *map(next_at, (*REFUSING, "unanswered", "machine", "both")),
                first_at("unanswered"),
                Agent(
                    id="machine-1",
                    skills="machine: 5",
                    mobile="+525512340001",
                    machine=True,
                    answer=Answer.AT_ONCE,
                ),
                first_at("confirmed", mobile="+525512340002"),
                first_at("plain", answer=Answer.AT_ONCE),
                first_at("given_up"),
                first_at("given_up_late", mobile="+525512340003"),
                first_at("both"),
                first_at("full"),
                Agent(
                    id="second_device-1",
                    skills="second_device: 5",
                    elsewhere=refusers["second_device"].uri,
                    also='{kind: phone, number: "+525512340004"}',
                ),
                Agent(
                    id="off-1",
                    skills="",
                    elsewhere=f"sip:off-1@127.0.0.1:{free_port()}",
                    comes=False,
                ),
                Agent(id="second_device-2", skills="", mobile="+525512340004"),
                Agent(
                    id="guard-1",
                    skills="on_call: 5",
                    mobile="+525512340012",
                    tone_hz=NEXT_HZ,
                    on_call=True,
                    comes=False,
                ),
                Agent(id="outside-1", skills="", mobile=PARTNER, tone_hz=OUTSIDE_HZ, comes=False),
            )
        )
        world = World(hotline=hotline, callers=callers, shift=shift)
        yield await on.enter_async_context(side_by_side(world, *STORIES))


async def test_phone_that_is_busy_leads_to_the_next_agent(told: Told[World]) -> None:
    await told(phone_is_busy)


async def test_phone_that_declines_leads_to_the_next_agent(told: Told[World]) -> None:
    await told(phone_declines)


async def test_phone_that_is_unknown_leads_to_the_next_agent(told: Told[World]) -> None:
    await told(phone_is_unknown)


async def test_phone_that_is_unavailable_leads_to_the_next_agent(told: Told[World]) -> None:
    await told(phone_is_unavailable)


async def test_phone_that_never_says_a_word_leads_to_the_next_agent_after_3_s(
    told: Told[World],
) -> None:
    await told(phone_never_says_a_word)


async def test_agent_who_does_not_pick_up_is_followed_by_the_next(told: Told[World]) -> None:
    await told(nobody_picks_up)


async def test_answering_machine_never_gets_the_caller(told: Told[World]) -> None:
    await told(machine_picks_up)


async def test_person_at_a_mobile_hears_the_whisper_and_only_1_accepts(told: Told[World]) -> None:
    await told(only_1_confirms)


async def test_desk_phone_that_picks_up_has_the_caller_without_a_key(told: Told[World]) -> None:
    await told(desk_answers_at_once)


async def test_caller_who_hangs_up_stops_the_ringing_within_half_a_second(
    told: Told[World],
) -> None:
    await told(caller_gives_up_while_it_rings)


async def test_caller_who_hangs_up_ends_the_whisper_within_half_a_second(
    told: Told[World],
) -> None:
    await told(caller_gives_up_during_the_whisper)


async def test_of_two_who_ring_the_faster_has_the_caller_and_the_other_is_told_why(
    told: Told[World],
) -> None:
    await told(two_ring_and_one_is_faster)


async def test_agents_second_device_is_rung_when_the_first_cannot_be_reached(
    told: Told[World],
) -> None:
    await told(second_device_is_rung)


async def test_second_caller_waits_until_the_only_agent_is_free(told: Told[World]) -> None:
    await told(second_caller_waits_for_the_only_agent)


async def test_one_on_call_is_rung_at_home_when_nobody_is_on_shift(told: Told[World]) -> None:
    await told(one_on_call_is_rung)


async def test_partner_outside_takes_a_caller_for_whom_nobody_is_there(
    told: Told[World],
) -> None:
    await told(partner_is_rung)


async def test_login_says_whose_telephone_does_not_answer(told: Told[World]) -> None:
    await told(agent_logs_in_whose_phone_is_off)
