"""Callers and agents with real telephones, for tests on a whole hotline."""

from __future__ import annotations

import asyncio
import time
from collections import defaultdict
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass
from datetime import timedelta
from math import isfinite
from pathlib import Path
from typing import TypeVar

from router import errors
from router.adapters.control.protocol import LogIn, LogOut
from router.core.records import Answered, CallStarted, Queued
from router.core.vocabulary import AgentId, CallId
from router.standalone.phone_events import Closed, Dialled, Established, Incoming
from router.standalone.phones import Answer, Handset, Phone, switched_on
from router.standalone.programs import Prefix
from router.standalone.tone import Recording, Span, heard, longest_silence, power_dbov
from tests.acceptance.hotline_up import Hotline

CALLERS_ADDRESS = "127.0.0.2"
CALLERS = 24
CALLER_HZ = 440
AGENTS_HZ = (523, 587, 659, 698, 784, 880, 988, 1047, 1175, 1319)
MAIN_LINE = "5555335533"
SOON = timedelta(seconds=5)
# In the change from music to agent, or between two prompts.
GAP = timedelta(seconds=1)

R = TypeVar("R")


@dataclass(frozen=True, slots=True, kw_only=True)
class Agent:
    """One line of the roster, and the telephone behind it."""

    id: str
    skills: str
    """YAML: `juridico: 4, english: 2`."""
    mobile: str = ""
    """A number behind the trunk; else they have a desk phone."""
    elsewhere: str = ""
    """The address of a telephone that the test switched on itself."""
    registers: bool = False
    answer: Answer = Answer.BY_HAND
    machine: bool = False
    tone_hz: int = 587
    wrap_up: str = "0"
    """Empty: the queue's own."""
    also: str = ""
    """More devices in YAML, behind the first."""
    comes: bool = True
    """Logs in with the others."""
    records_prompts: bool = False
    on_call: bool = False

    @property
    def user(self) -> str:
        """Their telephone's name."""
        return self.mobile or self.id

    def handset(self) -> Handset:
        return Handset(
            name=self.user, tone_hz=self.tone_hz, answer=self.answer, greets=self.machine
        )

    def roster_line(self, address: str) -> str:
        if self.mobile:
            device = f'{{kind: phone, number: "{self.mobile}"}}'
        elif self.registers:
            device = "{kind: desk}"
        else:
            device = f'{{kind: desk, address: "{self.elsewhere or address}"}}'
        wrap_up = f", wrap_up: {self.wrap_up}" if self.wrap_up else ""
        records = ", records_prompts: true" if self.records_prompts else ""
        on_call = ", on_call: true" if self.on_call else ""
        devices = ", ".join(filter(None, (device, self.also)))
        return (
            f"  - {{id: {self.id}, name: {self.id.title()}, skills: {{{self.skills}}}, "
            f"devices: [{devices}]{wrap_up}{records}{on_call}}}"
        )


class Shift:
    """The agents of a test, their telephones switched on."""

    def __init__(self, hotline: Hotline, agents: Sequence[Agent], phones: Mapping[str, Phone]):
        self._hotline = hotline
        self.agents = agents
        self._phones = phones

    def __getitem__(self, agent: str) -> Phone:
        """The telephone of an agent, by the agent's id."""
        return self._phones[agent]

    @property
    def roster(self) -> str:
        lines = (
            each.roster_line(self._phones[each.id].uri if each.id in self._phones else "")
            for each in self.agents
        )
        return "\n".join(["agents:", *lines, ""])

    async def imports(self) -> None:
        """The roster, in force."""
        await self._hotline.asks(lambda desk: desk.import_roster(self.roster, "the test's roster"))

    async def logs_in(self, *agents: str) -> None:
        """All who come, or these; once they can be offered calls."""
        coming = [each.id for each in self.agents if each.comes]
        chosen = tuple(map(AgentId, agents or coming))
        change = await self._hotline.asks(lambda desk: desk.change_shift(LogIn(agents=chosen)))
        assert not change.hindrances, change.hindrances

    async def logs_out(self) -> None:
        await self._hotline.asks(lambda desk: desk.change_shift(LogOut(everyone=True)))


@asynccontextmanager
async def on_shift(
    hotline: Hotline,
    prefix: Prefix,
    folder: Path,
    *agents: Agent,
    logged_in: bool = True,
    ends: bool = True,
) -> AsyncIterator[Shift]:
    """These agents, and nobody else, until the end of the block; `ends`: then they log out."""
    async with AsyncExitStack() as on:
        phones: dict[str, Phone] = {}
        here = [each for each in agents if not (each.elsewhere or each.registers)]
        mobiles = [each for each in here if each.mobile]
        desks = [each for each in here if not each.mobile]
        carrier_address, _, carrier_port = hotline.carrier.partition(":")
        for group, address, port in (
            (mobiles, carrier_address, int(carrier_port)),
            (desks, "127.0.0.1", None),
        ):
            if group:
                there = await on.enter_async_context(
                    switched_on(
                        prefix,
                        [each.handset() for each in group],
                        folder=folder,
                        address=address,
                        port=port,
                    )
                )
                phones |= {each.id: there[each.user] for each in group}
        shift = Shift(hotline, agents, phones)
        await shift.imports()
        if logged_in:
            await shift.logs_in()
        try:
            yield shift
        except BaseException:
            if ends:
                with suppress(errors.HotlineError):  # what the test says is to be read, not this
                    await shift.logs_out()
            raise
        if ends:
            await shift.logs_out()


