"""The contract of ports.Telephony: the fake and the real Asterisk keep the same sentences."""

from __future__ import annotations

import itertools
from collections.abc import AsyncIterator
from datetime import timedelta

import pytest

from router.core import commands as c
from router.core import events as e
from router.core.vocabulary import (
    BridgeId,
    CallId,
    Device,
    DeviceKind,
    Language,
    LegEnding,
    LegId,
    OfferId,
    PlaybackId,
    PromptId,
    QueueName,
    RecordingId,
    Refusal,
)
from tests.acceptance.asterisk_server import AsteriskServer
from tests.adapters.telephony_world import (
    ANA,
    LINE,
    LONG,
    MISSING,
    MOBILE,
    NODE,
    SHORT,
    FakeWorld,
    World,
    now,
    real_world,
)

ES = Language("es")
# Ids are never used twice, also not by two tests on one Asterisk.
_numbers = itertools.count(1)


@pytest.fixture(params=["fake", "real"])
async def world(request: pytest.FixtureRequest) -> AsyncIterator[World]:
    if request.param == "fake":
        yield FakeWorld()
        return
    async with real_world(request.getfixturevalue("asterisk_server")) as real:
        yield real


def play(leg: LegId, *prompts: PromptId) -> c.Play:
    number = next(_numbers)
    return c.Play(
        node=NODE,
        call=CallId("c"),
        leg=leg,
        playback=PlaybackId(f"c-e1-p{number}"),
        prompts=prompts,
        language=ES,
    )


def stop(played: c.Play) -> c.StopPlay:
    return c.StopPlay(node=NODE, call=played.call, leg=played.leg, playback=played.playback)


def record(leg: LegId) -> c.RecordSound:
    return c.RecordSound(
        node=NODE,
        call=CallId("c"),
        leg=leg,
        recording=RecordingId(f"c-e1-m{next(_numbers)}"),
        longest=timedelta(seconds=30),
        silence=timedelta(seconds=20),
        ends_with="#",
    )


def dial(device: Device = MOBILE) -> c.Dial:
    number = next(_numbers)
    return c.Dial(
        node=NODE,
        call=CallId("c"),
        leg=LegId(f"c{number}-e1-a{number}"),
        offer=OfferId(f"c-e1-o{number}"),
        agent=ANA,
        device=device,
        epoch=1,
        ring_for=timedelta(seconds=8),
        queue=QueueName("crisis"),
    )


def bridge(*legs: LegId) -> c.Bridge:
    return c.Bridge(
        node=NODE, call=CallId("c"), bridge=BridgeId(f"c-e1-b{next(_numbers)}"), legs=legs
    )


def hang_up(leg: LegId, *, elsewhere: bool = False) -> c.Hangup:
    return c.Hangup(node=NODE, call=CallId("c"), leg=leg, answered_elsewhere=elsewhere)


async def ended(world: World, leg: LegId) -> e.LegEnded:
    return await world.inbox.gets(e.LegEnded, lambda event: event.leg == leg)


async def agent_is_up(world: World) -> LegId:
    command = dial()
    assert await world.perform(command) is None
    await world.agent_rings()
    await world.agent_answers()
    await world.inbox.gets(e.LegAnswered, lambda event: event.leg == command.leg)
    return command.leg


# Callers


async def test_caller_arrives_with_the_number_dialled_and_a_key_instead_of_their_number(
    world: World,
) -> None:
    before = now()
    leg = await world.caller_arrives()
    (arrival,) = world.inbox.all(e.CallArrived)
    assert (arrival.leg, arrival.node, arrival.number_dialled) == (leg, NODE, LINE)
    assert before - timedelta(milliseconds=100) <= arrival.arrived_at <= arrival.at
    assert arrival.caller is not None


async def test_callers_keys_are_told_one_by_one(world: World) -> None:
    leg = await world.caller_arrives()
    await world.caller_presses("4")
    pressed = await world.inbox.gets(e.DigitPressed)
    assert (pressed.leg, pressed.digit) == (leg, "4")


