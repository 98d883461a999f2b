"""An engine that dies each time its first beat stands: callers hear people, and no silence."""

from __future__ import annotations

import asyncio
import os
import signal
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from datetime import timedelta
from pathlib import Path

import pytest

from router import errors
from router.adapters.active_seat import active_engine
from router.adapters.ami.restless import RESTLESS
from router.adapters.control.client import ControlClient
from router.core.records import HandedToFallback
from router.guard.lives import TRIAL, TRIAL_AT_MOST
from router.standalone.phones import Phone
from router.standalone.programs import Prefix
from tests.acceptance.hotline_up import Hotline, asks_asterisk, engine_beats, until
from tests.acceptance.people import SOON, Agent, Callers, hear_each_other, on_shift
from tests.acceptance.practice import number
from tests.acceptance.test_engine_dies import the_spare
from tests.acceptance.test_guard import who_hears

pytestmark = pytest.mark.asyncio(loop_scope="session")

HZ = 587
SILENT_AT_MOST = timedelta(seconds=5)
NOT_SEEN_YET = timedelta(seconds=10)
"""The same until the guard knows what lives these are (survival.md)."""
STARTS_WITHIN = 60.0
"""Three engines, one after another, on a busy machine."""
BACK_WITHIN = TRIAL_AT_MOST + 15
"""The trial is longer than `TRIAL` when an earlier test has shown the guard as much."""


@asynccontextmanager
async def engine_dying_at_each_start(hotline: Hotline) -> AsyncIterator[list[int]]:
    """The present one at once, and each new one when it would be given callers."""
    killed: list[int] = []

    def kill() -> None:
        active = active_engine(hotline.folder)
        with suppress(ProcessLookupError):
            if active is not None and active.pid not in killed:
                os.kill(active.pid, signal.SIGKILL)
                killed.append(active.pid)

    async def kills() -> None:
        while True:
            await engine_beats(hotline.stack["ari"], within=STARTS_WITHIN)
            kill()

    kill()
    killing = asyncio.create_task(kills())
    try:
        yield killed
    finally:
        killing.cancel()
        await asyncio.gather(killing, return_exceptions=True)


def is_kept_from_callers(hotline: Hotline) -> bool:
    """The guard has seen what kind of lives these are."""
    try:
        kept = asks_asterisk(hotline.stack["ari"], f"asterisk/variable?variable={RESTLESS}")
    except OSError:
        return False
    return bool(kept["value"])


async def picks_up(phone: Phone) -> None:
    """A ring may be over by then: between two deaths an engine had the callers for a moment."""
    async with asyncio.timeout(4 * SOON.total_seconds()):
        while True:
            await phone.incoming(within=4 * SOON)
            with suppress(errors.PhoneIdle, errors.PhoneWaitedInVain):
                await phone.accept()
                return


async def is_found_by_the_doctor(hotline: Hotline) -> None:
    async with asyncio.timeout(STARTS_WITHIN):
        while "again and again" not in (await hotline.runs("doctor", "--json")).out:
            pass  # nobody answered it in time


def is_told_to_operators(hotline: Hotline) -> bool:
    return any(
        alarm.name.startswith("restless:") for alarm in ControlClient(hotline.folder).floor().alarms
    )


async def test_callers_of_an_engine_that_dies_at_each_start_reach_people_and_keep_their_place(
    night: Hotline, callers: Callers, prefix: Prefix, tmp_path: Path
) -> None:
    await until(lambda: the_spare(night), within=20)
    await night.is_given_callers(within=BACK_WITHIN)
    await night.engine_has_lived_a_while()
    ana = Agent(id="ana", skills="ended: 5", tone_hz=HZ)
    async with (
        on_shift(night, prefix, tmp_path, ana) as shift,
        callers.dials(night, number("plain"), flow="plain") as waiting,
        callers.dials(night) as greeted,
    ):
        await waiting.waits_in("plain")
        before = {view.call: view for view in (await night.floor()).calls}
        began = time.monotonic()
        async with engine_dying_at_each_start(night) as killed:
            await until(lambda: is_kept_from_callers(night), within=STARTS_WITHIN)
            seen_at = time.monotonic()
            await picks_up(shift["ana"])
            served, still = await who_hears(HZ, waiting, greeted)
            await hear_each_other(served, shift["ana"], HZ)
            async with callers.dials(night, engine=False) as new:
                sound = await new.phone.hears(within=SOON, since=new.up_at)
                assert sound.start - new.up_at < SILENT_AT_MOST.total_seconds()
                more = len(killed) + 2
                await until(lambda: len(killed) >= more, within=STARTS_WITHIN)
                there = await until(night.in_the_fallback, within=SOON.total_seconds())
                assert len(there) == 3, "somebody was given to an engine"
            await is_found_by_the_doctor(night)
        alive_at = time.monotonic()
        await night.answers_again()
        await until(lambda: is_told_to_operators(night), within=TRIAL)
        await until(lambda: len(night.in_the_fallback()) == 1 or None, within=BACK_WITHIN)
        assert time.monotonic() - alive_at > TRIAL - 1
        await hear_each_other(served, shift["ana"], HZ)
        await still.first(HandedToFallback)
        (back,) = (await night.floor()).calls
        was = before[still.call]
        assert (back.call, back.arrived_at) == (still.call, was.arrived_at)
        if still is waiting:
            assert (back.queue, back.queued_at) == ("plain", was.queued_at)
        for each in (waiting, greeted):
            assert each.is_on_the_line
            assert each.longest_silence(seen_at) < SILENT_AT_MOST
        assert waiting.longest_silence(began) < SILENT_AT_MOST
        assert greeted.longest_silence(began, seen_at) < NOT_SEEN_YET
    await night.has_forgotten_every_call()
    night.well_since = time.time()