@dataclass(slots=True, kw_only=True)
class Caller:
    """Somebody on the line. `call` is empty where no engine saw them."""

    hotline: Hotline
    phone: Phone
    call: CallId
    up_at: float

    async def first(
        self,
        kind: type[R],
        *,
        within: float = 5,
        where: Callable[[R], bool] = lambda record: True,
    ) -> R:
        """The first record of this kind in this call, past or to come."""
        _, record = await self.hotline.feed.first(kind, call=self.call, within=within, where=where)
        return record

    def records(self, kind: type[R]) -> list[R]:
        """All of this kind, so far."""
        return [
            line.record for line in self.hotline.feed.of(self.call) if isinstance(line.record, kind)
        ]

    async def waits_in(self, queue: str, *, within: float = 5) -> Queued:
        return await self.first(Queued, within=within, where=lambda each: each.queue == queue)

    async def is_answered_by(self, agent: str, *, within: float = 5) -> Answered:
        return await self.first(Answered, within=within, where=lambda each: each.agent == agent)

    def longest_silence(self, since: float, until: float | None = None) -> timedelta:
        """In what this caller heard."""
        recording = self.phone.recording()
        return longest_silence(recording.between(since, until or recording.end))

    async def hangs_up(self) -> Closed:
        return await _hang_up(self.phone)

    @property
    def is_on_the_line(self) -> bool:
        over = {each.call_id for each in self.phone.seen(Closed)}
        return any(each.call_id not in over for each in self.phone.seen(Dialled))


class Callers:
    """Telephones behind the trunk; each number dials again once its call is over."""

    def __init__(self, phones: Mapping[str, Phone]) -> None:
        self._idle = list(phones.values())
        self._one_by_one: defaultdict[str, asyncio.Lock] = defaultdict(asyncio.Lock)

    @asynccontextmanager
    async def dials(
        self, hotline: Hotline, number: str = MAIN_LINE, *, flow: str = "linea", engine: bool = True
    ) -> AsyncIterator[Caller]:
        """A call that is up; the caller hangs up at the end of the block."""
        phone = self._idle.pop(0)
        try:
            async with self._one_by_one[flow]:
                since = hotline.feed.position()
                await phone.dial(hotline.uri(number))
                up = await phone.wait_for(Established, within=SOON)
                call = CallId("")
                if engine:
                    line, _ = await hotline.feed.first(
                        CallStarted, within=5, since=since, where=lambda each: each.flow == flow
                    )
                    assert line.call is not None
                    call = line.call
            yield Caller(hotline=hotline, phone=phone, call=call, up_at=up.at)
        finally:
            with suppress(errors.PhoneIdle):
                await _hang_up(phone)
            self._idle.append(phone)


async def _hang_up(phone: Phone) -> Closed:
    since = time.monotonic()
    await phone.hang_up()
    return await phone.wait_for(Closed, within=SOON, where=lambda each: each.at >= since)


@asynccontextmanager
async def callers_telephones(prefix: Prefix, folder: Path) -> AsyncIterator[Callers]:
    """Switched on until the end of the block."""
    numbers = caller_numbers()
    handsets = [Handset(name=number, tone_hz=CALLER_HZ) for number in numbers]
    async with switched_on(prefix, handsets, folder=folder, address=CALLERS_ADDRESS) as phones:
        yield Callers(phones)


def caller_numbers() -> list[str]:
    """They must appear nowhere in what a hotline writes."""
    return [f"55876500{index:02}" for index in range(CALLERS)]


async def hear_each_other(caller: Caller, agent: Phone, hz: int, *, seconds: float = 0.5) -> None:
    """From now on both tones arrive, soon for so long without a break."""
    since = time.monotonic()
    await asyncio.gather(
        _hears_on_and_on(caller.phone, hz, since, seconds, other=agent),
        _hears_on_and_on(agent, CALLER_HZ, since, seconds, other=caller.phone),
    )


async def _hears_on_and_on(
    phone: Phone, hz: int, since: float, seconds: float, *, other: Phone
) -> None:
    spans: list[Span] = []
    try:
        async with asyncio.timeout(SOON.total_seconds()):
            while not any(span.duration.total_seconds() >= seconds for span in spans):
                await phone.more_to_hear()
                recording = phone.recording()
                spans = heard(recording.between(since, recording.end), hz)
    except TimeoutError:
        said = f"{phone.handset.name} hears {hz} Hz only at {spans} since {since:.2f}"
        told = f"{_last_known(phone)}; {other.handset.name}: {_last_known(other)}"
        raise AssertionError(f"{said}; {told}") from None


def _last_known(phone: Phone) -> str:
    """What tells a call that fell silent from one that is over, or from a telephone that hangs."""
    over = [(each.reason, each.status, round(each.at, 2)) for each in phone.seen(Closed)]
    return (
        f"it is {time.monotonic():.2f}, its recording ends at {phone.recording().end:.2f}, calls up"
        f" at {[round(each.at, 2) for each in phone.seen(Established)]}, over: {over}, rung at"
        f" {[round(each.at, 2) for each in phone.seen(Incoming)]}, dBov in its last seconds:"
        f" {_loudness(phone.recording())}"
    )


def _loudness(recording: Recording) -> list[int | None]:
    """Of each of the last seconds: a tone, music and silence (None) differ."""
    each = (
        recording.between(at, at + 1) for at in (recording.end - back for back in range(6, 0, -1))
    )
    return [round(dbov) if isfinite(dbov := power_dbov(one.samples)) else None for one in each]


def tells_nothing_of(caller: Caller, call: Incoming) -> bool:
    """The INVITE holds neither the caller's number nor any part that would tell it."""
    return caller.phone.handset.name[-8:] not in f"{call.from_header} {dict(call.headers)}"
