"""Another system answers well, late, wrongly, or not at all."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from aiohttp import web

from router.adapters.http_lookup import LARGEST, http_lookups
from router.core.commands import LookUp
from router.core.events import LookupEnded
from router.core.ivr.values import Value
from router.core.ivr.waits import ForLookup
from router.core.vocabulary import CallId, LookupId, NodeId
from router.ports import BeatReturned

NOON = datetime(2026, 11, 24, 18, tzinfo=UTC)
SCHEMA = {
    "type": "object",
    "required": ["vigente"],
    "properties": {"vigente": {"type": "boolean"}, "nombre": {"type": "string"}},
}
Answers = Callable[[web.Request], Awaitable[web.StreamResponse]]


@asynccontextmanager
async def system(answers: Answers) -> AsyncIterator[str]:
    """Its address."""
    app = web.Application()
    app.router.add_route("*", "/api", answers)
    runner = web.AppRunner(app)
    await runner.setup()
    try:
        site = web.TCPSite(runner, "127.0.0.1", 0)
        await site.start()
        yield f"http://127.0.0.1:{runner.addresses[0][1]}/api"
    finally:
        await runner.cleanup()


def asking(url: str, *, retries: int = 0, method: str = "GET") -> ForLookup:
    return ForLookup(
        url=url,
        method=method,
        send={"folio": "0712", "urge": True},
        timeout=timedelta(milliseconds=300),
        retries=retries,
        schema=json.dumps(SCHEMA),
        wanted=("vigente",),
    )


async def told(request: ForLookup) -> tuple[Mapping[str, Value] | None, str]:
    found: list[LookupEnded] = []

    def deliver(item: object) -> None:
        assert isinstance(item, LookupEnded)
        assert not isinstance(item, BeatReturned)
        found.append(item)

    async with http_lookups(lambda: NOON) as lookups:
        lookups.deliver = deliver
        command = LookUp(
            node=NodeId("n1"), call=CallId("n1-1"), lookup=LookupId("q1"), request=request
        )
        assert await lookups.perform(command) is None
    (ended,) = found
    assert ended.lookup == "q1"
    return ended.values, ended.why


async def test_a_question_goes_into_the_query() -> None:
    async def answers(request: web.Request) -> web.Response:
        assert dict(request.query) == {"folio": "0712", "urge": "true"}
        return web.json_response({"vigente": True, "nombre": "x"})

    async with system(answers) as url:
        assert await told(asking(url)) == ({"vigente": True}, "")


async def test_or_into_the_body() -> None:
    async def answers(request: web.Request) -> web.Response:
        assert await request.json() == {"folio": "0712", "urge": True}
        return web.json_response({"vigente": False})

    async with system(answers) as url:
        assert await told(asking(url, method="POST")) == ({"vigente": False}, "")


@pytest.mark.parametrize(
    ("response", "why"),
    [
        (lambda: web.json_response({"vigente": "si"}), "not as its schema says"),
        (lambda: web.json_response({}), "not as its schema says"),
        (lambda: web.json_response([1]), "not as its schema says"),
        (lambda: web.Response(text="<html>"), "no JSON"),
        (lambda: web.Response(text="[" * 60_000), "no JSON"),
        (lambda: web.Response(status=404), "status 404"),
        (lambda: web.Response(status=302, headers={"Location": "/api"}), "status 302"),
        (lambda: web.Response(text=" " * (LARGEST + 1)), "too long an answer"),
    ],
)
async def test_an_answer_that_does_not_fit(response: Callable[[], web.Response], why: str) -> None:
    asked = 0

    async def answers(request: web.Request) -> web.Response:
        nonlocal asked
        asked += 1
        return response()

    async with system(answers) as url:
        assert await told(asking(url, retries=2)) == (None, why)
    assert asked == 1, "asking again would not help"


async def test_a_system_in_trouble_is_asked_again() -> None:
    statuses = [503, 200]

    async def answers(request: web.Request) -> web.Response:
        return web.json_response({"vigente": True}, status=statuses.pop(0))

    async with system(answers) as url:
        assert await told(asking(url, retries=1)) == ({"vigente": True}, "")


async def test_a_late_answer_is_none() -> None:
    held = asyncio.Event()

    async def answers(request: web.Request) -> web.Response:
        await held.wait()
        return web.json_response({"vigente": True})

    async with system(answers) as url:
        assert await told(asking(url)) == (None, "no answer in time")
        held.set()


async def test_a_system_that_is_not_there() -> None:
    async def answers(request: web.Request) -> web.Response:
        return web.Response()

    async with system(answers) as url:
        gone = url
    assert await told(replace(asking(gone), retries=1)) == (None, "unreachable")
