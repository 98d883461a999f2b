"""Whether the carrier answers: one SIP OPTIONS, as a telephone exchange asks its neighbour."""

from __future__ import annotations

import asyncio
import ipaddress
import secrets
import socket
from datetime import timedelta

from router.doctor.finding import Finding, warning
from router.setting import Address

WITHIN = timedelta(seconds=2)


async def reachable(carrier: Address, within: timedelta = WITHIN) -> list[Finding]:
    """By UDP; any answer counts, a refusal too: somebody is there who speaks SIP."""
    where = f"{carrier.host}:{carrier.port}"
    loop = asyncio.get_running_loop()
    heard = loop.create_future()
    try:
        async with asyncio.timeout(within.total_seconds()):
            transport, _ = await loop.create_datagram_endpoint(
                lambda: _Ear(heard), remote_addr=(carrier.host, carrier.port)
            )
            try:
                host, port = transport.get_extra_info("sockname")[:2]
                transport.sendto(_options(where, host, port))
                await heard
            finally:
                transport.close()
    except TimeoutError:
        return [_silent(where, "no answer in time")]
    except socket.gaierror:
        return []  # `names` tells of it
    except OSError as failure:
        return [_silent(where, (failure.strerror or str(failure)).lower())]
    return []


def is_practice(carrier: Address) -> bool:
    """A carrier on this very machine is a test's, and comes and goes."""
    try:
        return ipaddress.ip_address(carrier.host).is_loopback
    except ValueError:
        return carrier.host == "localhost"


class _Ear(asyncio.DatagramProtocol):
    def __init__(self, heard: asyncio.Future[None]) -> None:
        self._heard = heard

    def datagram_received(self, data: bytes, addr: object) -> None:
        if data.startswith(b"SIP/2.0 ") and not self._heard.done():
            self._heard.set_result(None)

    def error_received(self, exc: Exception) -> None:
        if not self._heard.done():
            self._heard.set_exception(exc)


def _options(where: str, host: str, port: int) -> bytes:
    ours = f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
    lines = (
        f"OPTIONS sip:{where} SIP/2.0",
        f"Via: SIP/2.0/UDP {ours};branch=z9hG4bK{secrets.token_hex(8)};rport",
        "Max-Forwards: 5",
        f"From: <sip:doctor@{ours}>;tag={secrets.token_hex(4)}",
        f"To: <sip:{where}>",
        f"Call-ID: {secrets.token_hex(12)}",
        "CSeq: 1 OPTIONS",
        f"Contact: <sip:doctor@{ours}>",
        "Content-Length: 0",
    )
    return ("\r\n".join(lines) + "\r\n\r\n").encode()


def _silent(where: str, detail: str) -> Finding:
    return warning(
        "trunk",
        where,
        f"The carrier does not answer OPTIONS ({detail}).",
        "Look at carrier in the settings, the firewall, and whether the carrier knows this"
        " machine's address.",
    )