async def test_caller_who_hangs_up_has_ended_and_nothing_more_can_be_done_for_them(
    world: World,
) -> None:
    leg = await world.caller_arrives()
    await world.caller_hangs_up()
    assert (await ended(world, leg)).ending is LegEnding.HUNG_UP
    refusal = await world.perform(play(leg, SHORT))
    assert refusal is not None
    assert refusal.why is Refusal.GONE
    assert await world.perform(hang_up(leg)) is None
    assert not world.inbox.all(e.LegLeft)


async def test_caller_whom_we_hang_up_has_ended(world: World) -> None:
    leg = await world.caller_arrives()
    assert await world.perform(hang_up(leg)) is None
    end = await ended(world, leg)
    assert (end.ending, end.cause) == (LegEnding.HUNG_UP, 16)


async def test_caller_given_to_the_dialplan_has_left_and_not_ended(world: World) -> None:
    leg = await world.caller_arrives()
    hand = c.HandToDialplan(node=NODE, call=CallId("c"), leg=leg)
    assert await world.perform(hand) is None
    assert (await world.inbox.gets(e.LegLeft)).leg == leg
    again = await world.perform(hand)
    assert again is not None
    assert again.why is Refusal.GONE
    assert not world.inbox.all(e.LegEnded)


# Prompts and music


async def test_prompt_that_was_heard_ends(world: World) -> None:
    command = play(await world.caller_arrives(), SHORT, SHORT)
    assert await world.perform(command) is None
    await world.prompt_is_over()
    end = await world.inbox.gets(e.PlaybackEnded)
    assert (end.playback, end.heard) == (command.playback, True)


async def test_prompt_that_is_stopped_ends_once_and_can_be_stopped_twice(world: World) -> None:
    command = play(await world.caller_arrives(), LONG)
    assert await world.perform(command) is None
    assert await world.perform(stop(command)) is None
    assert (await world.inbox.gets(e.PlaybackEnded)).heard
    assert await world.perform(stop(command)) is None
    assert len(world.inbox.all(e.PlaybackEnded)) == 1


async def test_prompt_whose_file_is_missing_ends_unheard(world: World) -> None:
    command = play(await world.caller_arrives(), MISSING)
    assert await world.perform(command) is None
    assert not (await world.inbox.gets(e.PlaybackEnded)).heard


async def test_prompt_cut_off_by_a_hang_up_is_no_news(world: World) -> None:
    leg = await world.caller_arrives()
    assert await world.perform(play(leg, LONG)) is None
    await world.caller_hears_it()
    await world.caller_hangs_up()
    await ended(world, leg)
    assert not world.inbox.all(e.PlaybackEnded)


async def test_music_can_be_started_and_stopped_twice(world: World) -> None:
    leg = await world.caller_arrives()
    for command in (c.StartMusic, c.StopMusic):
        for _ in range(2):
            assert await world.perform(command(node=NODE, call=CallId("c"), leg=leg)) is None


# Agents' telephones


async def test_telephone_rings_and_then_is_answered(world: World) -> None:
    leg = await agent_is_up(world)
    kinds = [type(each) for each in world.inbox.events if getattr(each, "leg", "") == leg]
    assert kinds == [e.LegRinging, e.LegAnswered]


@pytest.mark.parametrize(
    ("status", "ending"),
    [
        (486, LegEnding.DECLINED),
        (603, LegEnding.DECLINED),
        (404, LegEnding.UNREACHABLE),
    ],
)
async def test_telephone_that_refuses_says_how(
    world: World, status: int, ending: LegEnding
) -> None:
    command = dial()
    assert await world.perform(command) is None
    await world.agent_refuses(status)
    assert (await ended(world, command.leg)).ending is ending


