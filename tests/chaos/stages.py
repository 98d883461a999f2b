"""One caller at every stage of a call, side by side, and the agents who serve them."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from itertools import cycle
from pathlib import Path

from router.core.records import OfferPickedUp, StepEntered
from router.core.shift_records import WrapUpStarted
from router.standalone.phone_events import Closed, Dialled
from router.standalone.phones import Answer, Phone, switched_on
from router.standalone.programs import Prefix
from router.standalone.tone import Span, heard, sounds
from tests.acceptance.hotline_up import Hotline
from tests.acceptance.people import (
    AGENTS_HZ,
    MAIN_LINE,
    SOON,
    Agent,
    Caller,
    Callers,
    Shift,
    hear_each_other,
    on_shift,
)
from tests.chaos.lines import LINES, number

SILENCE_DBOV = -55.0
"""interface.md 11."""
LATELY = 1.0
SILENT_IN_MUSIC = timedelta(seconds=1.5)
"""Between two pieces, or on a busy machine."""
A_VOICE_LASTS = timedelta(seconds=0.5)
EVERYWHERE = (
    "greeting",
    "menu",
    "collecting",
    "queue",
    "ringing",
    "whisper",
    "talking",
    "wrap-up",
)
NEWCOMER = "arriving"


def staff(evas_phone: str, scene: int) -> tuple[Agent, ...]:
    """For the stages that need an agent, and those who come when the harm is over.

    `scene` gives mobiles a number of their own: one that could not be reached is left in peace.
    """
    first, *others = AGENTS_HZ
    machine = Agent(
        id="mac",
        skills="multitud: 4",
        tone_hz=MACHINE_HZ,
        mobile=f"+5255876{scene:03}98",
        answer=Answer.AT_ONCE,
        machine=True,
        comes=False,
    )
    return (
        Agent(id="ana", skills="suena: 5", tone_hz=first),
        Agent(id="bea", skills="susurra: 5", tone_hz=others[0], mobile=f"+5255876{scene:03}99"),
        eva(evas_phone),
        Agent(id="leo", skills="cierra: 5", tone_hz=others[2], wrap_up="600"),
        Agent(id="nadie", skills="multitud: 5", tone_hz=MACHINE_HZ, comes=False),
        machine,
        *(
            Agent(id=name, skills=EVERYTHING if index < 4 else SKILLS, tone_hz=hz, comes=False)
            for index, (name, hz) in enumerate(zip(RELIEF, cycle(others[3:]), strict=False))
        ),
    )


def eva(address: str) -> Agent:
    """Her telephone is a process of its own, so that it can be stopped."""
    return Agent(id="eva", skills="habla: 5", tone_hz=AGENTS_HZ[2], wrap_up="1", elsewhere=address)


NEVER_THERE = ("nadie", "mac")
MACHINE_HZ = 1480
RELIEF = ("rita", "rosa", "raul", "rene", "olga", "omar", "oti", "olaf", "oda")
SKILLS = ", ".join(f"{line}: 3" for line in LINES)
EVERYTHING = f"{SKILLS}, psicologia: 3, crisis: 3"
"""Two of these are kept free for crisis, as the shipped queues ask for."""


@dataclass(slots=True, kw_only=True)
class OnTheLine:
    """A caller, where they were when harm came, and their SIP Call-ID."""

    stage: str
    caller: Caller
    call_id: str
    hung_up_at: float | None = None
    lost_to_physics: bool = False

    @property
    def silence(self) -> Span:
        """The longest, in what they heard."""
        recording = self.caller.phone.recording()
        until = self.hung_up_at or recording.end
        heard_all = recording.between(self.caller.up_at, until)
        edges = [self.caller.up_at]
        for sound in sounds(heard_all, SILENCE_DBOV):
            edges += (sound.start, sound.end)
        edges.append(until)
        silent = zip(edges[::2], edges[1::2], strict=True)
        return max(
            (Span(start=start, end=end) for start, end in silent), key=lambda span: span.duration
        )

    @property
    def was_cut_off(self) -> bool:
        """The call ended, and not by them."""
        ended = [each.at for each in self.caller.phone.seen(Closed) if each.call_id == self.call_id]
        return any(self.hung_up_at is None or at < self.hung_up_at for at in ended)

    def hears(self, tones: set[int]) -> bool:
        """One of these voices, just now."""
        recording = self.caller.phone.recording()
        lately = recording.between(recording.end - LATELY, recording.end)
        return any(span.duration >= A_VOICE_LASTS for hz in tones for span in heard(lately, hz))


@dataclass(slots=True, kw_only=True)
class Scene:
    """Everybody, as harm comes."""

    hotline: Hotline
    shift: Shift
    callers: Callers
    lines: AsyncExitStack
    apart: Mapping[str, Phone]
    """Telephones that are processes of their own."""
    people: dict[str, OnTheLine] = field(default_factory=dict)
    """By stage."""
    nobody_presses: bool = False
    """Callers leave their keys alone from now on."""

    @property
    def on_the_line(self) -> list[OnTheLine]:
        """All who did not hang up."""
        return [
            each
            for each in self.people.values()
            if each.hung_up_at is None and not each.lost_to_physics
        ]

    @property
    def voices(self) -> set[int]:
        """What agents sound like."""
        return {each.tone_hz for each in self.shift.agents if each.id not in NEVER_THERE}

    def phone(self, agent: str) -> Phone:
        """An agent's."""
        return self.apart[agent] if agent in self.apart else self.shift[agent]

    async def dials(self, stage: str, line: str | None = None, *, engine: bool = True) -> Caller:
        """A call that is up; whoever it is hangs up at the end of the scene."""
        dialled = number(line) if line is not None else MAIN_LINE
        caller = await self.lines.enter_async_context(
            self.callers.dials(self.hotline, dialled, flow=line or "linea", engine=engine)
        )
        call_id = caller.phone.seen(Dialled)[-1].call_id
        self.people[stage] = OnTheLine(stage=stage, caller=caller, call_id=call_id)
        return caller

    async def hang_up(self, stage: str) -> None:
        """By the caller's own hand."""
        one = self.people[stage]
        one.hung_up_at = time.monotonic()
        await one.caller.hangs_up()

    async def take_places(self) -> None:
        """One caller at each stage; the greeting is the shortest, so it comes last."""
        await asyncio.gather(
            self._menu(),
            self._collecting(),
            self._talking(),
            self._wrap_up(),
            self._queue(),
        )
        await asyncio.gather(self._whisper(), self._ringing())
        await self.dials("greeting")

    async def _menu(self) -> None:
        caller = await self.dials("menu")
        await caller.first(StepEntered, within=15, where=lambda each: each.step == "menu")

    async def _collecting(self) -> None:
        caller = await self.dials("collecting", "recoge")
        await caller.first(StepEntered, where=lambda each: each.step == "pide")
        await caller.phone.press("55")

    async def _queue(self) -> None:
        caller = await self.dials("queue", "espera")
        await caller.waits_in("espera")

    async def _talking(self) -> None:
        caller = await self.dials("talking", "habla")
        phone = self.phone("eva")
        await phone.take_call(within=SOON)
        await hear_each_other(caller, phone, phone.handset.tone_hz)

    async def _wrap_up(self) -> None:
        caller = await self.dials("wrap-up", "cierra")
        await self.shift["leo"].take_call(within=SOON)
        await caller.is_answered_by("leo")
        await self.hang_up("wrap-up")
        await caller.first(WrapUpStarted)

    async def _whisper(self) -> None:
        caller = await self.dials("whisper", "susurra")
        await self.shift["bea"].take_call(within=SOON)
        await caller.first(OfferPickedUp)

    async def _ringing(self) -> None:
        await self.dials("ringing", "suena")
        await self.shift["ana"].incoming(within=SOON)


@asynccontextmanager
async def everywhere(
    hotline: Hotline, callers: Callers, prefix: Prefix, folder: Path, number: int
) -> AsyncIterator[Scene]:
    """The scene of this number is set; all hang up and all log out at the end."""
    async with (
        switched_on(prefix, [eva("").handset()], folder=folder) as apart,
        on_shift(hotline, prefix, folder, *staff(apart["eva"].uri, number)) as shift,
        AsyncExitStack() as lines,
    ):
        scene = Scene(hotline=hotline, shift=shift, callers=callers, lines=lines, apart=apart)
        await scene.take_places()
        yield scene
