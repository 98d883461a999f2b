"""A telephone for tests: one SIP user on one UDP port, with audio, driven line by line."""

from __future__ import annotations

import asyncio
import re
import time
from array import array
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from hashlib import md5
from secrets import token_hex
from types import MappingProxyType

from router.probe.sip_message import SipMessage

PATIENCE = 10.0
ULAW_SILENCE = b"\xff" * 160
PACKET_EVERY = 0.02
Headers = Mapping[str, str]
NONE: Headers = MappingProxyType({})
LOUD = 10 ** (-55 / 20) * 32768
"""The sample value of -55 dBov: less is silence (interface.md 11)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Packet:
    """One RTP packet that came."""

    at: float
    payload_type: int
    payload: bytes

    @property
    def loudness(self) -> float:
        """Root mean square of its samples."""
        samples = [_LINEAR[byte] for byte in self.payload]
        return float((sum(each * each for each in samples) / max(1, len(samples))) ** 0.5)

    @property
    def is_silent(self) -> bool:
        return self.loudness < LOUD


class _Audio(asyncio.DatagramProtocol):
    def __init__(self, packets: list[Packet], changed: Callable[[], None]) -> None:
        self._packets = packets
        self._changed = changed

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        self._packets.append(
            Packet(at=time.monotonic(), payload_type=data[1] & 0x7F, payload=data[12:])
        )
        self._changed()


class Telephone(asyncio.DatagramProtocol):
    """Answers OPTIONS by itself; everything else is said by the test."""

    def __init__(self, user: str, server: tuple[str, int]) -> None:
        self.user = user
        self.server = server
        self.messages: list[SipMessage] = []
        self.packets: list[Packet] = []
        self.host, self.port, self.audio_port = "", 0, 0
        self._changed = asyncio.Event()
        self._signalling: asyncio.DatagramTransport
        self._audio: asyncio.DatagramTransport

    async def open(self, host: str, port: int) -> None:
        loop = asyncio.get_running_loop()
        self._signalling, _ = await loop.create_datagram_endpoint(
            lambda: self, local_addr=(host, port)
        )
        self._audio, _ = await loop.create_datagram_endpoint(
            lambda: _Audio(self.packets, self._changed.set), local_addr=(host, 0)
        )
        self.host, self.port = self._signalling.get_extra_info("sockname")
        self.audio_port = self._audio.get_extra_info("sockname")[1]

    def close(self) -> None:
        self._signalling.close()
        self._audio.close()

    @property
    def address(self) -> str:
        return f"sip:{self.user}@{self.host}:{self.port}"

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        message = SipMessage.parse(data, addr)
        if message.start.startswith(("OPTIONS", "BYE", "CANCEL", "UPDATE")):
            self.reply(message, "200 OK")
        if not any(message.raw == seen.raw for seen in self.messages):
            self.messages.append(message)
        self._changed.set()

    async def until(self, wanted: Callable[[], bool], *, within: float = PATIENCE) -> None:
        """Wait for messages or audio until the condition holds."""
        async with asyncio.timeout(within):
            while not wanted():
                self._changed.clear()
                await self._changed.wait()

    async def receives(
        self, wanted: Callable[[SipMessage], bool], *, within: float = PATIENCE
    ) -> SipMessage:
        """The first message, past or to come, for which this holds."""
        await self.until(lambda: any(map(wanted, self.messages)), within=within)
        return next(filter(wanted, self.messages))

    async def rings(self, *, within: float = PATIENCE) -> SipMessage:
        """The first INVITE."""
        return await self.receives(lambda each: each.start.startswith("INVITE"), within=within)

    async def hears(self, *, within: float = PATIENCE) -> Packet:
        """The first packet that is not silence."""
        await self.until(lambda: any(not each.is_silent for each in self.packets), within=within)
        return next(each for each in self.packets if not each.is_silent)

    def request(
        self, method: str, uri: str, *, call: str, number: int = 1, more: Headers = NONE
    ) -> str:
        """Send a request of our own; the headers in `more` replace the usual ones."""
        headers = {
            "Via": f"SIP/2.0/UDP {self.host}:{self.port};branch=z9hG4bK{token_hex(8)};rport",
            "From": f"<sip:{self.user}@{self.host}>;tag={call[:8]}",
            "To": f"<{uri}>",
            "Call-ID": call,
            "CSeq": f"{number} {method}",
            "Contact": f"<{self.address}>",
            "Max-Forwards": "70",
        }
        body = self._offer() if method == "INVITE" else ""
        if body:
            headers["Content-Type"] = "application/sdp"
        headers |= more
        head = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
        text = f"{method} {uri} SIP/2.0\r\n{head}Content-Length: {len(body)}\r\n\r\n{body}"
        self._signalling.sendto(text.encode(), self.server)
        return call

    async def calls(self, dialled: str, more: Headers = NONE) -> SipMessage:
        """Dial, and acknowledge the final answer, which is returned."""
        uri = f"sip:{dialled}@{self.server[0]}:{self.server[1]}"
        call = self.request("INVITE", uri, call=token_hex(8), more=more)
        answer = await self.receives(lambda each: each.is_final and each.header("call-id") == call)
        self.request("ACK", uri, call=call, more={**more, "To": answer.header("to")})
        return answer

    def hangs_up(self, answer: SipMessage) -> None:
        """End a call that we made."""
        self.request(
            "BYE",
            f"sip:{self.server[0]}:{self.server[1]}",
            call=answer.header("call-id"),
            number=2,
            more={"From": answer.header("from"), "To": answer.header("to")},
        )

    async def registers(self, password: str) -> SipMessage:
        """REGISTER with a digest; the final answer."""
        uri = f"sip:{self.server[0]}:{self.server[1]}"
        me = f"<sip:{self.user}@{self.server[0]}>"
        call = self.request("REGISTER", uri, call=token_hex(8), more={"To": me})
        asked = await self.receives(lambda each: each.status == 401)
        challenge = dict(re.findall(r'(\w+)="?([^",]+)', asked.header("www-authenticate")))
        realm, nonce = challenge["realm"], challenge["nonce"]
        secret = _md5(f"{self.user}:{realm}:{password}")
        proof = _md5(f"{secret}:{nonce}:00000001:cafe:auth:{_md5(f'REGISTER:{uri}')}")
        self.request(
            "REGISTER",
            uri,
            call=call,
            number=2,
            more={
                "To": me,
                "Authorization": f'Digest username="{self.user}", realm="{realm}", '
                f'nonce="{nonce}", '
                f'uri="{uri}", response="{proof}", algorithm=MD5, qop=auth, nc=00000001, '
                'cnonce="cafe"',
            },
        )
        return await self.receives(
            lambda each: each.is_final and each.header("cseq") == "2 REGISTER"
        )

    def reply(self, request: SipMessage, status: str, body: str = "") -> None:
        """Answer a request."""
        kept = ("via", "from", "call-id", "cseq", "record-route")
        to = request.header("to")
        headers = [(name, value) for name, value in request.headers if name in kept]
        headers.append(("To", to if ";tag=" in to else f"{to};tag={request.header('call-id')[:8]}"))
        headers.append(("Contact", f"<{self.address}>"))
        if body:
            headers.append(("Content-Type", "application/sdp"))
        head = "".join(f"{name}: {value}\r\n" for name, value in headers)
        text = f"SIP/2.0 {status}\r\n{head}Content-Length: {len(body)}\r\n\r\n{body}"
        self._signalling.sendto(text.encode(), request.source)

    def answers(self, invite: SipMessage) -> None:
        """Pick up."""
        self.reply(invite, "200 OK", self._offer())

    def sends_silence(self, where: SipMessage) -> None:
        """One packet of audio to the other side."""
        self._audio.sendto(
            b"\x80\x00" + bytes(10) + ULAW_SILENCE, (self.server[0], where.audio_port)
        )

    async def is_heard_by(self, other: Telephone, where: SipMessage) -> None:
        """Send silence as a telephone does, packet after packet, until one reaches the other.

        The first ones are lost: nobody gets them until the server has joined the two.
        """
        async with asyncio.timeout(PATIENCE):
            while not any(each.payload == ULAW_SILENCE for each in other.packets):
                self.sends_silence(where)
                with suppress(TimeoutError):
                    await other.until(lambda: False, within=PACKET_EVERY)

    def _offer(self) -> str:
        return (
            f"v=0\r\no=- 1 1 IN IP4 {self.host}\r\ns=-\r\nc=IN IP4 {self.host}\r\nt=0 0\r\n"
            f"m=audio {self.audio_port} RTP/AVP 0 101\r\na=rtpmap:0 PCMU/8000\r\n"
            "a=rtpmap:101 telephone-event/8000\r\na=ptime:20\r\na=sendrecv\r\n"
        )


@asynccontextmanager
async def telephone(
    user: str, server: tuple[str, int], *, host: str = "127.0.0.1", port: int = 0
) -> AsyncIterator[Telephone]:
    """A telephone on the line until the block ends."""
    phone = Telephone(user, server)
    await phone.open(host, port)
    try:
        yield phone
    finally:
        phone.close()


def _md5(text: str) -> str:
    return md5(text.encode()).hexdigest()


def _decode_ulaw(byte: int) -> int:
    """G.711."""
    byte = ~byte & 0xFF
    magnitude = (((byte & 0x0F) << 3) + 0x84 << ((byte & 0x70) >> 4)) - 0x84
    return -magnitude if byte & 0x80 else magnitude


_LINEAR = array("h", map(_decode_ulaw, range(256)))
