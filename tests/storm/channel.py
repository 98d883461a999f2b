"""Channels and bridges of the storm's Asterisk, and what the far end of a channel is told."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Protocol

from tests.storm.loop import Alarm

BEGAN = 1_795_000_000.0
"""Unix time of the loop's 0."""


class Party(Protocol):
    """A person or a machine at the far end of a channel."""

    def hears(self, media: str) -> None:
        """A prompt begins."""

    def joined(self, other: Channel) -> None:
        """They hear each other from now on."""

    def left_alone(self) -> None:
        """The other is gone."""

    def over(self) -> None:
        """The channel has ended."""


class Nobody:
    """Says nothing."""

    def hears(self, media: str) -> None: ...

    def joined(self, other: Channel) -> None: ...

    def left_alone(self) -> None: ...

    def over(self) -> None: ...


@dataclass(slots=True)
class Playback:
    """A prompt that a channel hears, or will hear; `silence` comes before it, until it `speaks`."""

    id: str
    media: str
    lasts: float
    silence: float = 0.0
    began: float = 0.0
    speaks: bool = False
    alarm: Alarm | None = None
    cancelled: bool = False


@dataclass(slots=True, eq=False)
class Bridge:
    """A mixing bridge made by ARI: it stays when it is empty."""

    id: str
    made: float
    channels: list[Channel] = field(default_factory=list)


@dataclass(slots=True, eq=False)
class Order:
    """What a channel in the application does next; `undone` if it never comes to that."""

    do: Callable[[], None]
    undone: Callable[[], None] = lambda: None


@dataclass(slots=True, eq=False)
class Channel:
    """`where`: dialplan, stasis, queue (the fallback), dialled (rings), gone.

    `heard_at`: when the far end heard something last; whether it does now is `audible`.
    """

    id: str
    name: str
    role: str
    created: float
    born: str
    party: Party
    state: str = "Down"
    where: str = "dialplan"
    number: str = ""
    dialled: str = ""
    carries: dict[str, str] = field(default_factory=dict)
    subscribed: bool = False
    music: bool = False
    playing: Playback | None = None
    bridge: Bridge | None = None
    joined_at: float = 0.0
    leaves_until: float = 0.0
    orders: deque[Order] = field(default_factory=deque)
    absolute: Alarm | None = None
    closing: bool = False
    talks_in_queue: bool = False
    heard_at: float = 0.0
    confirmed: bool = False
    talked: bool = False
    cause: int = 0
    thanked: bool = False
    was_ours: bool = False

    @property
    def gone(self) -> bool:
        return self.where == "gone"

    @property
    def agent(self) -> str:
        """Whose telephone it is."""
        return self.carries.get("HOTLINE_AGENT", "")

    @property
    def partner(self) -> Channel | None:
        """The other one in the bridge."""
        if self.bridge is None:
            return None
        return next((c for c in self.bridge.channels if c is not self), None)

    @property
    def audible(self) -> bool:
        """Whether the far end hears anything now."""
        if self.where == "queue" or self.music:
            return True
        if self.playing is not None and self.playing.speaks:
            return True
        partner = self.partner
        return partner is not None and partner.state == "Up"

    def told(self) -> dict[str, object]:
        """As ARI tells of it."""
        return {
            "id": self.id,
            "name": self.name,
            "state": self.state,
            "caller": {"number": self.number, "name": ""},
            "creationtime": self.born,
            "dialplan": {"app_name": self._application[0], "app_data": self._application[1]},
            "channelvars": {"HOTLINE_ROLE": self.role, **self.carries},
        }

    @property
    def _application(self) -> tuple[str, str]:
        match self.where:
            case "stasis" if self.role == "caller":
                return "Stasis", f"hotline,caller,{self.dialled}"
            case "stasis":
                return "Stasis", "hotline,agent"
            case "queue":
                return "Queue", "fallback,c"
            case "dialled":
                return "AppDial2", "(Outgoing Line)"
            case _:
                return "Wait", "0.3"
