"""Callers at each stage of a call at once, for tests that take the engine from them."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from router.core.records import OfferPickedUp
from router.core.shift_records import WrapUpStarted
from router.core.snapshot import CallView
from router.standalone.programs import Prefix
from tests.acceptance.hotline_up import Hotline
from tests.acceptance.people import SOON, Agent, Caller, Callers, Shift, hear_each_other, on_shift
from tests.acceptance.practice import number

HZ, AT_HOME_HZ, TALKING_HZ = 587, 880, 1175
SILENT_AT_MOST = timedelta(seconds=5)
RING_FOR = timedelta(seconds=8)


@dataclass(frozen=True, slots=True, kw_only=True)
class Everywhere:
    """One caller at each stage of a call, and the agents."""

    shift: Shift
    greeted: Caller
    waiting: Caller
    rung_for: Caller
    whispered: Caller
    talking: Caller

    @property
    def callers(self) -> tuple[Caller, ...]:
        return (self.greeted, self.waiting, self.rung_for, self.whispered, self.talking)


def staff() -> tuple[Agent, ...]:
    return (
        Agent(id="ana", skills="declined: 5", tone_hz=HZ),
        Agent(id="bea", skills="confirmed: 5", tone_hz=AT_HOME_HZ, mobile="+525587654399"),
        Agent(id="eva", skills="ended: 5", tone_hz=TALKING_HZ, wrap_up="20"),
        Agent(id="leo", skills="wrapped: 5", wrap_up="600"),
        Agent(id="mar", skills="plain: 5"),
    )


@asynccontextmanager
async def callers_everywhere(
    night: Hotline, callers: Callers, prefix: Prefix, folder: Path
) -> AsyncIterator[Everywhere]:
    async with (
        on_shift(night, prefix, folder, *staff(), logged_in=False) as shift,
        AsyncExitStack() as lines,
    ):
        await shift.logs_in("ana", "bea", "eva", "leo")

        async def dials(line: str) -> Caller:
            return await lines.enter_async_context(callers.dials(night, number(line), flow=line))

        async with callers.dials(night, number("wrapped"), flow="wrapped") as wrapped:
            await shift["leo"].take_call(within=SOON)
            await wrapped.is_answered_by("leo")
            await wrapped.hangs_up()
            await wrapped.first(WrapUpStarted)
        talking = await dials("ended")
        await shift["eva"].take_call(within=SOON)
        await talking.is_answered_by("eva")
        await hear_each_other(talking, shift["eva"], TALKING_HZ)
        waiting = await dials("plain")
        await waiting.waits_in("plain")
        whispered = await dials("confirmed")
        await shift["bea"].take_call(within=SOON)
        await whispered.first(OfferPickedUp)
        rung_for = await dials("declined")
        await shift["ana"].incoming(within=SOON)
        greeted = await lines.enter_async_context(callers.dials(night))
        yield Everywhere(
            shift=shift,
            greeted=greeted,
            waiting=waiting,
            rung_for=rung_for,
            whispered=whispered,
            talking=talking,
        )


def seen(views: tuple[CallView, ...], caller: Caller) -> CallView:
    (view,) = [view for view in views if view.call == caller.call]
    return view
