"""When the kernel had each packet: a program that was busy hears no delay of its own."""

from __future__ import annotations

import socket
import struct
import time
from collections.abc import Iterator

Address = tuple[str, int]

_DATAGRAM = 2048
# Linux's own (asm-generic/socket.h); Python's socket module does not name it.
_SO_TIMESTAMPNS = 35
_TIMESPEC = struct.Struct("@qq")
_TOLD = socket.CMSG_SPACE(_TIMESPEC.size)


def tell_arrivals(own: socket.socket) -> None:
    """Have the kernel tell of each packet when it came. It begins a moment later: until then a
    packet came when it was read."""
    own.setsockopt(socket.SOL_SOCKET, _SO_TIMESTAMPNS, 1)


def arrivals(own: socket.socket) -> Iterator[tuple[bytes, Address, float]]:
    """What a socket that does not block has now: packet, sender, and its arrival by
    `time.monotonic()`."""
    while True:
        try:
            data, told, _, sender = own.recvmsg(_DATAGRAM, _TOLD)
        except BlockingIOError:
            return
        now, wall = time.monotonic(), time.time()
        for level, kind, stamp in told:
            if (level, kind) == (socket.SOL_SOCKET, _SO_TIMESTAMPNS):
                seconds, nanoseconds = _TIMESPEC.unpack(stamp)
                # A clock that is set back meanwhile must not make a packet come in the future.
                now -= max(0.0, wall - seconds - nanoseconds / 1e9)
        yield data, sender, now