async def test_telephone_that_is_withdrawn_stops_ringing(world: World) -> None:
    command = dial()
    assert await world.perform(command) is None
    await world.agent_rings()
    assert await world.perform(hang_up(command.leg, elsewhere=True)) is None
    await world.agent_stops_ringing()
    assert (await ended(world, command.leg)).ending is LegEnding.HUNG_UP


async def test_desk_phone_that_is_not_there_is_refused_at_once(world: World) -> None:
    refusal = await world.perform(dial(Device(kind=DeviceKind.DESK, password="x")))
    assert refusal is not None
    assert refusal.why is Refusal.REFUSED
    assert not world.inbox.all(e.LegEnded)


# Conversations


async def test_caller_and_agent_are_bridged_until_the_agent_hangs_up(world: World) -> None:
    caller, agent = await world.caller_arrives(), await agent_is_up(world)
    together = bridge(caller, agent)
    assert await world.perform(together) is None
    await world.agent_hangs_up()
    assert (await ended(world, agent)).ending is LegEnding.HUNG_UP
    remove = c.RemoveBridge(
        node=NODE, call=CallId("c"), bridge=together.bridge, legs=(together.legs[0],)
    )
    for _ in range(2):
        assert await world.perform(remove) is None
    goodbye = play(caller, SHORT)
    assert await world.perform(goodbye) is None
    await world.prompt_is_over()
    end = await world.inbox.gets(e.PlaybackEnded)
    assert (end.playback, end.heard) == (goodbye.playback, True)


async def test_leg_that_still_rings_is_not_bridged(world: World) -> None:
    caller, command = await world.caller_arrives(), dial()
    assert await world.perform(command) is None
    await world.agent_rings()
    refusal = await world.perform(bridge(caller, command.leg))
    assert refusal is not None
    assert refusal.why is Refusal.REFUSED


async def test_bridge_with_a_leg_that_is_gone_is_refused_as_gone(world: World) -> None:
    caller = await world.caller_arrives()
    refusal = await world.perform(bridge(caller, LegId("c-e1-a9999")))
    assert refusal is not None
    assert refusal.why is Refusal.GONE


async def test_bridge_while_a_prompt_runs_has_an_unknown_outcome(world: World) -> None:
    caller, agent = await world.caller_arrives(), await agent_is_up(world)
    assert await world.perform(play(caller, LONG)) is None
    refusal = await world.perform(bridge(caller, agent))
    assert refusal is not None
    assert refusal.why is Refusal.UNKNOWN


# The connection


async def test_list_comes_first_and_again_after_a_broken_connection(world: World) -> None:
    (first,) = world.inbox.events
    assert isinstance(first, e.LegsListed)
    assert first.restarted
    caller, agent = await world.caller_arrives(), await agent_is_up(world)
    together = bridge(caller, agent)
    assert await world.perform(together) is None
    await world.connection_breaks()
    await world.inbox.gets(e.NodeDisconnected)
    await world.inbox.until(lambda: len(world.inbox.all(e.LegsListed)) == 2)
    again = world.inbox.all(e.LegsListed)[1]
    assert not again.restarted
    legs = {leg.leg: leg for leg in again.legs}
    assert (legs[caller].role, legs[caller].up, legs[caller].in_application) == (
        "caller",
        True,
        True,
    )
    assert (legs[agent].role, legs[agent].agent, legs[agent].epoch) == ("agent", ANA, 1)
    assert legs[agent].in_application
    (listed,) = (each for each in again.bridges if each.bridge == together.bridge)
    assert set(listed.legs) == {caller, agent}
    await world.agent_hangs_up()
    assert (await ended(world, agent)).ending is LegEnding.HUNG_UP
    await world.caller_hangs_up()
    assert (await ended(world, caller)).ending is LegEnding.HUNG_UP


