"""A server that speaks as much ARI as a test wants, and misbehaves on demand."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from aiohttp import WSMsgType, encode_basic_auth, hdrs, web

from router.adapters.ari.access import Access, Pace
from router.adapters.ari.node import AriNode, ari_node
from router.adapters.ari.perform import House
from router.core.vocabulary import NodeId
from router.fence import Fence

USER, PASSWORD = "hotline", "p:ä@ss"
NODE = NodeId("n1")
PATIENCE = 5.0
QUICK = Pace(first_delay=0.01, last_delay=0.02, ping_every=5.0, starting=0.1, silent_for=30.0)
STARTED = "2026-11-24T15:00:00.000+0000"

Reply = Callable[[web.Request], Awaitable[web.StreamResponse]]


def now() -> datetime:
    return datetime.now(UTC)


@dataclass(slots=True)
class AriServer:
    """`replies` by `METHOD /path` replace the usual ones; `asked` is every request, in order."""

    started: str = STARTED
    named: str = ""
    password: str = PASSWORD
    channels: list[dict[str, Any]] = field(default_factory=list)
    bridges: list[dict[str, Any]] = field(default_factory=list)
    recorded: list[str] = field(default_factory=list)
    variables: dict[str, str] = field(default_factory=dict)
    replies: dict[str, Reply] = field(default_factory=dict)
    asked: list[tuple[str, str, dict[str, str]]] = field(default_factory=list)
    bodies: list[Any] = field(default_factory=list)
    addresses: list[str] = field(default_factory=list)
    connections: set[tuple[str, int]] = field(default_factory=set)
    sockets: list[web.WebSocketResponse] = field(default_factory=list)
    listing: asyncio.Event | None = None
    """If there is one, the list of channels waits for it."""
    half_open: bool = False
    """Pings are not answered."""
    port: int = 0
    _asked: asyncio.Event = field(default_factory=asyncio.Event)
    _read_all: asyncio.Event = field(default_factory=asyncio.Event)

    async def answer(self, request: web.Request) -> web.StreamResponse:
        path = request.path.removeprefix("/ari")
        self.asked.append((request.method, path, dict(request.query)))
        self._asked.set()
        self.addresses.append(str(request.url))
        if request.transport is not None:
            self.connections.add(request.transport.get_extra_info("peername"))
        if request.can_read_body:
            self.bodies.append(await request.json())
        if request.headers.get(hdrs.AUTHORIZATION) != encode_basic_auth(USER, self.password):
            return web.json_response({"message": "Authentication required"}, status=401)
        reply = self.replies.get(f"{request.method} {path}")
        if reply is not None:
            return await reply(request)
        match request.method, path:
            case "GET", "/events":
                return await self._events(request)
            case "GET", "/asterisk/ping":
                return web.json_response({"timestamp": asterisk_time(now())})
            case "GET", "/asterisk/info":
                status, config = {"startup_time": self.started}, {"name": self.named}
                return web.json_response({"status": status, "config": config})
            case "GET", "/asterisk/variable":
                value = self.variables.get(request.query["variable"], "")
                return web.json_response({"value": value})
            case "POST", "/asterisk/variable":
                self.variables[request.query["variable"]] = request.query["value"]
                return web.Response(status=204)
            case "GET", "/channels":
                if self.listing is not None:
                    await self.listing.wait()
                return web.json_response(self.channels)
            case "GET", "/recordings/stored":
                return web.json_response([{"name": each} for each in self.recorded])
            case "GET", "/bridges":
                return web.json_response(self.bridges)
            case _:
                return web.Response(status=204)

    async def _events(self, request: web.Request) -> web.StreamResponse:
        socket = web.WebSocketResponse(autoping=False)
        await socket.prepare(request)
        self.sockets.append(socket)
        async for frame in socket:
            if frame.type is WSMsgType.PING and not self.half_open:
                await socket.pong(frame.data)
            elif frame.type is WSMsgType.PONG:
                self._read_all.set()
        return socket

    async def says(self, *events: dict[str, Any] | str) -> None:
        """On the newest socket; returns when they have been read."""
        for event in events:
            await self.sockets[-1].send_str(event if isinstance(event, str) else json.dumps(event))
        self._read_all.clear()
        await self.sockets[-1].ping()
        async with asyncio.timeout(PATIENCE):
            await self._read_all.wait()

    async def says_last(self, event: dict[str, Any]) -> None:
        """Something after which the newest socket will be closed."""
        await self.sockets[-1].send_str(json.dumps(event))

    async def is_asked(self, method: str, path: str) -> None:
        """Wait for such a request."""
        async with asyncio.timeout(PATIENCE):
            while not any(each[:2] == (method, path) for each in self.asked):
                self._asked.clear()
                await self._asked.wait()

    async def hangs_up(self) -> None:
        """Close the newest socket."""
        await self.sockets[-1].close()

    async def restarts(self) -> None:
        """A new process, which remembers nothing."""
        self.started = "2026-11-24T16:00:00.000+0000"
        self.variables.clear()
        await self.hangs_up()

    def access(self, **changes: Any) -> Access:
        given: dict[str, Any] = {
            "url": f"http://127.0.0.1:{self.port}",
            "user": USER,
            "password": PASSWORD,
            "pace": QUICK,
        }
        return Access(**(given | changes))


def replies(status: int, body: object = None) -> Reply:
    """A fixed reply."""

    async def reply(request: web.Request) -> web.StreamResponse:
        return web.json_response(body, status=status) if body else web.Response(status=status)

    return reply


async def never(request: web.Request) -> web.StreamResponse:
    """A reply that does not come."""
    await asyncio.Event().wait()
    return web.Response()


@asynccontextmanager
async def ari_server() -> AsyncIterator[AriServer]:
    server = AriServer()
    app = web.Application()
    app.router.add_route("*", "/{path:.*}", server.answer)
    runner = web.AppRunner(app, shutdown_timeout=0.1)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    server.port = runner.addresses[0][1]
    try:
        yield server
    finally:
        await runner.cleanup()


def always_open() -> Fence:
    """Its clock stands still, so that no beat grows old."""
    fence = Fence(1, now=lambda: 0.0)
    fence.at(NODE).prove(sent=0.0)
    return fence


@asynccontextmanager
async def connected(
    server: AriServer, *, fence: Fence | None = None, **changes: Any
) -> AsyncIterator[AriNode]:
    """The adapter, before its `run`."""
    house = House(number="5555335533", media_address="127.0.0.1")
    async with ari_node(
        node=NODE,
        access=server.access(**changes),
        house=house,
        fence=fence or always_open(),
        now=now,
    ) as node:
        yield node


def asterisk_time(at: datetime) -> str:
    return at.strftime("%Y-%m-%dT%H:%M:%S.") + f"{at.microsecond // 1000:03d}+0000"


def channel(leg: str, *, role: str = "caller", state: str = "Up") -> dict[str, Any]:
    return {
        "id": leg,
        "name": "PJSIP/trunk-00000001",
        "state": state,
        "caller": {"name": "", "number": "5500000001"},
        "dialplan": {"app_name": "Stasis", "app_data": f"hotline,{role},5555335533"},
        "creationtime": asterisk_time(now() - timedelta(seconds=1)),
        "channelvars": {"HOTLINE_ROLE": role},
    }


def arrives(leg: str) -> dict[str, Any]:
    """A caller's StasisStart."""
    return {
        "type": "StasisStart",
        "timestamp": asterisk_time(now()),
        "args": ["caller", "5555335533"],
        "channel": channel(leg),
    }


def presses(leg: str, digit: str) -> dict[str, Any]:
    return {"type": "ChannelDtmfReceived", "digit": digit, "channel": channel(leg)}
