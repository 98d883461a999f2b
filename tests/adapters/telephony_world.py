"""One caller, one agent and a Telephony, in memory or on a real Asterisk, in the same words."""

from __future__ import annotations

import asyncio
import math
import struct
import wave
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Protocol, TypeVar

from router.adapters.ari.access import Access
from router.adapters.ari.node import AriNode, ari_node
from router.adapters.ari.perform import House
from router.core import events as e
from router.core.commands import Command, Hangup
from router.core.events import Event
from router.core.vocabulary import (
    AgentId,
    CallId,
    Device,
    DeviceKind,
    LegEnding,
    LegId,
    NodeId,
    PromptId,
)
from router.ports import BeatReturned, Failure
from router.probe.sip_message import SipMessage
from tests.acceptance.asterisk_server import AsteriskServer
from tests.acceptance.telephone import Telephone, telephone
from tests.adapters.ari.ari_server import always_open
from tests.fakes.identities import FakeIdentities
from tests.fakes.telephony import FakeTelephony

NODE = NodeId("n1")
ANA = AgentId("ana")
MOBILE = Device(kind=DeviceKind.PHONE, number="+525512345678")
SHORT, LONG, MISSING = PromptId("corto"), PromptId("largo"), PromptId("no_hay")
LINE = "5555335533"
NUMBER = "5587654321"
TRUNK = "127.0.0.2"
CARRIER = ("127.0.0.3", 5080)
PATIENCE = 5.0
OUTCOMES = {
    486: (LegEnding.DECLINED, 17),
    603: (LegEnding.DECLINED, 21),
    404: (LegEnding.UNREACHABLE, 1),
}

VOICE = bytes(0x10 if n % 16 < 8 else 0x90 for n in range(160))
"""20 ms of a 500 Hz square wave in u-law."""

E = TypeVar("E", bound=Event)


def now() -> datetime:
    return datetime.now(UTC)


class Inbox:
    """Everything delivered, in order; beats go back as the runner sends them."""

    def __init__(self) -> None:
        self.events: list[Event] = []
        self.beats: list[BeatReturned] = []
        self._changed = asyncio.Event()

    def deliver(self, item: Event | BeatReturned) -> None:
        if isinstance(item, BeatReturned):
            self.beats.append(item)
        else:
            self.events.append(item)
        self._changed.set()

    async def until(self, wanted: Callable[[], bool], *, within: float = PATIENCE) -> None:
        async with asyncio.timeout(within):
            while not wanted():
                self._changed.clear()
                await self._changed.wait()

    async def gets(
        self,
        kind: type[E],
        where: Callable[[E], bool] = lambda event: True,
        *,
        within: float = PATIENCE,
    ) -> E:
        """The first such event, past or to come."""
        await self.until(lambda: bool(self.all(kind, where)), within=within)
        return self.all(kind, where)[0]

    def all(self, kind: type[E], where: Callable[[E], bool] = lambda event: True) -> list[E]:
        return [each for each in self.events if isinstance(each, kind) and where(each)]


class World(Protocol):
    """What the contract's sentences are made of."""

    inbox: Inbox

    async def perform(self, command: Command) -> Failure | None: ...
    async def caller_arrives(self) -> LegId: ...
    async def caller_presses(self, digit: str) -> None: ...
    async def caller_hears_it(self) -> None: ...
    async def caller_speaks(self) -> None:
        """After the tone, for half a second."""
        ...

    async def caller_hangs_up(self) -> None: ...
    async def agent_rings(self) -> None: ...
    async def agent_answers(self) -> None: ...
    async def agent_refuses(self, status: int) -> None: ...
    async def agent_hangs_up(self) -> None: ...
    async def agent_stops_ringing(self) -> None: ...
    async def prompt_is_over(self) -> None:
        """Let a short prompt come to its end."""
        ...

    async def connection_breaks(self) -> None: ...


