"""A telephone line with several calls at once, whose every instant is taken on one clock."""

from __future__ import annotations

import asyncio
import random
import re
import time
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from secrets import token_hex

from router.probe.sip_message import SipMessage
from router.standalone.rtp import Packet, RtpEnd, rtp_end

PATIENCE = 10.0


class LineCall:
    """One call on a line, dialled by it or to it; `audio` is its sound."""

    def __init__(self, line: Line, call_id: str, audio: RtpEnd) -> None:
        self.audio = audio
        self.call_id = call_id
        self.invite: SipMessage | None = None
        self.ended = asyncio.Event()
        self.answered: asyncio.Future[float] = asyncio.get_running_loop().create_future()
        self.own, self.other = "", ""
        """The values of From and To as this side's requests carry them."""
        self._line = line

    def ring(self) -> None:
        """180."""
        assert self.invite is not None
        self._line.reply(self.invite, "180 Ringing")

    def answer(self) -> float:
        """200, and sound from then on; the instant."""
        assert self.invite is not None
        peer = (self._line.server[0], self.invite.audio_port)
        # A telephone's packets keep a beat of their own, which has nothing to do with the answer.
        asyncio.get_running_loop().call_later(random.uniform(0, 0.02), self.audio.aim, peer)
        at = time.monotonic()
        self._line.reply(self.invite, "200 OK", offer(self._line.host, self.audio.port))
        return at

    def hang_up(self) -> float:
        """BYE; the instant."""
        at = time.monotonic()
        self._line.request("BYE", self, 2)
        return at

    async def free(self) -> None:
        """When it has ended; its sound then serves another call of the line."""
        await self._line.free(self)


class Rung:
    """Which telephones ring, for whoever waits for one; `group` names what they are taken for."""

    def __init__(self, group: Callable[[str], str] = str) -> None:
        self._group = group
        self._calls: dict[str, asyncio.Queue[tuple[float, LineCall]]] = {}

    def note(self, user: str, at: float, call: LineCall) -> None:
        """An INVITE came for this user."""
        self._of(self._group(user)).put_nowait((at, call))

    async def rings(self, group: str, *, within: float = PATIENCE) -> tuple[float, LineCall]:
        """The next call to one of the group, and the instant of its INVITE."""
        async with asyncio.timeout(within):
            return await self._of(group).get()

    def _of(self, group: str) -> asyncio.Queue[tuple[float, LineCall]]:
        return self._calls.setdefault(group, asyncio.Queue())


Incoming = Callable[[str, float, LineCall], None]
"""Told of each INVITE: for whom, the instant, and the call."""


