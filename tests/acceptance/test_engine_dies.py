"""The engine is killed or frozen: what callers and agents notice of it."""

from __future__ import annotations

import asyncio
import os
import signal
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path

import pytest

from router.core.records import CallFinished, CallStarted, OfferMade
from router.core.vocabulary import AgentState
from router.standalone.phone_events import Closed, Incoming
from router.standalone.phones import Phone
from router.standalone.programs import Prefix
from router.standalone.tone import heard
from tests.acceptance.hotline_up import Hotline, until
from tests.acceptance.people import (
    CALLER_HZ,
    GAP,
    SOON,
    Agent,
    Caller,
    Callers,
    Shift,
    hear_each_other,
    on_shift,
    tells_nothing_of,
)
from tests.acceptance.practice import number

pytestmark = pytest.mark.asyncio(loop_scope="session")

HZ, OTHER_HZ = 587, 880
RESTARTED_WITHIN = 2.0
FALLBACK_WITHIN = timedelta(seconds=4)
GAP_IN_A_TONE = 0.3


@asynccontextmanager
async def ana_and_bea(night: Hotline, prefix: Prefix, folder: Path) -> AsyncIterator[Shift]:
    """Ana is asked first; both sit at desk phones."""
    async with on_shift(
        night,
        prefix,
        folder,
        Agent(id="ana", skills="plain: 5", tone_hz=HZ),
        Agent(id="bea", skills="plain: 3", tone_hz=OTHER_HZ),
    ) as shift:
        yield shift


async def rung_first(*phones: Phone) -> tuple[Phone, Incoming]:
    """Whichever the fallback rings."""
    ringing = {
        asyncio.create_task(each.incoming(within=2 * FALLBACK_WITHIN)): each for each in phones
    }
    done, rest = await asyncio.wait(ringing, return_when=asyncio.FIRST_COMPLETED)
    for task in rest:
        task.cancel()
    await asyncio.gather(*rest, return_exceptions=True)
    first = next(iter(done))
    return ringing[first], first.result()


async def reaches_an_agent_without_the_engine(caller: Caller, *phones: Phone) -> Phone:
    """Hears something within 4 s, and talks to whoever is rung."""
    sound = await caller.phone.hears(within=2 * FALLBACK_WITHIN, since=caller.up_at)
    assert sound.start - caller.up_at < FALLBACK_WITHIN.total_seconds()
    phone, call = await rung_first(*phones)
    assert tells_nothing_of(caller, call)
    await phone.accept()
    await hear_each_other(caller, phone, phone.handset.tone_hz)
    return phone


def gaps(phone: Phone, hz: float, since: float) -> float:
    """The longest gap in the tone, in seconds."""
    recording = phone.recording()
    spans = heard(recording.between(since, recording.end), hz)
    edges = [since, *(edge for span in spans for edge in (span.start, span.end)), recording.end]
    return max(end - start for start, end in zip(edges[::2], edges[1::2], strict=True))


def the_spare(hotline: Hotline) -> int | None:
    """The process id of the engine that is loaded, and waits; None until there is one."""
    try:
        return int((hotline.folder / "engine-spare.pid").read_text())
    except (FileNotFoundError, ValueError):
        return None


async def test_killed_engine_is_back_within_2_s_and_no_conversation_notices(
    night: Hotline, callers: Callers, prefix: Prefix, tmp_path: Path
) -> None:
    await night.engine_has_lived_a_while()
    before = night.stack
    spare = await until(lambda: the_spare(night), within=20)
    async with (
        ana_and_bea(night, prefix, tmp_path) as shift,
        callers.dials(night, number("plain"), flow="plain") as talking,
    ):
        await shift["ana"].take_call(within=SOON)
        await talking.is_answered_by("ana")
        await hear_each_other(talking, shift["ana"], HZ)
        since = time.monotonic()
        os.kill(before["engine_pid"], signal.SIGKILL)
        await night.engine_is_another_than(before["engine_pid"], within=RESTARTED_WITHIN)
        floor = await night.answers_again()
        states = {view.profile.id: view.state for view in floor.agents}
        assert states == {"ana": AgentState.TALKING, "bea": AgentState.READY}
        after = night.stack
        assert after["engine_pid"] == spare
        unchanged = set(before) - {"engine_pid"}
        assert {key: before[key] for key in unchanged} == {key: after[key] for key in unchanged}
        assert floor.epoch > 1
        async with callers.dials(night, number("plain"), flow="plain") as new:
            await shift["bea"].take_call(within=SOON)
            await new.is_answered_by("bea")
        assert gaps(talking.phone, HZ, since) < GAP_IN_A_TONE
        assert gaps(shift["ana"], CALLER_HZ, since) < GAP_IN_A_TONE
        assert (await night.runs("status")).code == 0