class FakeWorld:
    """The fake, and its own will."""

    def __init__(self) -> None:
        self.inbox = Inbox()
        self.telephony = FakeTelephony(node=NODE, now=now)
        self.telephony.missing_prompts.add(MISSING)
        self.telephony.connects(self.inbox.deliver, restarted=True)
        self._identities = FakeIdentities()
        self._caller = LegId("")

    async def perform(self, command: Command) -> Failure | None:
        return await self.telephony.perform(command)

    async def caller_arrives(self) -> LegId:
        key = self._identities.seal(CallId("c"), NUMBER)
        self._caller = self.telephony.caller_arrives(dialled=LINE, caller=key)
        return self._caller

    async def caller_presses(self, digit: str) -> None:
        self.telephony.presses(self._caller, digit)

    async def caller_hears_it(self) -> None:
        assert any(leg.playing for leg in self.telephony.legs.values())

    async def caller_speaks(self) -> None:
        assert self.telephony.legs[self._caller].recording is not None

    async def caller_hangs_up(self) -> None:
        self.telephony.hangs_up(self._caller)

    async def agent_rings(self) -> None:
        self.telephony.leg_of(ANA)

    async def agent_answers(self) -> None:
        self.telephony.answers(ANA)

    async def agent_refuses(self, status: int) -> None:
        self.telephony.ends(self.telephony.leg_of(ANA), *OUTCOMES[status])

    async def agent_hangs_up(self) -> None:
        self.telephony.hangs_up(self.telephony.leg_of(ANA))

    async def agent_stops_ringing(self) -> None:
        assert not any(leg.agent == ANA for leg in self.telephony.legs.values())

    async def prompt_is_over(self) -> None:
        for leg in list(self.telephony.legs.values()):
            self.telephony.prompt_ends(leg.id)

    async def connection_breaks(self) -> None:
        self.telephony.disconnects()
        self.telephony.connects()


@dataclass(slots=True)
class RealWorld:
    """A private Asterisk, the ARI adapter, and SIP telephones."""

    inbox: Inbox
    node: AriNode
    caller: Telephone
    carrier: Telephone
    gate: Gate
    answer: SipMessage | None = None
    agent_up: SipMessage | None = None

    async def perform(self, command: Command) -> Failure | None:
        return await self.node.perform(command)

    async def caller_arrives(self) -> LegId:
        await self.inbox.until(lambda: bool(self.inbox.beats))
        before = len(self.inbox.all(e.CallArrived))
        self.answer = await self.caller.calls(LINE)
        await self.inbox.until(lambda: len(self.inbox.all(e.CallArrived)) > before)
        return self.inbox.all(e.CallArrived)[-1].leg

    async def caller_presses(self, digit: str) -> None:
        assert self.answer is not None
        where = (self.caller.server[0], self.answer.audio_port)
        for packet in rfc4733(digit):
            self.caller._audio.sendto(packet, where)

    async def caller_hears_it(self) -> None:
        await self.caller.hears()

    async def caller_speaks(self) -> None:
        assert self.answer is not None
        await self.caller.hears()
        where = (self.caller.server[0], self.answer.audio_port)
        for number in range(25):
            head = struct.pack("!BBHII", 0x80, 0, number, 160 * number, 77)
            self.caller._audio.sendto(head + VOICE, where)
            await asyncio.sleep(0.02)  # the pace of speech

    async def caller_hangs_up(self) -> None:
        assert self.answer is not None
        self.caller.hangs_up(self.answer)

    async def agent_rings(self) -> None:
        invite = await self.carrier.rings()
        self.carrier.reply(invite, "180 Ringing")

    async def agent_answers(self) -> None:
        invite = await self.carrier.rings()
        self.carrier.answers(invite)
        await self.carrier.receives(lambda each: each.start.startswith("ACK"))
        self.agent_up = invite

    async def agent_refuses(self, status: int) -> None:
        self.carrier.reply(await self.carrier.rings(), f"{status} No")

    async def agent_hangs_up(self) -> None:
        assert self.agent_up is not None
        self.carrier.request(
            "BYE",
            "sip:asterisk@127.0.0.1",
            call=self.agent_up.header("call-id"),
            more={
                "From": f"{self.agent_up.header('to')};tag={self.agent_up.header('call-id')[:8]}",
                "To": self.agent_up.header("from"),
            },
        )

    async def agent_stops_ringing(self) -> None:
        await self.carrier.receives(lambda each: each.start.startswith("CANCEL"))
        self.carrier.reply(await self.carrier.rings(), "487 Request Terminated")

    async def prompt_is_over(self) -> None:
        """It ends by itself."""

    async def connection_breaks(self) -> None:
        self.gate.cut()


