"""The socket that tells the engine what happens: cut, half open, in the wrong order, or twice."""

from __future__ import annotations

import asyncio
import json
from collections import deque
from dataclasses import dataclass
from typing import Any

import aiohttp

from tests.storm.latency import Weather
from tests.storm.loop import Killed, Process
from tests.storm.pbx import Pbx

GIVEN_UP = 2.4
"""Seconds after which a half-open socket is given up: the pings of `Access.pace`."""


@dataclass(frozen=True, slots=True)
class Frame:
    """What aiohttp hands over for each message."""

    data: str
    type: aiohttp.WSMsgType = aiohttp.WSMsgType.TEXT


class EventStream:
    """A socket of the application, from Asterisk to the engine; it stands in for aiohttp's."""

    def __init__(self, pbx: Pbx, weather: Weather) -> None:
        self._pbx = pbx
        self._weather = weather
        self._frames: deque[Frame] = deque()
        self._waiting: asyncio.Future[None] | None = None
        self._arrives_at = 0.0
        self._held: tuple[dict[str, Any], str] | None = None
        self.half_open = False
        self.closed = False

    # Asterisk's side

    def send(self, message: dict[str, Any], about: str) -> None:
        """In order, but for what the weather does."""
        if self.half_open or self.closed:
            return
        now = self._pbx.now
        held, self._held = self._held, None
        reorders = now < self._weather.reorder_until
        if reorders and held is None and about and self._weather.chance.random() < 0.3:
            self._held = (message, about)
            self._pbx.loop.after(0.05, self._let_go)
            return
        if held is not None and held[1] == about:
            self._put(held[0])
            held = None
        self._put(message)
        if now < self._weather.double_until and self._weather.chance.random() < 0.3:
            self._put(message)
        if held is not None:
            self._put(held[0])

    def _let_go(self) -> None:
        held, self._held = self._held, None
        if held is not None:
            self._put(held[0])

    def _put(self, message: dict[str, Any]) -> None:
        self._arrives_at = max(self._arrives_at, self._pbx.now + self._weather.event())
        delay = self._arrives_at - self._pbx.now
        self._pbx.loop.after(delay, self._arrive, Frame(json.dumps(message)))

    def _arrive(self, frame: Frame) -> None:
        if not self.half_open and not self.closed:
            self._frames.append(frame)
            self._wake()

    def _wake(self) -> None:
        if self._waiting is not None and not self._waiting.done():
            self._waiting.set_result(None)

    def cut(self) -> None:
        """Both sides notice; what was on its way is lost."""
        self._pbx.unregister(self)
        self.closed = True
        self._wake()

    def goes_half_open(self, buried_after: float) -> None:
        """Asterisk notices nothing yet; the engine's pings get no answer."""
        self.half_open = True
        self._pbx.loop.after(GIVEN_UP, self._give_up)
        self._pbx.loop.after(buried_after, self._is_buried)

    def _is_buried(self) -> None:
        """It takes the application along, though another socket has it (seen on 22.10.1)."""
        self._pbx.socket = None

    def _give_up(self) -> None:
        self.closed = True
        self._wake()

    # the engine's side

    async def receive(self) -> Frame:
        while not self._frames:
            if self.closed:
                return Frame("", aiohttp.WSMsgType.CLOSED)
            self._waiting = self._pbx.loop.create_future()
            await self._waiting
        return self._frames.popleft()

    async def close(self) -> None:
        if not self.half_open:
            self._pbx.unregister(self)
        self.closed = True


class EventDoor:
    """Stands in for aiohttp's session where the event socket is opened."""

    def __init__(self, pbx: Pbx, weather: Weather, process: Process) -> None:
        self._pbx = pbx
        self._weather = weather
        self._process = process
        self.stream: EventStream | None = None

    async def ws_connect(self, url: str, **how: object) -> EventStream:
        if not self._process.alive:
            raise Killed
        await asyncio.sleep(self._weather.request(self._pbx.now))
        if not self._process.alive or self._pbx.is_down:
            raise aiohttp.ClientConnectionError("it is gone")
        self.stream = EventStream(self._pbx, self._weather)
        self._pbx.register(self.stream)
        return self.stream

    def process_died(self) -> None:
        """Its kernel closes the connection."""
        if self.stream is not None and not self.stream.half_open:
            self._pbx.unregister(self.stream)
            self.stream.closed = True