async def test_agent_of_a_conversation_that_outlived_the_engine_is_offered_calls_afterwards(
    night: Hotline, callers: Callers, prefix: Prefix, tmp_path: Path
) -> None:
    await night.engine_has_lived_a_while()
    ana = Agent(id="ana", skills="plain: 5", tone_hz=HZ)
    async with on_shift(night, prefix, tmp_path, ana) as shift:
        async with callers.dials(night, number("plain"), flow="plain") as talking:
            await shift["ana"].take_call(within=SOON)
            await talking.is_answered_by("ana")
            await hear_each_other(talking, shift["ana"], HZ)
            engine = night.stack["engine_pid"]
            os.kill(engine, signal.SIGKILL)
            await night.engine_is_another_than(engine, within=RESTARTED_WITHIN)
            await night.answers_again()
            await talking.hangs_up()
            await shift["ana"].wait_for(Closed, within=SOON)
        async with callers.dials(night, number("plain"), flow="plain") as new:
            await shift["ana"].take_call(within=SOON)
            await new.is_answered_by("ana")


async def test_caller_who_waited_when_the_engine_died_reaches_an_agent(
    night: Hotline, callers: Callers, prefix: Prefix, tmp_path: Path
) -> None:
    await night.engine_has_lived_a_while()
    ana = Agent(id="ana", skills="plain: 5", tone_hz=HZ)
    async with (
        on_shift(night, prefix, tmp_path, ana, logged_in=False) as shift,
        callers.dials(night, number("plain"), flow="plain") as waiting,
    ):
        music = await waiting.phone.hears(within=SOON)
        engine = night.stack["engine_pid"]
        os.kill(engine, signal.SIGKILL)
        await night.engine_is_another_than(engine, within=RESTARTED_WITHIN)
        await night.answers_again()
        await shift.logs_in()
        call = await shift["ana"].incoming(within=SOON)
        assert tells_nothing_of(waiting, call)
        await shift["ana"].accept()
        await hear_each_other(waiting, shift["ana"], HZ)
        assert waiting.longest_silence(music.start) < GAP
        told = (await night.runs("explain", waiting.call, "--json")).json
        # On a busy machine the guard may be quicker than the new engine.
        assert {"adopted", "handed_to_fallback"} & {line["kind"] for line in told["lines"]}


async def test_frozen_engine_loses_no_caller_and_no_conversation(
    night: Hotline, callers: Callers, prefix: Prefix, tmp_path: Path
) -> None:
    async with (
        ana_and_bea(night, prefix, tmp_path) as shift,
        callers.dials(night, number("plain"), flow="plain") as talking,
    ):
        await shift["ana"].take_call(within=SOON)
        await talking.is_answered_by("ana")
        await hear_each_other(talking, shift["ana"], HZ)
        since = time.monotonic()
        with night.engine_frozen():
            async with callers.dials(night, engine=False) as new:
                phone = await reaches_an_agent_without_the_engine(new, shift["bea"])
                assert phone is shift["bea"]
                async with callers.dials(night, engine=False) as third:
                    await third.phone.hears(within=FALLBACK_WITHIN, since=third.up_at)
                    assert gaps(talking.phone, HZ, since) < GAP_IN_A_TONE
                    await talking.hangs_up()
                    await shift["ana"].hang_up()
                    freed_at = time.monotonic()
                    rung = await shift["ana"].incoming(within=2 * FALLBACK_WITHIN)
                    assert rung.at - freed_at < FALLBACK_WITHIN.total_seconds()
                    await shift["ana"].accept()
                    await hear_each_other(third, shift["ana"], HZ)
        floor = await night.answers_again()
        assert {view.profile.id for view in floor.agents} == {"ana", "bea"}
    async with (
        ana_and_bea(night, prefix, tmp_path) as shift,
        callers.dials(night, number("plain"), flow="plain") as after,
    ):
        await shift["ana"].take_call(within=SOON)
        await after.is_answered_by("ana")


async def test_caller_in_the_middle_of_whose_arrival_the_engine_freezes_hears_something(
    night: Hotline, callers: Callers, prefix: Prefix, tmp_path: Path
) -> None:
    async with ana_and_bea(night, prefix, tmp_path) as shift:
        with night.engine_frozen():
            async with callers.dials(night, engine=False) as new:
                await reaches_an_agent_without_the_engine(new, shift["ana"], shift["bea"])
        await night.answers_again()


async def test_at_night_every_caller_goes_straight_to_crisis(
    night: Hotline, callers: Callers
) -> None:
    async with callers.dials(night) as caller:
        await caller.phone.press("4")
        await caller.waits_in("crisis")
        started = await caller.first(CallStarted)
        assert started.known_line
        await caller.hangs_up()
        await caller.first(CallFinished)
        assert not caller.records(OfferMade)
