"""What differs between one Asterisk and the next: addresses, ports, passwords."""

from __future__ import annotations

import random
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field, fields

from router.standalone.loopback import free_port

LOOPBACK = "127.0.0.1"
RTP_PORTS = 8000
# Below the ports that Linux gives to clients, so that few are taken; Asterisk skips those that are.
RTP_LOWEST, RTP_HIGHEST = 10000, 32000


@dataclass(frozen=True, slots=True, kw_only=True)
class Site:
    """The values of dialplans/site.env, by the same names in small letters."""

    sip_port: int
    http_port: int
    ami_port: int
    rtp_first: int
    rtp_last: int
    carrier: str
    """HOST:PORT to which calls to telephones are sent."""
    ari_password: str = field(repr=False)
    ari_read_password: str = field(repr=False)
    ami_password: str = field(repr=False)
    ami_guard_password: str = field(repr=False)
    sip_host: str = LOOPBACK
    sip_bind: str = LOOPBACK
    trunk_from: str = "127.0.0.2"
    probe_from: str = "127.0.5.33"
    hotline_number: str = "5555335533"
    max_calls: int = RTP_PORTS // 4
    """Callers at once; more are refused with 503."""
    control_host: str = LOOPBACK
    control_from: str = "127.0.0.1/255.0.0.0"

    def values(self) -> Mapping[str, str]:
        """What each @NAME@ in dialplans/ stands for."""
        return {each.name.upper(): str(getattr(self, each.name)) for each in fields(self)}

    @property
    def ari_url(self) -> str:
        """Of its HTTP server."""
        return f"http://{self.control_host}:{self.http_port}"

    def ways_in(self) -> dict[str, object]:
        """How the engine enters its ARI and AMI, as `stack.json` tells it (interface.md 1)."""
        return {
            "ari": {"url": self.ari_url, "user": "hotline", "password": self.ari_password},
            "ami": {
                "host": self.control_host,
                "port": self.ami_port,
                "user": "hotline",
                "password": self.ami_password,
            },
        }


def private_site(*, carrier: str) -> Site:
    """A site on this machine's loopback, with ports that are free now and fresh passwords."""
    first = random.randrange(RTP_LOWEST, RTP_HIGHEST - RTP_PORTS, 2)
    return Site(
        sip_port=free_port(),
        http_port=free_port(),
        ami_port=free_port(),
        rtp_first=first,
        rtp_last=first + RTP_PORTS - 1,
        carrier=carrier,
        ari_password=secrets.token_hex(24),
        ari_read_password=secrets.token_hex(24),
        ami_password=secrets.token_hex(24),
        ami_guard_password=secrets.token_hex(24),
    )
