"""The engine freezes with callers inside: the guard moves them, the engine takes them back."""

from __future__ import annotations

import asyncio
import os
import signal
import time
from datetime import timedelta
from pathlib import Path

import pytest

from router.core.records import HandedToFallback
from router.core.vocabulary import AgentState
from router.standalone.phone_events import Closed, Established, Incoming
from router.standalone.phones import Answer
from router.standalone.programs import Prefix
from router.standalone.tone import heard, sounds
from tests.acceptance.hotline_up import Hotline, until
from tests.acceptance.people import (
    SOON,
    Agent,
    Caller,
    Callers,
    hear_each_other,
    on_shift,
    tells_nothing_of,
)
from tests.acceptance.practice import ASKS_NUMBER, number

pytestmark = pytest.mark.asyncio(loop_scope="session")

HZ = 587
TAKEN_OVER_WITHIN = 4.0
SILENT_AT_MOST = timedelta(seconds=5)
BACK_WITHIN = 10.0
RUNG_WITHIN = timedelta(seconds=15)


async def who_hears(hz: float, one: Caller, other: Caller) -> tuple[Caller, Caller]:
    """Who does, and who does not: two who are moved in the same instant may change places."""
    hearing = asyncio.create_task(one.phone.hears(hz, within=SOON))
    elsewhere = asyncio.create_task(other.phone.hears(hz, within=SOON))
    await asyncio.wait((hearing, elsewhere), return_when=asyncio.FIRST_COMPLETED)
    both = (one, other) if hearing.done() else (other, one)
    for task in (hearing, elsewhere):
        task.cancel()
    await asyncio.gather(hearing, elsewhere, return_exceptions=True)
    return both


async def test_callers_of_a_frozen_engine_are_rescued_and_come_back_to_their_place(
    night: Hotline, callers: Callers, prefix: Prefix, tmp_path: Path
) -> None:
    ana = Agent(id="ana", skills="ended: 5", tone_hz=HZ, wrap_up="0")
    async with (
        on_shift(night, prefix, tmp_path, ana) as shift,
        callers.dials(night, number("ended"), flow="ended") as talking,
        callers.dials(night, number("plain"), flow="plain") as waiting,
        callers.dials(night, number("plain"), flow="plain") as behind,
    ):
        await shift["ana"].take_call(within=SOON)
        await talking.is_answered_by("ana")
        await hear_each_other(talking, shift["ana"], HZ)
        await behind.waits_in("plain")
        before = {view.call: view for view in (await night.floor()).calls}

        with night.engine_frozen():
            frozen_at = time.monotonic()
            await until(lambda: len(night.in_the_fallback()) == 2 or None, within=TAKEN_OVER_WITHIN)
            await hear_each_other(talking, shift["ana"], HZ, seconds=1)
            await talking.hangs_up()
            await shift["ana"].wait_for(Closed, within=SOON)
            await shift["ana"].take_call(within=SOON)
            served, still = await who_hears(HZ, waiting, behind)
            await hear_each_other(served, shift["ana"], HZ)

        await night.answers_again()
        await until(lambda: len(night.in_the_fallback()) == 1 or None, within=BACK_WITHIN)
        floor = await night.answers_again()
        (back,) = floor.calls
        assert back.call == still.call
        assert (back.queue, back.queued_at) == ("plain", before[still.call].queued_at)
        assert back.arrived_at == before[still.call].arrived_at
        assert [view.state for view in floor.agents] == [AgentState.TALKING]
        await hear_each_other(served, shift["ana"], HZ)
        for caller in (waiting, behind):
            assert caller.is_on_the_line
            assert caller.longest_silence(frozen_at) < SILENT_AT_MOST
            await caller.first(HandedToFallback)


async def test_a_guard_that_dies_is_back_and_the_callers_never_knew(
    night: Hotline, callers: Callers
) -> None:
    async with callers.dials(night, number("plain"), flow="plain") as caller:
        await caller.waits_in("plain")
        guard = night.stack["guard_pid"]
        os.kill(guard, signal.SIGKILL)
        await until(lambda: night.stack["guard_pid"] != guard or None, within=5)
        with night.engine_frozen():
            await until(lambda: len(night.in_the_fallback()) == 1 or None, within=2 * BACK_WITHIN)
        await night.answers_again()
        await until(lambda: len(night.in_the_fallback()) == 0 or None, within=BACK_WITHIN)
        assert caller.is_on_the_line


async def test_a_caller_in_the_menu_is_asked_again_even_if_nobody_watches_a_frozen_engine(
    night: Hotline, callers: Callers
) -> None:
    async with callers.dials(night, ASKS_NUMBER, flow="pregunta") as caller:
        waits_since = await _menu_is_over(caller)
        with night.guard_frozen(), night.engine_frozen():
            again = await caller.phone.hears(within=timedelta(seconds=8), since=waits_since)
            while caller.phone.recording().end < again.start + 1:
                await caller.phone.more_to_hear()
        assert caller.longest_silence(caller.up_at) < SILENT_AT_MOST
        await night.answers_again()
        await caller.waits_in("crisis", within=20)


async def _menu_is_over(caller: Caller) -> float:
    """When it has been said, and a key is waited for: a second without a sound, after some."""
    while True:
        recording = caller.phone.recording()
        said = sounds(recording)
        if said and recording.end - said[-1].end > 1:
            return said[-1].end
        await caller.phone.more_to_hear()


async def test_the_fallback_rings_agents_at_home_and_a_machine_never_counts(
    night: Hotline, callers: Callers, prefix: Prefix, tmp_path: Path
) -> None:
    machine = Agent(
        id="mac",
        skills="plain: 1",
        mobile="+525587654401",
        answer=Answer.AT_ONCE,
        machine=True,
        tone_hz=880,
    )
    bea = Agent(id="bea", skills="plain: 1", mobile="+525587654402", tone_hz=HZ)
    async with on_shift(night, prefix, tmp_path, machine) as alone:
        with night.engine_frozen():
            async with callers.dials(night, engine=False) as caller:
                await alone["mac"].wait_for(Established, within=RUNG_WITHIN)
                # Twice asked, never answered: rung again, and the caller hears music all along.
                await alone["mac"].wait_for(Closed, within=2 * RUNG_WITHIN)
                assert not heard(caller.phone.recording(), 880)
                assert caller.longest_silence(caller.up_at) < SILENT_AT_MOST
        await night.answers_again()
    async with (
        on_shift(night, prefix, tmp_path, bea) as shift,
        callers.dials(night, number("plain"), flow="plain") as first,
    ):
        await shift["bea"].take_call(within=SOON, confirm_with="1")
        await first.is_answered_by("bea")
        await hear_each_other(first, shift["bea"], HZ)
        with night.engine_frozen():
            async with callers.dials(night, engine=False) as second:
                await second.phone.hears(within=SOON)
                # Who is in a call of the engine is not rung by the fallback.
                await hear_each_other(first, shift["bea"], HZ, seconds=3)
                assert len(shift["bea"].seen(Incoming)) == 1
                await first.hangs_up()
                call = await shift["bea"].incoming(within=RUNG_WITHIN)
                assert tells_nothing_of(second, call)
                up = await shift["bea"].accept()
                await shift["bea"].hears(within=SOON, since=up.at)
                assert not heard(second.phone.recording(), HZ)
                await shift["bea"].press("1")
                await hear_each_other(second, shift["bea"], HZ)
        await night.answers_again()
