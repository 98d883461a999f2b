"""Who is served first, on the shipped queues."""

from __future__ import annotations

from pathlib import Path

import pytest

from router.core.records import Answered, OfferMade
from router.standalone.programs import Prefix
from tests.acceptance.hotline_up import Hotline
from tests.acceptance.people import SOON, Agent, Callers, hear_each_other, on_shift

pytestmark = pytest.mark.asyncio(loop_scope="session")

HZ = 784
MAR = Agent(id="mar", skills="psicologia: 3, crisis: 3, juridico: 3", tone_hz=HZ)


async def test_caller_in_crisis_who_came_later_is_served_before_a_legal_one(
    hotline: Hotline, callers: Callers, prefix: Prefix, tmp_path: Path
) -> None:
    async with (
        on_shift(hotline, prefix, tmp_path, MAR) as shift,
        callers.dials(hotline) as first,
        callers.dials(hotline) as legal,
        callers.dials(hotline) as urgent,
    ):
        await first.phone.press("1")
        await shift["mar"].take_call(within=SOON)
        await first.is_answered_by("mar")
        await legal.phone.press("4")
        await legal.waits_in("juridico")
        await urgent.phone.press("1")
        await urgent.waits_in("crisis")
        await first.hangs_up()
        await shift["mar"].take_call(within=SOON)
        await urgent.is_answered_by("mar")
        await hear_each_other(urgent, shift["mar"], HZ)
        assert not legal.records(Answered)
        await urgent.hangs_up()
        await shift["mar"].take_call(within=SOON)
        await legal.is_answered_by("mar")
        (offer,) = legal.records(OfferMade)
        assert offer.agent == "mar"


async def test_reserve_for_crisis_never_makes_another_queue_unserviceable(
    hotline: Hotline, callers: Callers, prefix: Prefix, tmp_path: Path
) -> None:
    async with (
        on_shift(hotline, prefix, tmp_path, MAR) as shift,
        callers.dials(hotline) as asking,
    ):
        await asking.phone.press("0")
        await asking.waits_in("orientacion")
        await shift["mar"].take_call(within=SOON)
        await asking.is_answered_by("mar")


async def test_agent_who_is_no_psychologist_is_asked_for_orientation_before_the_reserve(
    hotline: Hotline, callers: Callers, prefix: Prefix, tmp_path: Path
) -> None:
    luis = Agent(id="luis", skills="juridico: 5", tone_hz=HZ)
    async with (
        on_shift(hotline, prefix, tmp_path, MAR, luis) as shift,
        callers.dials(hotline) as one,
        callers.dials(hotline) as crisis,
    ):
        await one.phone.press("5")
        await shift["luis"].take_call(within=SOON)
        await one.is_answered_by("luis")
        await crisis.phone.press("1")
        await shift["mar"].take_call(within=SOON)
        await crisis.is_answered_by("mar")
