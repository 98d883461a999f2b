"""What callers of the Línea de Seguridad can press, and where it leads them."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest
import pytest_asyncio

from router.core.records import Abandoned, CallFinished, CallStarted, PromptMissing, StepEntered
from router.core.vocabulary import EndedBy
from router.standalone.programs import Prefix
from router.standalone.tone import sounds
from tests.acceptance.hotline_up import Hotline
from tests.acceptance.people import Agent, Caller, Callers, on_shift
from tests.acceptance.side_by_side import Told, side_by_side

pytestmark = pytest.mark.asyncio(loop_scope="session")

MENU_IS_OVER_WITHIN = 60.0
KEYS = {
    "1": "crisis",
    "2": "extorsion",
    "3": "violencia",
    "4": "juridico",
    "5": "orientacion",
    "0": "orientacion",
    "6": "orientacion",
}


async def reaches_menu(caller: Caller) -> StepEntered:
    return await caller.first(StepEntered, within=20, where=lambda step: step.step == "menu")


@pytest.mark.parametrize(("key", "queue"), KEYS.items())
async def test_key_of_the_menu_leads_to_its_queue(
    hotline: Hotline, callers: Callers, key: str, queue: str
) -> None:
    async with callers.dials(hotline) as caller:
        await caller.phone.press(key)
        await caller.waits_in(queue)
        step = await caller.first(StepEntered, where=lambda each: each.after == "key")
        assert step.digits == 1
        await caller.hangs_up()
        gone = await caller.first(Abandoned)
        assert (gone.queue, gone.offered) == (queue, False)
        over = await caller.first(CallFinished)
        assert over.by is EndedBy.CALLER


@pytest.mark.parametrize("key", ["8", "9", "#"])
async def test_wrong_key_leads_nowhere_and_the_menu_is_said_again(
    hotline: Hotline, callers: Callers, key: str
) -> None:
    async with callers.dials(hotline) as caller:
        await caller.phone.press(key)
        await caller.phone.hears(within=timedelta(seconds=3))
        await caller.phone.press("4")
        await caller.waits_in("juridico")
        step = await caller.first(StepEntered, where=lambda each: each.step == "juridico")
        assert step.after == "key"
        assert sum(each.digits for each in caller.records(StepEntered)) == 2


async def test_two_wrong_keys_lead_to_crisis(hotline: Hotline, callers: Callers) -> None:
    async with callers.dials(hotline) as caller:
        await caller.phone.press("89")
        await caller.waits_in("crisis")
        step = await caller.first(StepEntered, where=lambda each: each.step == "crisis")
        assert step.after == "wrong_key"


async def test_key_pressed_before_anything_was_said_counts(
    hotline: Hotline, callers: Callers
) -> None:
    async with callers.dials(hotline) as caller:
        await caller.phone.press("74")
        await caller.waits_in("juridico")
        assert not caller.records(PromptMissing)


async def test_caller_who_asked_for_english_gets_who_speaks_it(
    hotline: Hotline, callers: Callers, prefix: Prefix, tmp_path: Path
) -> None:
    async with (
        on_shift(
            hotline,
            prefix,
            tmp_path,
            Agent(id="luis", skills="juridico: 5", tone_hz=698),
            Agent(id="joan", skills="juridico: 1, english: 5", tone_hz=880),
        ) as shift,
        callers.dials(hotline) as english,
    ):
        await english.phone.press("74")
        await shift["joan"].take_call(within=timedelta(seconds=5))
        await english.is_answered_by("joan")


@pytest.mark.parametrize("dialled", ["5599999999", "1", "abc", "911.x"])
async def test_whatever_a_caller_dialled_they_reach_the_default_line(
    hotline: Hotline, callers: Callers, dialled: str
) -> None:
    async with callers.dials(hotline, dialled) as caller:
        started = await caller.first(CallStarted)
        assert (started.flow, started.known_line) == ("linea", False)
        await caller.phone.press("4")
        await caller.waits_in("juridico")


# Told at once, since each lasts as long as the menu.

World = tuple[Hotline, Callers]


async def says_nothing(world: World) -> None:
    hotline, callers = world
    async with callers.dials(hotline) as caller:
        menu = await reaches_menu(caller)
        assert menu.step_kind == "menu"
        await caller.waits_in("crisis", within=MENU_IS_OVER_WITHIN)
        step = await caller.first(StepEntered, where=lambda each: each.step == "crisis")
        assert (step.after, step.digits) == ("silence", 0)
        music = await caller.phone.hears(within=timedelta(seconds=2))
        silence = caller.longest_silence(caller.up_at + 0.6)
        assert timedelta(seconds=3.5) < silence < timedelta(seconds=5)
        spoken = sounds(caller.phone.recording().between(caller.up_at, music.start))
        assert caller.up_at + 0.2 < spoken[0].start < caller.up_at + 1


async def has_it_repeated(world: World) -> None:
    hotline, callers = world
    async with callers.dials(hotline) as caller:
        await reaches_menu(caller)
        reached_at = time.monotonic()
        await caller.phone.hears(within=timedelta(seconds=9), since=reached_at + 4)
        await caller.phone.press("*")
        pressed_at = time.monotonic()
        await caller.waits_in("crisis", within=MENU_IS_OVER_WITHIN)
        step = await caller.first(StepEntered, where=lambda each: each.step == "crisis")
        assert (step.after, step.digits) == ("silence", 1)
        again = time.monotonic() - pressed_at
        assert again > 20, "the menu was not said again from its beginning"


@pytest_asyncio.fixture(scope="module", loop_scope="session", autouse=True)
async def told(hotline: Hotline, callers: Callers) -> AsyncIterator[Told[World]]:
    async with side_by_side((hotline, callers), says_nothing, has_it_repeated) as stories:
        yield stories


async def test_caller_who_presses_nothing_is_led_to_crisis_without_a_silence_of_5_s(
    told: Told[World],
) -> None:
    await told(says_nothing)


async def test_star_says_the_menu_again_from_its_beginning(told: Told[World]) -> None:
    await told(has_it_repeated)
