"""The fault proxy does what it says, or a row of the matrix would prove nothing."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import aiohttp
import pytest
from aiohttp import web

from tests.chaos.frames import Corrupted, Spoil, Swapped, doubled
from tests.chaos.proxy import FaultProxy, fault_proxy

EVENTS = [f'{{"type":"A","n":{number},"more":"{"x" * 300 * number}"}}' for number in range(4)]
PATIENCE = 5.0


@asynccontextmanager
async def events_behind_a_proxy() -> AsyncIterator[FaultProxy]:
    async def tell(request: web.Request) -> web.WebSocketResponse:
        socket = web.WebSocketResponse()
        await socket.prepare(request)
        for event in EVENTS:
            await socket.send_str(event)
        await socket.receive()
        return socket

    app = web.Application()
    app.router.add_get("/events", tell)
    runner = web.AppRunner(app, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    try:
        async with fault_proxy(("127.0.0.1", runner.addresses[0][1])) as proxy:
            yield proxy
    finally:
        await runner.cleanup()


async def heard(proxy: FaultProxy, count: int) -> list[str]:
    async with (
        asyncio.timeout(PATIENCE),
        aiohttp.ClientSession() as http,
        http.ws_connect(f"http://127.0.0.1:{proxy.port}/events") as socket,
    ):
        return [str(await socket.receive_str()) for _ in range(count)]


@pytest.mark.parametrize(
    ("spoil", "expected"),
    [
        ((), EVENTS),
        ((doubled,), [event for event in EVENTS for _ in range(2)]),
        ((Swapped(),), [EVENTS[1], EVENTS[0], EVENTS[3], EVENTS[2]]),
    ],
    ids=["fair", "doubled", "swapped"],
)
async def test_events_arrive_as_they_are_told_to(
    spoil: tuple[Spoil, ...], expected: list[str]
) -> None:
    async with events_behind_a_proxy() as proxy:
        proxy.spoil = spoil
        assert await heard(proxy, len(expected)) == expected


async def test_a_corrupted_event_is_another_one_and_its_neighbours_are_whole() -> None:
    corrupted = Corrupted(every=2, seed=3)
    async with events_behind_a_proxy() as proxy:
        proxy.spoil = (corrupted,)
        came = await heard(proxy, len(EVENTS))
    assert corrupted.spoilt == 2
    assert [came[0], came[2]] == [EVENTS[0], EVENTS[2]]
    assert came[1] != EVENTS[1]
    assert came[3] != EVENTS[3]


async def echo(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    while data := await reader.read(100):
        writer.write(data)
    writer.close()


@asynccontextmanager
async def through_a_proxy() -> AsyncIterator[
    tuple[FaultProxy, asyncio.StreamReader, asyncio.StreamWriter]
]:
    server = await asyncio.start_server(echo, "127.0.0.1", 0)
    async with fault_proxy(server.sockets[0].getsockname()) as proxy:
        reader, writer = await asyncio.open_connection("127.0.0.1", proxy.port)
        writer.write(b"one")
        assert await reader.readexactly(3) == b"one"
        try:
            yield proxy, reader, writer
        finally:
            writer.close()
            server.close()


async def test_what_a_stalled_proxy_holds_is_not_lost() -> None:
    async with through_a_proxy() as (proxy, reader, writer):
        proxy.stall()
        writer.write(b"two")
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(reader.read(1), 0.2)
        proxy.flow()
        assert await asyncio.wait_for(reader.readexactly(3), PATIENCE) == b"two"


async def test_what_a_deaf_proxy_is_told_is_lost_and_the_connection_stays() -> None:
    async with through_a_proxy() as (proxy, reader, writer):
        proxy.deaf = True
        writer.write(b"two")
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(reader.read(1), 0.2)
        proxy.deaf = False
        writer.write(b"three")
        assert await asyncio.wait_for(reader.readexactly(5), PATIENCE) == b"three"


async def test_a_cut_is_a_reset_and_a_shut_proxy_lets_nobody_in() -> None:
    async with through_a_proxy() as (proxy, reader, _):
        proxy.shut = True
        proxy.cut()
        with pytest.raises((ConnectionError, asyncio.IncompleteReadError)):
            await asyncio.wait_for(reader.readexactly(1), PATIENCE)
        again, writer = await asyncio.open_connection("127.0.0.1", proxy.port)
        with pytest.raises((ConnectionError, asyncio.IncompleteReadError)):
            await asyncio.wait_for(again.readexactly(1), PATIENCE)
        writer.close()
