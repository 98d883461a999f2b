"""Real telephones for the demo and the tests: SIP and RTP by baresip, one line of Python each."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from enum import Enum
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TypeVar

from router.standalone.baresip import Baresip, Line, Programs
from router.standalone.loopback import free_port
from router.standalone.phone_audio import Ear, write_greeting
from router.standalone.phone_events import Dialled, Established, Incoming, PhoneEvent
from router.standalone.phone_lines import PhoneLines, Told
from router.standalone.phone_log import PhoneLog
from router.standalone.tone import Recording, Span, heard, sounds

_GREETING = timedelta(seconds=4)
# Then baresip hangs up, as a machine does whose message is full.
_RECORDS_FOR = timedelta(seconds=60)
# A digit of baresip's lasts 180 ms.
_DIGIT_AND_GAP = 0.3

E = TypeVar("E", bound=PhoneEvent)


class Answer(Enum):
    BY_HAND = "rings until `accept`, `reject` or CANCEL"
    AT_ONCE = "answers each call by itself"


@dataclass(frozen=True, slots=True, kw_only=True)
class Handset:
    """One telephone: `name` is its user, and the number in From when it dials."""

    name: str
    tone_hz: int = 440
    """What it says while a call is up, without a pause."""
    answer: Answer = Answer.BY_HAND
    greets: bool = False
    """An answering machine: its tone in syllables for 4 s, then silence."""
    registrar: str = ""
    """HOST:PORT, where it registers."""
    password: str = field(default="", repr=False)


class Phone:
    """A telephone that is switched on; made by `start`, `switched_on` or a `Carrier`."""

    def __init__(self, handset: Handset, index: int, baresip: Baresip, ear: Ear) -> None:
        self.handset = handset
        self.address = baresip.own
        self._index = index
        self._baresip = baresip
        self._ear = ear
        self._log = PhoneLog(handset.name)

    @classmethod
    @asynccontextmanager
    async def start(
        cls,
        programs: Programs,
        *,
        name: str,
        folder: Path,
        address: str = "127.0.0.1",
        port: int | None = None,
        tone_hz: int = 440,
        answer: Answer = Answer.BY_HAND,
        greets: bool = False,
        registrar: str = "",
        password: str = "",
    ) -> AsyncIterator[Phone]:
        """A phone with an address of its own; it is off again at the end of the block."""
        handset = Handset(
            name=name,
            tone_hz=tone_hz,
            answer=answer,
            greets=greets,
            registrar=registrar,
            password=password,
        )
        async with switched_on(
            programs, [handset], folder=folder, address=address, port=port
        ) as phones:
            yield phones[name]

    @property
    def uri(self) -> str:
        """Where it can be called directly."""
        return f"sip:{self.handset.name}@{self.address}"

    async def dial(self, uri: str) -> Dialled:
        """Calls; returns when the INVITE is out."""
        answer = await self._baresip.command(("dial", f"{uri} {self._index}"))
        call_id = answer.removeprefix("call id:").strip()
        return await self.wait_for(
            Dialled,
            within=timedelta(seconds=2),
            where=lambda sent: sent.call_id == call_id,
        )

    async def incoming(self, *, within: timedelta) -> Incoming:
        return await self.wait_for(Incoming, within=within)

    async def accept(self) -> Established:
        """Picks up the call that rings; returns when it is up."""
        call_id = self._log.open_call()
        await self._baresip.command(("accept", call_id))
        return await self.wait_for(
            Established,
            within=timedelta(seconds=3),
            where=lambda up: up.call_id == call_id,
        )

    async def reject(self) -> None:
        """486 to the call that rings. (For other answers there is `refusals`.)"""
        await self.hang_up()

    async def hang_up(self) -> None:
        """Ends the call: BYE, CANCEL or 486, whichever is right just now."""
        await self._baresip.command(("hangup", self._log.open_call()))

    async def press(self, digits: str) -> None:
        """RFC 2833, 180 ms each."""
        for digit in digits:
            call_id = self._log.open_call()
            await self._baresip.command(("callfind", call_id), ("sndcode", digit))
            await asyncio.sleep(_DIGIT_AND_GAP)

    async def take_call(self, *, within: timedelta, confirm_with: str = "") -> Incoming:
        """Lets it come in and picks up; then, if asked to, listens to the whisper and confirms."""
        call = await self.incoming(within=within)
        up = await self.accept()
        if confirm_with:
            await self.hears(within=within, since=up.at)
            await self.press(confirm_with)
        return call

    async def wait_for(
        self,
        kind: type[E],
        *,
        within: timedelta,
        where: Callable[[E], bool] = lambda event: True,
    ) -> E:
        """The next such event, or the first that nobody waited for yet.

        Raises PhoneWaitedInVain.
        """
        return await self._log.wait_for(kind, within, where)

    def seen(self, kind: type[E]) -> list[E]:
        """All such events since the phone was switched on."""
        return [event for event in self._log.events if isinstance(event, kind)]

    @property
    def recordings(self) -> list[Recording]:
        """What it heard, one for each call that was up, in order; the last may still grow."""
        return self._ear.recordings

    def recording(self) -> Recording:
        """Of the present call, or the last. Empty before the first."""
        return self.recordings[-1] if self.recordings else Recording.empty(time.monotonic())

    async def hears(
        self, hz: float | None = None, *, within: timedelta, since: float | None = None
    ) -> Span:
        """Waits for the tone (or for any sound) in what comes in after `since`, by default now.

        Known a quarter of a second late at most, but the span's times are exact to 50 ms.
        Raises PhoneWaitedInVain.
        """
        after = time.monotonic() if since is None else since
        try:
            async with asyncio.timeout(within.total_seconds()):
                while True:
                    recording = self.recording()
                    part = recording.between(after, recording.end)
                    if found := sounds(part) if hz is None else heard(part, hz):
                        return found[0]
                    await self._ear.changed()
        except TimeoutError as silence:
            what = "any sound" if hz is None else f"{hz:g} Hz"
            raise self._log.in_vain(what, within) from silence

    async def more_to_hear(self) -> None:
        """Until the recording has grown: four times a second while a call is up."""
        await self._ear.changed()

    @property
    def pid(self) -> int:
        """Of its baresip: to freeze or kill it."""
        return self._baresip.pid

    def note(self, event: PhoneEvent) -> None:
        """For whoever drives the phone's baresip."""
        self._log.note(event)


