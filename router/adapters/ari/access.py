"""Where a node's ARI is, and how to enter."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from urllib.parse import urlsplit

from router import errors

APPLICATION = "hotline"
"""The Stasis application's name, in dialplans/extensions.conf too."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Pace:
    """In seconds: pauses between attempts to connect, and between pings.

    A peer that says nothing for `ping_every` is asked, and dead after half as long again: known
    within 3 s. Asterisk's web server is there some seconds before ARI is: `starting`. An event
    socket on which not even our own beat comes for `silent_for` is given up.
    """

    first_delay: float = 0.1
    last_delay: float = 2.0
    ping_every: float = 1.6
    starting: float = 10.0
    silent_for: float = 2.5


@dataclass(frozen=True, slots=True, kw_only=True)
class Access:
    """`url` is that of Asterisk's HTTP server; a request is given up after `timeout`.

    `system_name`: what asterisk.conf must call this one, so that no channel is named as one of
    another Asterisk; empty: anything.
    """

    url: str
    user: str
    password: str = field(repr=False)
    timeout: timedelta = timedelta(seconds=2)
    pace: Pace = Pace()
    system_name: str = ""

    @property
    def base(self) -> str:
        """Before every ARI path."""
        return f"{self.url.rstrip('/')}/ari"

    @property
    def where(self) -> str:
        """HOST:PORT, for people."""
        return urlsplit(self.url).netloc.rpartition("@")[2]

    def check_name(self, named: str) -> None:
        """Raises NodeMisnamed."""
        if self.system_name not in ("", named):
            raise errors.NodeMisnamed(where=self.where, named=named, wanted=self.system_name)

    def unreachable(self, detail: str) -> errors.AsteriskUnreachable:
        """Nobody answers."""
        return errors.AsteriskUnreachable(where=self.where, detail=detail, setting="ari.url")

    def refusal(self, status: int) -> errors.AsteriskRefusedLogin | errors.NotAsterisk:
        """An HTTP status that ARI itself would not give to a known user."""
        if status in (401, 403):
            return errors.AsteriskRefusedLogin(
                where=self.where, user=self.user, setting="ari.password", file="ari.conf"
            )
        return self.not_asterisk(f"HTTP {status}")

    def not_asterisk(self, detail: str) -> errors.NotAsterisk:
        """Somebody answers, who is not ARI."""
        return errors.NotAsterisk(
            where=self.where, interface="ARI", detail=detail, setting="ari.url", file="ari.conf"
        )
