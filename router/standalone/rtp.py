"""One end of a call's sound, packet by packet, for what must be measured to the millisecond."""

from __future__ import annotations

import asyncio
import socket
import struct
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from datetime import timedelta

from router import errors
from router.standalone.arrivals import Address, arrivals, tell_arrivals
from router.standalone.tone import SILENCE_DBOV, power_dbov, tone_present
from router.standalone.ulaw import decoded, tone

PCMU, TELEPHONE_EVENT = 0, 101
_DIGITS = "0123456789*#ABCD"
_TICK = 0.02
_SAMPLES = 160
_LOUDNESS = 10
# RFC 4733, 2.5.1.4: the end is sent three times, in case one is lost.
_ENDS = 3
_HEAD = struct.Struct("!BBHII")


@dataclass(frozen=True, slots=True, kw_only=True)
class Packet:
    """`at` is `time.monotonic()` of its arrival."""

    at: float
    payload_type: int
    marked: bool
    timestamp: int
    payload: bytes

    @property
    def dbov(self) -> float:
        return power_dbov(decoded(self.payload))

    def holds(self, hz: float) -> bool:
        """The tone, as far as 20 ms can tell: within 50 Hz."""
        return tone_present(decoded(self.payload), hz)


class RtpEnd:
    """Sends a tone (or digital silence) every 20 ms to wherever RTP comes from, and digits.

    SIPp does the signalling: its `media_ports` are where such ends listen.
    """

    def __init__(self, hz: float | None) -> None:
        self.packets: list[Packet] = []
        self.port = 0
        self._sound = tone(hz, timedelta(seconds=1)) if hz is not None else b"\xff" * 8000
        self._peer: Address | None = None
        self._socket: socket.socket | None = None
        self._changed = asyncio.Event()
        self._keys: asyncio.Queue[tuple[str, int, asyncio.Future[float]]] = asyncio.Queue()
        self._sequence = 0
        self._timestamp = 0

    def attach(self, own: socket.socket) -> None:
        """A UDP socket that is bound and does not block."""
        tell_arrivals(own)
        self._socket = own
        self.port = own.getsockname()[1]

    def aim(self, peer: Address) -> None:
        """Sends there from now on, without waiting to be spoken to: as a phone does that has read
        the other's SDP."""
        self._peer = peer
        self._changed.set()

    def rest(self) -> None:
        """Sends nothing until it is spoken to or aimed again."""
        self._peer = None

    def receive(self) -> None:
        """Take in what came: call it when the socket can be read."""
        assert self._socket is not None
        for data, sender, at in arrivals(self._socket):
            self._received(data, sender, at)

    def _received(self, data: bytes, sender: Address, at: float) -> None:
        if len(data) < _HEAD.size:
            return
        _, kind, _, timestamp, _ = _HEAD.unpack_from(data)
        self._peer = sender
        self.packets.append(
            Packet(
                at=at,
                payload_type=kind & 0x7F,
                marked=bool(kind & 0x80),
                timestamp=timestamp,
                payload=data[_HEAD.size :],
            )
        )
        self._changed.set()

    async def hears(
        self,
        *,
        within: timedelta,
        since: float | None = None,
        what: Callable[[Packet], bool] = lambda packet: packet.dbov >= SILENCE_DBOV,
    ) -> Packet:
        """The first such packet since then, by default since now. Raises PhoneWaitedInVain."""
        after = time.monotonic() if since is None else since
        next_one = 0
        try:
            async with asyncio.timeout(within.total_seconds()):
                while True:
                    for packet in self.packets[next_one:]:
                        if packet.at >= after and packet.payload_type == PCMU and what(packet):
                            return packet
                    next_one = len(self.packets)
                    self._changed.clear()
                    await self._changed.wait()
        except TimeoutError as silence:
            raise errors.PhoneWaitedInVain(
                phone=f"at RTP port {self.port}",
                seconds=within.total_seconds(),
                what="a certain sound",
                seen=f"{len(self.packets)} packets",
            ) from silence

    async def press(self, digit: str, *, lasts: timedelta = timedelta(milliseconds=100)) -> float:
        """RFC 2833; the instant at which its end left."""
        ended: asyncio.Future[float] = asyncio.get_running_loop().create_future()
        await self._keys.put((digit, max(1, round(lasts.total_seconds() / _TICK)), ended))
        return await ended

    async def send(self) -> None:
        """For ever, and from the first packet that comes in: before that nobody listens."""
        due = 0.0
        while True:
            if self._peer is None:
                self._changed.clear()
                await self._changed.wait()
                due = time.monotonic()
            elif self._keys.empty():
                first = self._timestamp % len(self._sound)
                self._send(PCMU, self._sound[first : first + _SAMPLES])
                self._timestamp += _SAMPLES
                due = await _until(due + _TICK)
            else:
                due = await self._send_digit(*self._keys.get_nowait(), due)

    async def _send_digit(
        self, digit: str, ticks: int, ended: asyncio.Future[float], due: float
    ) -> float:
        code, began = _DIGITS.index(digit), self._timestamp
        # A sender that was held up catches up with sound, not with the length of a key.
        due = max(due, time.monotonic())
        for tick in range(1, ticks + 1):
            event = struct.pack("!BBH", code, _LOUDNESS, tick * _SAMPLES)
            self._send(TELEPHONE_EVENT, event, timestamp=began, marked=tick == 1)
            due = await _until(due + _TICK)
        last = struct.pack("!BBH", code, 0x80 | _LOUDNESS, ticks * _SAMPLES)
        for _ in range(_ENDS):
            self._send(TELEPHONE_EVENT, last, timestamp=began)
        if not ended.done():
            ended.set_result(time.monotonic())
        self._timestamp = began + ticks * _SAMPLES
        return due

    def _send(
        self, kind: int, payload: bytes, *, timestamp: int | None = None, marked: bool = False
    ) -> None:
        if self._socket is None or self._peer is None:
            return
        stamp = self._timestamp if timestamp is None else timestamp
        head = _HEAD.pack(
            0x80, kind | (0x80 if marked else 0), self._sequence & 0xFFFF, stamp, self.port
        )
        self._sequence += 1
        with suppress(OSError):  # a telephone does not care whether it is heard
            self._socket.sendto(head + payload, self._peer)


@asynccontextmanager
async def rtp_end(address: str, *, hz: float | None = None) -> AsyncIterator[RtpEnd]:
    """Open, and sending as soon as it hears anything, until the block ends."""
    end = RtpEnd(hz)
    loop = asyncio.get_running_loop()
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as own:
        own.setblocking(False)
        own.bind((address, 0))
        end.attach(own)
        loop.add_reader(own, end.receive)
        sending = asyncio.create_task(end.send())
        try:
            yield end
        finally:
            loop.remove_reader(own)
            sending.cancel()
            with suppress(asyncio.CancelledError):
                await sending


async def _until(due: float) -> float:
    await asyncio.sleep(max(0.0, due - time.monotonic()))
    return due
