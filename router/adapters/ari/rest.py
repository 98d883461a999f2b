"""ARI's operations by aioari, over pooled HTTP of our own; every outcome is a value."""

from __future__ import annotations

import json
import logging
import os
import warnings
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import aiohttp
from yarl import URL

from router.adapters.ari.access import Access
from router.adapters.ari.operations import described
from router.adapters.ari.request_form import RequestForm
from router.core.vocabulary import Refusal
from router.ports import Failure

with warnings.catch_warnings():
    # aioari/model.py holds "\[" in a plain string: Python warns when it compiles the file.
    warnings.simplefilter("ignore", SyntaxWarning)
    warnings.simplefilter("ignore", DeprecationWarning)
    import aioari.client

# Below the 15 s after which an Asterisk with default settings closes an idle connection.
KEPT_ALIVE = 10.0
# Half of Asterisk's default `sessionlimit`; each costs it a thread.
CONNECTIONS = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What Asterisk said. `status` 0: nothing in time, so it may or may not have happened."""

    status: int
    body: Any = None
    detail: str = ""

    @property
    def is_good(self) -> bool:
        return 200 <= self.status < 300

    def failure(self) -> Failure | None:
        """None when it is done."""
        if self.is_good:
            return None
        return Failure(why=_WHY.get(self.status, Refusal.REFUSED), detail=self.detail)


# 409: the channel is no longer (or not yet) in the application.
_WHY = {0: Refusal.UNKNOWN, 404: Refusal.GONE, 409: Refusal.GONE}


class Rest:
    """aioari's calls, cured of endless waits, of exceptions for answers and of logins in URLs."""

    def __init__(self, client: Any, may_ask: Callable[[], bool] = lambda: True) -> None:
        self._client = client
        self._may_ask = may_ask
        self._calls: dict[tuple[str, str], Any] = {}

    def only_while(self, may_ask: Callable[[], bool]) -> Rest:
        """The same, for as long as this holds at the instant of a request."""
        return Rest(self._client, may_ask)

    async def ask(self, resource: str, operation: str, **values: object) -> Answer:
        """One request. Give lists as tuples: aioari joins lists into text."""
        if not self._may_ask():
            return Answer(status=0, detail=f"{operation}: the engine may not act now")
        try:
            body = await self._call(resource, operation)(**values)
        except _Refused as refused:
            said = f"{refused.status} {_message(refused.text)}"
            return Answer(status=refused.status, detail=f"{operation}: {said}")
        except (aiohttp.ClientError, OSError, ValueError) as failure:
            return Answer(status=0, detail=f"{operation}: {no_answer(failure)}")
        return Answer(status=200, body=body)

    def _call(self, resource: str, operation: str) -> Any:
        # aioari makes a new class at each look-up.
        call = self._calls.get((resource, operation))
        if call is None:
            call = getattr(getattr(self._client, resource), operation)
            self._calls[resource, operation] = call
        return call


def no_answer(failure: Exception) -> str:
    """Why, without the failed request's address: an agent's number may be in it."""
    if isinstance(failure, TimeoutError):
        return "no answer in time"
    if isinstance(failure, OSError) and failure.errno is not None:
        return os.strerror(failure.errno).lower()
    return type(failure).__name__


def _message(text: str) -> str:
    try:
        said = json.loads(text)
        return str(said.get("message") or said.get("error"))
    except (ValueError, AttributeError):
        return "without an explanation"


@asynccontextmanager
async def rest(access: Access, *, connections: int = CONNECTIONS) -> AsyncIterator[Rest]:
    """Requests to one node until the block ends; nothing is sent before the first `ask`."""
    # They would print what is sent: numbers, passwords of agents' phones.
    for name in ("aioari", "aioswagger11"):
        logging.getLogger(name).setLevel(logging.WARNING)
    timeout = aiohttp.ClientTimeout(total=access.timeout.total_seconds())
    async with http_session(access, connections=connections, timeout=timeout) as session:
        client = _Client(access.url, _Http(session))
        # Instead of the address from which it would fetch Asterisk's documents.
        client.swagger.url = described(access.base)
        await client.init()
        yield Rest(client)


def http_session(
    access: Access, *, connections: int, timeout: aiohttp.ClientTimeout
) -> aiohttp.ClientSession:
    """The login goes into a header, never into an address."""
    return aiohttp.ClientSession(
        connector=aiohttp.TCPConnector(limit=connections, keepalive_timeout=KEPT_ALIVE),
        timeout=timeout,
        headers={"Authorization": aiohttp.encode_basic_auth(access.user, access.password)},
        cookie_jar=aiohttp.DummyCookieJar(),
    )


_JSON = {"Content-Type": "application/json"}


class _Refused(Exception):
    """An HTTP status of 400 or more; never leaves this file."""

    def __init__(self, status: int, text: str) -> None:
        super().__init__(status)
        self.status = status
        self.text = text


class _Client(aioari.client.Client):  # type: ignore[misc]  # aioari has no types
    """aioari's client, with a quicker way from an operation to a request."""

    def __init__(self, url: str, http: _Http) -> None:
        super().__init__(url, http)
        self._http = http
        self._forms: dict[int, tuple[Any, RequestForm]] = {}

    async def run_operation(self, oper: Any, **values: Any) -> _Response:
        """What aioari leaves to be overridden."""
        # With the operation itself, which thereby lives: an id is given twice.
        _, form = self._forms.get(id(oper)) or self._forms.setdefault(
            id(oper), (oper, RequestForm(oper))
        )
        address, body = form.filled(values)
        return await self._http.request(form.method, address, body)


@dataclass(frozen=True, slots=True)
class _Response:
    """What aioari reads of a response."""

    status: int
    content: str

    async def text(self) -> str:
        return self.content


class _Http:
    """The http client handed to aioari."""

    def __init__(self, session: aiohttp.ClientSession) -> None:
        self._session = session

    async def request(self, method: str, address: URL, body: str | None) -> _Response:
        async with self._session.request(
            method, address, data=body, headers=_JSON if body else None, allow_redirects=False
        ) as response:
            # ARI's JSON is UTF-8; aiohttp would look for another encoding each time.
            text = (await response.read()).decode()
            if response.status >= 400:
                raise _Refused(response.status, text)
            return _Response(response.status, text)

    async def close(self) -> None:
        """The session belongs to `rest`."""