class Gate:
    """A TCP proxy before Asterisk's HTTP port, so that connections can be cut."""

    def __init__(self, target: tuple[str, int]) -> None:
        self._target = target
        self._writers: set[asyncio.StreamWriter] = set()
        self._carrying: set[asyncio.Task[None]] = set()
        self._server: asyncio.Server
        self.port = 0

    async def open(self) -> None:
        self._server = await asyncio.start_server(self._accept, "127.0.0.1", 0)
        self.port = self._server.sockets[0].getsockname()[1]

    def cut(self) -> None:
        """Every connection, at once, without a farewell."""
        for writer in self._writers:
            writer.transport.abort()

    async def close(self) -> None:
        self._server.close()
        self.cut()
        await asyncio.gather(*self._carrying, return_exceptions=True)

    def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        carrying = asyncio.create_task(self._carry(reader, writer))
        self._carrying.add(carrying)
        carrying.add_done_callback(self._carrying.discard)

    async def _carry(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        there, back = await asyncio.open_connection(*self._target)
        self._writers |= {writer, back}
        await asyncio.gather(_pump(reader, back), _pump(there, writer))
        self._writers -= {writer, back}


async def _pump(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    try:
        while data := await reader.read(65536):
            writer.write(data)
            await writer.drain()
    except ConnectionError:
        pass
    finally:
        writer.close()


@asynccontextmanager
async def real_world(server: AsteriskServer) -> AsyncIterator[RealWorld]:
    """The engine's adapter connected, the telephones on."""
    _write_prompts(server.folder / "sounds/es/hotline")
    site = server.site
    inbox, identities = Inbox(), FakeIdentities()
    async with AsyncExitStack() as ends:
        gate = Gate((site.control_host, site.http_port))
        await gate.open()
        ends.push_async_callback(gate.close)
        node = await ends.enter_async_context(
            ari_node(
                node=NODE,
                access=Access(
                    url=f"http://127.0.0.1:{gate.port}",
                    user="hotline",
                    password=site.ari_password,
                ),
                house=House(number=site.hotline_number, media_address=site.sip_host),
                fence=always_open(),
                now=now,
            )
        )
        caller = await ends.enter_async_context(telephone(NUMBER, server.sip, host=TRUNK))
        carrier = await ends.enter_async_context(
            telephone("carrier", server.sip, host=CARRIER[0], port=CARRIER[1])
        )
        beating: set[asyncio.Task[None]] = set()

        def deliver(item: Event | BeatReturned) -> None:
            if isinstance(item, BeatReturned):
                beating.add(asyncio.create_task(beat(item)))
            else:
                inbox.deliver(item)

        async def beat(item: BeatReturned) -> None:
            await node.beat(item.stamp)
            inbox.deliver(item)

        running = asyncio.create_task(node.run(deliver, identities.seal))
        await inbox.gets(e.LegsListed)
        try:
            yield RealWorld(inbox=inbox, node=node, caller=caller, carrier=carrier, gate=gate)
        finally:
            running.cancel()
            await asyncio.gather(running, *beating, return_exceptions=True)
            await _hang_up_all(node)


async def _hang_up_all(node: AriNode) -> None:
    """The next test shall find nobody on the line."""
    present = await node.inquiry.present()
    for channel in present.channels:
        leg = LegId(channel["id"])
        await node.perform(Hangup(node=NODE, call=None, leg=leg))


def rfc4733(digit: str) -> list[bytes]:
    """A key press of 100 ms: three packets, then the end three times."""
    event = "0123456789*#".index(digit)
    steps = [(0, 160), (0, 320), (0, 480), *[(0x80, 800)] * 3]
    return [
        struct.pack("!BBHII", 0x80, 101, 7000 + index, 160, 77)
        + struct.pack("!BBH", event, flags | 10, duration)
        for index, (flags, duration) in enumerate(steps)
    ]


def _write_prompts(folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for prompt, seconds in ((SHORT, 0.3), (LONG, 6.0)):
        samples = (int(8000 * math.sin(i / 3)) for i in range(int(8000 * seconds)))
        with wave.open(str(folder / f"{prompt}.wav"), "wb") as file:
            file.setparams((1, 2, 8000, 0, "NONE", ""))
            file.writeframes(b"".join(struct.pack("<h", sample) for sample in samples))