@asynccontextmanager
async def switched_on(
    programs: Programs,
    handsets: Sequence[Handset],
    *,
    folder: Path,
    address: str = "127.0.0.1",
    port: int | None = None,
) -> AsyncIterator[Mapping[str, Phone]]:
    """Phones by name, all behind one address: the mobiles behind one carrier, for instance.

    They share one baresip, which has a line for each; another number there gets 404. `folder`
    exists; what is in use lies in a folder of its own below it, for as long as the phones are on.
    """
    # baresip takes the next one for TLS, unasked.
    port = port or free_port(address, and_next=True)
    phones: dict[str, Phone] = {}
    lines = PhoneLines(f"{address}:{port}", [handset.name for handset in handsets])

    def note(told: list[Told]) -> None:
        for user, event in told:
            if user in phones:
                phones[user].note(event)

    async with AsyncExitStack() as ends:
        own = Path(ends.enter_context(TemporaryDirectory(prefix="phone-", dir=folder)))
        baresip = Baresip(
            programs,
            folder=own,
            address=address,
            port=port,
            lines=[_line(handset, index, own) for index, handset in enumerate(handsets)],
            on_event=lambda event: note(lines.event(event)),
            on_message=lambda message: note(lines.message(message)),
        )
        for index, handset in enumerate(handsets):
            ear = Ear(own / _pipe(index))
            ear.open()
            ends.callback(ear.close)
            phones[handset.name] = Phone(handset, index, baresip, ear)
        ends.push_async_callback(baresip.close)
        await baresip.start()
        yield phones


def _line(handset: Handset, index: int, folder: Path) -> Line:
    source = f"ausine,{handset.tone_hz}"
    if handset.greets:
        greeting = f"greeting-{index}.wav"
        write_greeting(
            folder / greeting,
            hz=handset.tone_hz,
            lasts=_GREETING,
            then_silent=_RECORDS_FOR,
        )
        source = f"aufile,{greeting}"
    return Line(
        user=handset.name,
        source=source,
        pipe=_pipe(index),
        at_once=handset.answer is Answer.AT_ONCE,
        registrar=handset.registrar,
        password=handset.password,
    )


def _pipe(index: int) -> str:
    return f"heard-{index}"
