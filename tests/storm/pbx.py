"""The storm's Asterisk: channels, bridges and prompts, as survival.md measured the real one.

A running prompt holds up whatever else is ordered of its channel; after it there is silence. Events
go to the newest socket of the application, and into nothing while there is none.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from random import Random
from typing import Any, Protocol

from tests.storm.channel import BEGAN, Bridge, Channel, Order, Party, Playback
from tests.storm.loop import StormLoop

PROMPTS = {"saludo": 4.0, "menu": 6.0, "gracias": 2.0}
"""How long prompts last, in seconds; any other: 3."""
A_BLINK = 0.5
"""In seconds; not a cut yet."""
ENTERS = 0.1
"""Seconds for which a channel may be on its way into a bridge."""
LEAVES = 0.02
"""And out of one that was destroyed."""
PAUSE = 3.25
"""Seconds without a beat, as the guard may see it, after which a life begins anew for it."""
FRESH, KEPT = 3, 11
"""Seconds for which a beat admits callers, and for which the guard may keep them from an engine
that dies again and again (dialplans/extensions.conf)."""


class Events(Protocol):
    """A socket of the application."""

    def send(self, message: dict[str, Any], about: str) -> None:
        """On its way; `about` is the channel that it tells of."""


class Witness(Protocol):
    """Sees what must never happen."""

    def breach(self, what: str, detail: str) -> None:
        """It has."""


class Pbx:
    """Seconds are the loop's."""

    def __init__(self, loop: StormLoop, chance: Random, witness: Witness) -> None:
        self.loop = loop
        self.chance = chance
        self.witness = witness
        self.channels: dict[str, Channel] = {}
        self.bridges: dict[str, Bridge] = {}
        self.variables: dict[str, str] = {}
        self.beaten: dict[str, tuple[float, float]] = {}
        """By token, in order: from when to when that life beat without a long pause, lately."""
        self.endpoints: set[str] = set()
        self.socket: Events | None = None
        self.started = 0.0
        self.is_down = False
        self.on_fallback: Callable[[Channel], None] = lambda channel: None
        self.on_beat: Callable[[], None] = lambda: None
        self.on_gone: list[Callable[[Channel], None]] = []
        self.used: set[str] = set()
        self._count = 0
        self._playbacks: dict[str, tuple[Channel, Playback]] = {}

    # -- time ---------------------------------------------------------------------------------

    @property
    def now(self) -> float:
        return self.loop.time()

    def stamp(self, at: float | None = None) -> str:
        """In Asterisk's way of writing a time."""
        moment = datetime.fromtimestamp(BEGAN + (self.now if at is None else at), UTC)
        return moment.isoformat(timespec="milliseconds")

    @property
    def beat_is_fresh(self) -> bool:
        beat = float(self.variables.get("ENGINE_BEAT") or 0)
        return -1 <= math.floor(BEGAN + self.now) - beat <= FRESH

    @property
    def keeps_callers(self) -> bool:
        """From the engine, though it beats."""
        until = float(self.variables.get("HOTLINE_RESTLESS") or 0)
        return 0 <= until - math.floor(BEGAN + self.now) <= KEPT

    @property
    def admits(self) -> bool:
        """Callers to the engine."""
        return self.beat_is_fresh and not self.keeps_callers

    def beats(self) -> None:
        """The engine's beat was written."""
        token = self.variables.get("HOTLINE_EPOCH", "")
        first, last = self.beaten.pop(token, (self.now, self.now))
        self.beaten[token] = (first if self.now - last < PAUSE else self.now, self.now)
        self.on_beat()

    # -- its own death ------------------------------------------------------------------------

    def dies(self) -> None:
        """Nobody is told anything any more; what it knew is gone."""
        self.is_down, self.socket = True, None
        for channel in list(self.channels.values()):
            self.ends(channel, 0)
        for known in (self.bridges, self.variables, self.endpoints, self.used):
            known.clear()

    def starts(self) -> None:
        """A new process, which knows of nothing."""
        self.is_down, self.started = False, self.now

    # -- the application ----------------------------------------------------------------------

    def register(self, socket: Events) -> None:
        """The newest wins (survival.md)."""
        before, self.socket = self.socket, socket
        if before is not None:
            before.send({"type": "ApplicationReplaced", "application": "hotline"}, "")

    def unregister(self, socket: Events) -> None:
        """It was closed. If it is not the newest, nothing changes."""
        if self.socket is socket:
            self.socket = None

    def tell(self, kind: str, channel: Channel | None = None, **more: Any) -> None:
        """An event, for whoever listens."""
        if self.socket is None or (channel is not None and not channel.subscribed):
            return
        message = {"type": kind, "timestamp": self.stamp(), "application": "hotline", **more}
        if channel is not None:
            message["channel"] = channel.told()
        self.socket.send(message, channel.id if channel is not None else "")

    # -- callers ------------------------------------------------------------------------------

    def calls_in(self, party: Party, dialled: str) -> Channel:
        """A call from the carrier: answered, and 0.3 s later with the engine or the fallback."""
        channel = self.make("trunk", "caller", party)
        channel.state, channel.dialled, channel.number = "Up", dialled, "+525500000000"
        self.loop.after(0.3, self._lead_in, channel)
        return channel

    def make(self, name: str, role: str, party: Party, *, id_: str = "") -> Channel:
        """A channel that does nothing yet."""
        self._count += 1
        channel = Channel(
            id=id_ or f"{int(BEGAN + self.now)}.{self._count}",
            name=f"PJSIP/{name}-{self._count:08x}",
            role=role,
            created=self.now,
            born=self.stamp(),
            party=party,
            heard_at=self.now,
        )
        self.channels[channel.id] = channel
        return channel

    def _lead_in(self, channel: Channel) -> None:
        if not channel.gone:
            self.to_engine(channel)

    def to_engine(self, channel: Channel) -> None:
        """If the dialplan admits them, for 3 s unless it takes the caller."""
        if not self.admits or self.socket is None:
            self.to_fallback(channel)
            return
        channel.absolute = self.loop.after(3.0, self._nobody_took, channel)
        self.enter(channel, ["caller", channel.dialled])

    def enter(self, channel: Channel, arguments: list[str]) -> None:
        """Into the application."""
        channel.where, channel.subscribed = "stasis", True
        self.tell("StasisStart", channel, args=arguments)

    def _nobody_took(self, channel: Channel) -> None:
        channel.absolute = None
        if channel.where == "stasis":
            self.leave(channel)
            self.to_fallback(channel)

    def lift(self, channel: Channel) -> None:
        """TIMEOUT(absolute)=0."""
        if channel.absolute is not None:
            channel.absolute.off()
            channel.absolute = None

    def leave(self, channel: Channel) -> None:
        """Out of the application, into the dialplan."""
        self._drop(channel)
        self.tell("StasisEnd", channel)
        channel.where, channel.subscribed = "dialplan", False

    def to_fallback(self, channel: Channel) -> None:
        """The dialplan's own queue."""
        self.lift(channel)
        if channel.role != "caller":
            self.witness.breach("no caller in the fallback", f"{channel.role} {channel.id}")
            self.ends(channel, 16)
            return
        channel.where = "queue"
        self.on_fallback(channel)

    # -- the end of a channel -----------------------------------------------------------------

    def hang_up(self, channel: Channel, cause: int, *, soft: bool) -> None:
        """`soft`: by us, from inside; it takes a moment."""
        if channel.gone or channel.closing:
            return
        if soft:
            channel.closing = True
            self.loop.after(self.chance.uniform(0.001, 0.02), self.ends, channel, cause, True)
        else:
            self.ends(channel, cause)

    def ends(self, channel: Channel, cause: int, soft: bool = False) -> None:
        """All that Asterisk says of it."""
        if channel.gone:
            return
        if channel.state == "Up" or soft:
            requested = {"soft": True, "cause": 32} if soft else {"cause": cause}
            self.tell("ChannelHangupRequest", channel, **requested)
        self._drop(channel)
        if channel.where == "stasis":
            self.tell("StasisEnd", channel)
        if channel.where == "dialled" or channel.role != "caller":
            self.tell("ChannelDestroyed", channel, cause=cause)
        channel.was_ours = channel.where == "stasis" and channel.absolute is None
        self.lift(channel)
        channel.where, channel.subscribed, channel.cause = "gone", False, cause
        del self.channels[channel.id]
        channel.party.over()
        for told in self.on_gone:
            told(channel)

    def _drop(self, channel: Channel) -> None:
        """Whatever the application did with it."""
        self._end_prompt(channel)
        self.set_music(channel, on=False)
        orders = list(channel.orders)
        channel.orders.clear()
        for order in orders:
            order.undone()
        self.unbridge(channel)

    # -- orders -------------------------------------------------------------------------------

    def order(self, channel: Channel, order: Order) -> None:
        """One after another; a prompt holds them up."""
        channel.orders.append(order)
        self._obey(channel)

    def _obey(self, channel: Channel) -> None:
        while channel.orders and channel.playing is None and channel.where == "stasis":
            channel.orders.popleft().do()

    def play(self, channel: Channel, playback: Playback) -> None:
        """When it is its turn."""
        if playback.id in self.used:
            self.witness.breach("an id was used twice", playback.id)
        self.used.add(playback.id)
        self._playbacks[playback.id] = (channel, playback)
        self.order(channel, Order(lambda: self._begin(channel, playback)))

    def _begin(self, channel: Channel, playback: Playback) -> None:
        if self.now < channel.leaves_until:
            return  # Asterisk gives it to the bridge, which is gone: neither heard nor over
        if playback.cancelled:
            self._finished(channel, playback)
            return
        if channel.music:
            channel.heard_at = self.now
        channel.playing, channel.music, playback.began = playback, False, self.now
        if playback.silence:
            playback.alarm = self.loop.after(playback.silence, self._speak, channel, playback)
        else:
            self._speak(channel, playback)

    def _speak(self, channel: Channel, playback: Playback) -> None:
        playback.speaks = True
        playback.alarm = self.loop.after(playback.lasts, self._prompt_over, channel, playback)
        channel.party.hears(playback.media)

    def _prompt_over(self, channel: Channel, playback: Playback) -> None:
        if channel.playing is playback:
            self._end_prompt(channel)
            self._obey(channel)

    def _end_prompt(self, channel: Channel) -> None:
        playback, channel.playing = channel.playing, None
        if playback is None:
            return
        if playback.alarm is not None:
            playback.alarm.off()
        if playback.speaks:
            channel.heard_at = self.now
        else:
            channel.heard_at += self.now - playback.began
        self._finished(channel, playback)

    def _finished(self, channel: Channel, playback: Playback) -> None:
        self._playbacks.pop(playback.id, None)
        told = {"id": playback.id, "target_uri": f"channel:{channel.id}", "state": "done"}
        if channel.subscribed:
            self.tell("PlaybackFinished", None, playback=told)

    def stop(self, name: str) -> bool:
        """Whether there was such a prompt; one that did not begin yet never will."""
        known = self._playbacks.get(name)
        if known is None:
            return False
        channel, playback = known
        if channel.playing is playback:
            self._end_prompt(channel)
            self._obey(channel)
        else:
            playback.cancelled = True
        return True

    def set_music(self, channel: Channel, *, on: bool) -> None:
        """On hold, or not. Asterisk loses a stop that comes while the channel enters a bridge."""
        if not on and channel.bridge is not None and self.now < channel.joined_at + ENTERS:
            return
        if channel.music and not on:
            channel.heard_at = self.now
        channel.music = on

    # -- bridges ------------------------------------------------------------------------------

    def bridge(self, name: str) -> None:
        """A new one."""
        if name in self.used:
            self.witness.breach("an id was used twice", name)
        self.used.add(name)
        self.bridges[name] = Bridge(name, self.now)

    def join(self, bridge: Bridge, channel: Channel) -> None:
        """Into a bridge. Music that still plays goes on, and nobody else is heard."""
        self.unbridge(channel)
        channel.joined_at = self.now
        others = list(bridge.channels)
        bridge.channels.append(channel)
        channel.bridge = bridge
        for other in others:
            self._meet(channel, other)

    def _meet(self, one: Channel, other: Channel) -> None:
        roles: Mapping[str, Channel] = {one.role: one, other.role: other}
        agent = roles.get("agent") or roles.get("partner")
        if agent is None or "caller" not in roles:
            self.witness.breach("two callers or two agents in a bridge", f"{one.id}, {other.id}")
            return
        if not agent.confirmed:
            self.witness.breach("a caller was put through to a machine", agent.id)
        if one.music or other.music:
            self.witness.breach("music instead of the agent", f"{one.id}, {other.id}")
        agent.talked = True
        one.party.joined(other)
        other.party.joined(one)

    def unbridge(self, channel: Channel) -> None:
        """Out of its bridge; whoever is left hears nothing."""
        bridge, channel.bridge = channel.bridge, None
        if bridge is None:
            return
        bridge.channels.remove(channel)
        channel.heard_at = self.now
        for other in bridge.channels:
            other.heard_at = self.now
            other.party.left_alone()

    def remove(self, bridge: Bridge, channel: Channel) -> None:
        """One of those who are in it, at once."""
        # One that was only just filled, as a lost order was made good: they meet in another.
        self.loop.after(A_BLINK, self._are_parted, self._talking(bridge))
        self.unbridge(channel)

    def destroy(self, bridge: Bridge) -> None:
        """Whoever is in it stays in the application, but takes some time to leave."""
        del self.bridges[bridge.id]
        for channel in list(bridge.channels):
            self.remove(bridge, channel)
            channel.leaves_until = self.now + self.chance.uniform(0, LEAVES)

    def cut(self, bridge: Bridge | None, how: str) -> None:
        """Two who talk are parted by us: only they may end it."""
        if bridge is None:
            return
        there = self._talking(bridge)
        if len(there) > 1:
            ids = ", ".join(c.id for c in there)
            self.witness.breach("a conversation was cut", f"{how}: {ids}")

    def _talking(self, bridge: Bridge) -> list[Channel]:
        return [c for c in bridge.channels if not c.closing and c.state == "Up"]

    def _are_parted(self, talked: list[Channel]) -> None:
        """Whoever ended it themselves is gone, and was not hung up."""
        ended = any(channel.gone and not channel.closing for channel in talked)
        together = len({id(channel.bridge) for channel in talked}) == 1
        if len(talked) > 1 and not ended and not (together and talked[0].bridge is not None):
            ids = ", ".join(c.id for c in talked)
            self.witness.breach("a conversation was cut", f"the bridge was removed: {ids}")
