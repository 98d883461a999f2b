"""Where a node's AMI is, and how to enter."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta

from router import errors


@dataclass(frozen=True, slots=True, kw_only=True)
class Pace:
    """In seconds: pauses between attempts to connect, and between pings."""

    first_delay: float = 0.1
    last_delay: float = 2.0
    ping_every: float = 5.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Access:
    """An action is given up after `timeout`."""

    host: str
    port: int
    user: str
    password: str = field(repr=False)
    timeout: timedelta = timedelta(seconds=2)
    pace: Pace = Pace()

    @property
    def where(self) -> str:
        """HOST:PORT, for people."""
        return f"{self.host}:{self.port}"

    def unreachable(self, detail: str) -> errors.AsteriskUnreachable:
        """Nobody answers."""
        return errors.AsteriskUnreachable(
            where=self.where, detail=detail, setting="ami.host or ami.port"
        )

    def refused_login(self) -> errors.AsteriskRefusedLogin:
        """Somebody answers, and does not let us in."""
        return errors.AsteriskRefusedLogin(
            where=self.where, user=self.user, setting="ami.password", file="manager.conf"
        )

    def not_asterisk(self, detail: str) -> errors.NotAsterisk:
        """Somebody answers, who is not AMI."""
        return errors.NotAsterisk(
            where=self.where,
            interface="AMI",
            detail=detail,
            setting="ami.host or ami.port",
            file="manager.conf",
        )
