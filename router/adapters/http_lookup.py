"""Questions to other systems by HTTP: time-outs, tries, and answers held to their schema."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from datetime import datetime
from typing import Any

import aiohttp
from jsonschema import Draft202012Validator

from router.core.commands import LookUp
from router.core.events import LookupEnded
from router.core.ivr.values import LONGEST, Value
from router.core.ivr.waits import ForLookup
from router.ports import Deliver, Failure

LARGEST = 65_536
"""Bytes of an answer."""
PAUSE = 0.2
"""Seconds between two tries."""


class Unanswered(Exception):
    """Why there is no answer that fits; `again`: another try may help. Never what was asked."""

    def __init__(self, why: str, *, again: bool = False) -> None:
        super().__init__(why)
        self.why = why
        self.again = again


class HttpLookups:
    """Tells the answers by `deliver`, which is given once there is a runner."""

    def __init__(self, http: aiohttp.ClientSession, now: Callable[[], datetime]) -> None:
        self._http = http
        self._now = now
        self.deliver: Deliver | None = None

    async def perform(self, command: LookUp) -> Failure | None:
        """Ask, and tell what came of it; a failure is an answer, too."""
        values, why = await self._answer(command.request)
        if self.deliver is not None:
            self.deliver(LookupEnded(at=self._now(), lookup=command.lookup, values=values, why=why))
        return None

    async def _answer(self, request: ForLookup) -> tuple[Mapping[str, Value] | None, str]:
        why = ""
        for number in range(request.retries + 1):
            if number:
                await asyncio.sleep(PAUSE)
            try:
                async with asyncio.timeout(request.timeout.total_seconds()):
                    return wanted(request, await self._try(request)), ""
            except Unanswered as unanswered:
                why = unanswered.why
                if not unanswered.again:
                    break
            except TimeoutError:
                why = "no answer in time"
            except (aiohttp.ClientError, OSError):
                why = "unreachable"
        return None, why

    async def _try(self, request: ForLookup) -> Any:
        query = {key: _text(value) for key, value in request.send.items()}
        body = dict(request.send)
        async with self._http.request(
            request.method,
            request.url,
            params=query if request.method == "GET" else None,
            json=body if request.method == "POST" else None,
            allow_redirects=False,
        ) as response:
            if response.status >= 300:
                raise Unanswered(f"status {response.status}", again=response.status >= 500)
            content = await response.content.read(LARGEST + 1)
            if len(content) > LARGEST:
                raise Unanswered("too long an answer")
            try:
                return json.loads(content)
            except (ValueError, RecursionError):
                raise Unanswered("no JSON") from None


def wanted(request: ForLookup, answer: Any) -> Mapping[str, Value]:
    """The properties that the flow wants. Raises Unanswered."""
    if not Draft202012Validator(json.loads(request.schema)).is_valid(answer):
        raise Unanswered("not as its schema says")
    found = {}
    for name in request.wanted:
        value = answer.get(name) if isinstance(answer, dict) else None
        if not isinstance(value, bool | int | float | str):
            raise Unanswered("a property is missing")
        found[name] = value[:LONGEST] if isinstance(value, str) else value
    return found


def _text(value: Value) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


@asynccontextmanager
async def http_lookups(now: Callable[[], datetime]) -> AsyncIterator[HttpLookups]:
    """One pool of connections, without cookies, until the block ends."""
    async with aiohttp.ClientSession(cookie_jar=aiohttp.DummyCookieJar()) as http:
        yield HttpLookups(http, now)
