"""A private Asterisk for tests, its ARI and AMI, and whatever plays the engine's part."""

from __future__ import annotations

import asyncio
import os
import time
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from router.adapters.ami.restless import RESTLESS
from router.adapters.ari.endpoints import SipObject, desk
from router.core.vocabulary import AgentId, Device, DeviceKind
from router.folders import cache_folder
from router.standalone import asterisk
from router.standalone.asterisk_folder import render
from router.standalone.debian import ensure
from router.standalone.programs import Prefix
from router.standalone.site import Site, private_site

PATIENCE = 10.0


@dataclass(frozen=True, slots=True, kw_only=True)
class AsteriskServer:
    """A running private Asterisk."""

    folder: Path
    site: Site
    prefix: Prefix
    pid: int

    @property
    def sip(self) -> tuple[str, int]:
        return self.site.sip_host, self.site.sip_port

    @property
    def logged(self) -> str:
        """Everything Asterisk has written down, databases apart."""
        files = (self.folder / "asterisk/log").rglob("*")
        return "".join(each.read_text(errors="replace") for each in files if each.is_file())


@pytest.fixture(scope="session")
def prefix() -> Prefix:
    """The programs; fetched at the first run ever."""
    return ensure(cache=cache_folder(os.environ))


@pytest.fixture(scope="session")
def asterisk_server(
    prefix: Prefix, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[AsteriskServer]:
    """One Asterisk for all tests; each brings its own agents and leaves none."""
    folder = tmp_path_factory.mktemp("stack")
    site = replace(private_site(carrier="127.0.0.3:5080"), max_calls=12)
    render(folder, site, prefix=prefix)
    pid = asterisk.start(folder, site, prefix=prefix)
    yield AsteriskServer(folder=folder, site=site, prefix=prefix, pid=pid)
    asterisk.stop(folder)


class Ari:
    """Requests as the engine makes them."""

    def __init__(self, http: aiohttp.ClientSession, server: AsteriskServer) -> None:
        self._http = http
        self._server = server
        self._base = f"http://{server.site.control_host}:{server.site.http_port}/ari"
        self._made: list[SipObject] = []

    async def ask(self, method: str, path: str, **more: Any) -> Any:
        """The answer's JSON; an HTTP error fails the test."""
        async with self._http.request(method, self._base + path, **more) as answer:
            text = await answer.text()
            assert answer.status < 400, f"{method} {path}: {answer.status} {text}"
            return await answer.json() if text else None

    async def beats(self, *, age: int = 0) -> None:
        """Write the engine's beat as if it came `age` seconds ago."""
        await self.writes("ENGINE_BEAT", str(int(time.time()) - age))

    async def keeps_callers(self, seconds: float) -> None:
        """Keep them from the engine for so long, as the guard does."""
        await self.writes(RESTLESS, f"{time.time() + seconds:.3f}")

    async def writes(self, name: str, value: str) -> None:
        """A global variable."""
        await self.ask("POST", "/asterisk/variable", params={"variable": name, "value": value})

    async def logs_in(self, agent: str, device: Device) -> None:
        """Make the agent's endpoint."""
        site = self._server.site
        for made in desk(
            AgentId(agent),
            device,
            number=site.hotline_number,
            media_address=site.sip_host,
        ):
            path = f"/asterisk/config/dynamic/res_pjsip/{made.kind}/{made.id}"
            await self.ask("PUT", path, json=made.body())
            self._made.append(made)

    async def logs_all_out(self) -> None:
        """Remove every endpoint made."""
        while self._made:
            made = self._made.pop()
            await self.ask("DELETE", f"/asterisk/config/dynamic/res_pjsip/{made.kind}/{made.id}")

    async def state_of(self, agent: str) -> str:
        """Whether the agent's phone answers."""
        return str((await self.ask("GET", f"/endpoints/PJSIP/{agent}"))["state"])

    @asynccontextmanager
    async def application(self, name: str = "hotline") -> AsyncIterator[Application]:
        """Be the engine: receive what enters Stasis."""
        async with self._http.ws_connect(
            f"{self._base}/events", params={"app": name, "subscribeAll": "false"}
        ) as socket:
            yield Application(socket)


class Application:
    """The event socket of a Stasis application."""

    def __init__(self, socket: aiohttp.ClientWebSocketResponse) -> None:
        self._socket = socket

    async def event(
        self, wanted: Callable[[Mapping[str, Any]], bool], *, within: float = PATIENCE
    ) -> Mapping[str, Any]:
        """The next event for which this holds."""
        async with asyncio.timeout(within):
            while True:
                event: Mapping[str, Any] = await self._socket.receive_json()
                if wanted(event):
                    return event

    async def arrival(self) -> Mapping[str, Any]:
        """The next channel to enter."""
        return await self.event(lambda each: each["type"] == "StasisStart")


class Ami:
    """A manager connection that logs in, acts and reads events."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader = reader
        self._writer = writer
        self.events: list[Mapping[str, str]] = []

    async def acts(self, name: str, **fields: str) -> Mapping[str, str]:
        """Send an action; its response."""
        lines = [
            f"Action: {name}",
            *(f"{key}: {value}" for key, value in fields.items()),
        ]
        self._writer.write("".join(f"{line}\r\n" for line in [*lines, ""]).encode())
        async with asyncio.timeout(PATIENCE):
            while "Response" not in (message := await self._message()):
                self.events.append(message)
            return message

    async def event(self, wanted: Callable[[Mapping[str, str]], bool]) -> Mapping[str, str]:
        """The next event for which this holds."""
        async with asyncio.timeout(PATIENCE):
            while not wanted(message := await self._message()):
                self.events.append(message)
            return message

    async def _message(self) -> Mapping[str, str]:
        text = (await self._reader.readuntil(b"\r\n\r\n")).decode()
        pairs = (line.partition(": ") for line in text.splitlines() if ": " in line)
        return {key: value for key, _, value in pairs}


@asynccontextmanager
async def ami(server: AsteriskServer, user: str) -> AsyncIterator[Ami]:
    """Logged in as `hotline` or `guard`."""
    site = server.site
    password = {"hotline": site.ami_password, "guard": site.ami_guard_password}[user]
    reader, writer = await asyncio.open_connection(site.control_host, site.ami_port)
    try:
        await reader.readline()
        connection = Ami(reader, writer)
        answer = await connection.acts("Login", Username=user, Secret=password)
        assert answer["Response"] == "Success", answer
        yield connection
    finally:
        writer.close()


@pytest.fixture
async def ari(asterisk_server: AsteriskServer) -> AsyncIterator[Ari]:
    """The engine's hands, with no beat yet and no agents left behind."""
    password = asterisk_server.site.ari_password
    login = {"Authorization": aiohttp.encode_basic_auth("hotline", password)}
    async with aiohttp.ClientSession(headers=login) as http:
        ari = Ari(http, asterisk_server)
        await ari.writes("ENGINE_BEAT", "")
        await ari.writes(RESTLESS, "")
        yield ari
        for channel in await ari.ask("GET", "/channels"):
            async with http.delete(f"{ari._base}/channels/{channel['id']}"):
                pass
        await ari.logs_all_out()


def fixed_desk(address: str) -> Device:
    """A desk phone that is known by its address."""
    return Device(kind=DeviceKind.DESK, address=address)


def registering_desk(password: str) -> Device:
    """A desk phone that registers."""
    return Device(kind=DeviceKind.DESK, password=password)