class Line(asyncio.DatagramProtocol):
    """One address; made by `line`."""

    def __init__(self, server: tuple[str, int], incoming: Incoming) -> None:
        self.server = server
        self.host, self.port = "", 0
        self._incoming = incoming
        self._calls: dict[str, LineCall] = {}
        self._transport: asyncio.DatagramTransport | None = None
        self._spare: list[RtpEnd] = []

    def attach(self, transport: asyncio.DatagramTransport, audio: list[RtpEnd]) -> None:
        self._transport = transport
        self.host, self.port = transport.get_extra_info("sockname")
        self._spare = audio

    def _end(self) -> RtpEnd:
        """Each end serves one call after the other; a late packet of the last is too old."""
        end = self._spare.pop(0)
        end.packets.clear()
        return end

    async def dial(
        self, number: str, *, of: str = "+525580000001", within: float = PATIENCE
    ) -> tuple[LineCall, float, float]:
        """The call, and the instants of its INVITE and of the 200; `of`: who says to be calling.

        Raises TimeoutError, or ConnectionRefusedError with the status line.
        """
        call = LineCall(self, token_hex(8), self._end())
        self._calls[call.call_id] = call
        call.own = f"<sip:{of}@{self.host}>;tag={call.call_id}"
        call.other = f"<sip:{number}@{self.server[0]}:{self.server[1]}>"
        at = time.monotonic()
        self.request("INVITE", call, 1)
        async with asyncio.timeout(within):
            return call, at, await call.answered

    async def free(self, call: LineCall, *, within: float = PATIENCE) -> None:
        """When it has ended; its sound may serve another then."""
        async with asyncio.timeout(within):
            await call.ended.wait()
        if self._calls.pop(call.call_id, None) is not None:
            call.audio.rest()
            self._spare.append(call.audio)

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        at = time.monotonic()
        message = SipMessage.parse(data, addr)
        call = self._calls.get(message.header("call-id"))
        if message.status:
            if call is not None and message.method == "INVITE" and message.is_final:
                self._answered(call, message, at)
            elif call is not None and message.method == "BYE":
                call.ended.set()
        elif message.method == "INVITE" and call is None:
            self._invited(message, at)
        elif message.method in ("OPTIONS", "BYE", "CANCEL"):
            self.reply(message, "200 OK")
            if call is not None and message.method != "OPTIONS":
                if message.method == "CANCEL" and call.invite is not None:
                    self.reply(call.invite, "487 Request Terminated")
                call.ended.set()

    def _answered(self, call: LineCall, message: SipMessage, at: float) -> None:
        call.other = message.header("to")
        self.request("ACK", call, 1)
        if call.answered.done():
            return
        if message.status == 200:
            call.audio.aim((self.server[0], message.audio_port))
            call.answered.set_result(at)
        else:
            call.answered.set_exception(ConnectionRefusedError(message.start))

    def _invited(self, message: SipMessage, at: float) -> None:
        call = LineCall(self, message.header("call-id"), self._end())
        call.invite = message
        call.own = f"{message.header('to')};tag={call.call_id[:8]}"
        call.other = message.header("from")
        self._calls[call.call_id] = call
        call.ring()
        found = re.search(r"sip:([^@>;]+)@", message.start)
        self._incoming(found[1] if found else "", at, call)

    def request(self, method: str, call: LineCall, number: int) -> None:
        """Within the call, or its INVITE."""
        body = offer(self.host, call.audio.port) if method == "INVITE" else ""
        uri = re.sub(r".*<([^>]+)>.*", r"\1", call.other)
        lines = [
            f"{method} {uri} SIP/2.0",
            f"Via: SIP/2.0/UDP {self.host}:{self.port};branch=z9hG4bK{token_hex(8)};rport",
            f"From: {call.own}",
            f"To: {call.other}",
            f"Call-ID: {call.call_id}",
            f"CSeq: {number} {method}",
            f"Contact: <sip:line@{self.host}:{self.port}>",
            "Max-Forwards: 70",
        ]
        self._send(lines, body, self.server)

    def reply(self, request: SipMessage, status: str, body: str = "") -> None:
        """Answer a request."""
        to = request.header("to")
        tag = "" if ";tag=" in to else f";tag={request.header('call-id')[:8]}"
        kept = ("via", "from", "call-id", "cseq", "record-route")
        lines = [
            f"SIP/2.0 {status}",
            *(f"{name}: {value}" for name, value in request.headers if name in kept),
            f"To: {to}{tag}",
            f"Contact: <sip:line@{self.host}:{self.port}>",
        ]
        self._send(lines, body, request.source)

    def _send(self, lines: list[str], body: str, where: tuple[str, int]) -> None:
        assert self._transport is not None
        kind = ["Content-Type: application/sdp"] if body else []
        head = "\r\n".join([*lines, *kind, f"Content-Length: {len(body)}"])
        self._transport.sendto(f"{head}\r\n\r\n{body}".encode(), where)


def offer(host: str, port: int) -> str:
    """µ-law and keys at this port."""
    return (
        f"v=0\r\no=- 1 1 IN IP4 {host}\r\ns=-\r\nc=IN IP4 {host}\r\nt=0 0\r\n"
        f"m=audio {port} RTP/AVP 0 101\r\na=rtpmap:0 PCMU/8000\r\n"
        "a=rtpmap:101 telephone-event/8000\r\na=fmtp:101 0-15\r\na=ptime:20\r\n"
    )


def tone(hz: float) -> Callable[[Packet], bool]:
    """What to listen for."""
    return lambda packet: packet.holds(hz)


def nobody(user: str, at: float, call: LineCall) -> None:
    """Of a line that is not called."""


@asynccontextmanager
async def line(
    server: tuple[str, int],
    *,
    host: str,
    hz: float | None,
    calls: int,
    port: int = 0,
    incoming: Incoming = nobody,
) -> AsyncIterator[Line]:
    """For at most so many calls at once, each sending the tone."""
    loop = asyncio.get_running_loop()
    async with AsyncExitStack() as ends:
        audio = [await ends.enter_async_context(rtp_end(host, hz=hz)) for _ in range(calls)]
        transport, made = await loop.create_datagram_endpoint(
            lambda: Line(server, incoming), local_addr=(host, port)
        )
        ends.callback(transport.close)
        made.attach(transport, audio)
        yield made