async def test_what_a_caller_was_admitted_with_is_on_their_leg_sign_by_sign(world: World) -> None:
    caller = await world.caller_arrives()
    signs = "".join(map(chr, range(32, 127)))
    text = ('?{"flow":"linea","tags":["(a, b)","[c]"],"said":"año"}' + signs * 10)[:900]
    assert (
        await world.perform(c.Admit(node=NODE, call=CallId("c"), leg=caller, carried=text)) is None
    )
    await world.connection_breaks()
    await world.inbox.until(lambda: len(world.inbox.all(e.LegsListed)) == 2)
    (leg,) = (each for each in world.inbox.all(e.LegsListed)[1].legs if each.leg == caller)
    assert leg.carried == text
    await world.caller_hangs_up()
    await ended(world, caller)


# Recordings


async def recording_ends(world: World, recorded: c.RecordSound) -> e.RecordingEnded:
    return await world.inbox.gets(
        e.RecordingEnded, lambda event: event.recording == recorded.recording
    )


async def test_what_a_caller_says_is_recorded_until_they_press_the_key(world: World) -> None:
    leg = await world.caller_arrives()
    recorded = record(leg)
    assert await world.perform(recorded) is None
    await world.caller_speaks()
    await world.caller_presses("#")
    over = await recording_ends(world, recorded)
    assert (over.why, over.lasted is not None) == ("", True)
    # It is the caller's turn again.
    assert await world.perform(play(leg, SHORT)) is None


async def test_a_caller_who_hangs_up_is_recorded_to_that_moment(world: World) -> None:
    leg = await world.caller_arrives()
    recorded = record(leg)
    assert await world.perform(recorded) is None
    await world.caller_speaks()
    await world.caller_hangs_up()
    assert (await recording_ends(world, recorded)).why == ""
    assert (await ended(world, leg)).ending is LegEnding.HUNG_UP


async def test_a_recording_is_stopped_and_a_stopped_one_can_be_stopped_again(world: World) -> None:
    leg = await world.caller_arrives()
    recorded = record(leg)
    assert await world.perform(recorded) is None
    await world.caller_speaks()
    stopping = c.StopRecording(node=NODE, call=CallId("c"), recording=recorded.recording)
    assert await world.perform(stopping) is None
    assert (await recording_ends(world, recorded)).why == ""
    assert await world.perform(stopping) is None


async def test_what_nobody_shall_hear_is_deleted_and_is_not_listed_again(world: World) -> None:
    leg = await world.caller_arrives()
    recorded = record(leg)
    await world.perform(recorded)
    await world.caller_speaks()
    await world.caller_presses("#")
    await recording_ends(world, recorded)
    await world.connection_breaks()
    await world.inbox.gets(e.LegsListed, lambda event: recorded.recording in event.recordings)
    dropping = c.DropRecording(node=NODE, call=CallId("c"), recording=recorded.recording)
    assert await world.perform(dropping) is None
    assert await world.perform(dropping) is None
    before = len(world.inbox.all(e.LegsListed))
    await world.connection_breaks()
    await world.inbox.until(lambda: len(world.inbox.all(e.LegsListed)) > before)
    assert recorded.recording not in world.inbox.all(e.LegsListed)[-1].recordings


async def test_nobody_is_recorded_who_has_gone(world: World) -> None:
    leg = await world.caller_arrives()
    await world.caller_hangs_up()
    await ended(world, leg)
    refusal = await world.perform(record(leg))
    assert refusal is not None
    assert refusal.why is Refusal.GONE


async def test_an_asterisk_that_can_write_nothing_refuses_and_the_call_goes_on(
    asterisk_server: AsteriskServer,
) -> None:
    spool = asterisk_server.folder / "asterisk/spool/recording"
    elsewhere = spool.with_name("elsewhere")
    async with real_world(asterisk_server) as world:
        leg = await world.caller_arrives()
        spool.rename(elsewhere)
        try:
            refusal = await world.perform(record(leg))
        finally:
            elsewhere.rename(spool)
        assert refusal is not None
        assert refusal.why is Refusal.REFUSED
        assert await world.perform(play(leg, SHORT)) is None
        await world.caller_hears_it()
