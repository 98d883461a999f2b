"""panoramisk's manager as one connection with a beginning and an end."""

from __future__ import annotations

import asyncio
import logging
import os
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

from panoramisk.manager import Manager

from router.adapters.ami.access import Access
from router.adapters.ami.protocol import ENCODING, OneAction, OneConnection

OnEvent = Callable[[Mapping[str, str]], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """What Asterisk said. `answered` False: nothing in time, so it may or may not have happened."""

    answered: bool
    success: bool = False
    message: str = ""
    fields: Mapping[str, str] = field(default_factory=dict)
    events: tuple[Mapping[str, str], ...] = ()


class AmiClient(Manager):  # type: ignore[misc]  # panoramisk has no types
    """Never reconnects by itself: its owner does, and asks for the present state again."""

    def __init__(self, access: Access, on_event: OnEvent) -> None:
        super().__init__(host=access.host, port=access.port, encoding=ENCODING)
        self._access = access
        self._on_event = on_event
        self._gone = asyncio.Event()
        # It would print each message that comes in.
        logging.getLogger("panoramisk").setLevel(logging.WARNING)

    async def open(self) -> None:
        """Connect and log in. Raises AsteriskUnreachable, AsteriskRefusedLogin, NotAsterisk."""
        timeout = self._access.timeout.total_seconds()
        loop = asyncio.get_running_loop()
        try:
            async with asyncio.timeout(timeout):
                _, self.protocol = await loop.create_connection(
                    lambda: OneConnection(self), self._access.host, self._access.port
                )
        except OSError as failure:
            raise self._access.unreachable(_no_answer(failure)) from failure
        reply = await self.act(
            "Login", Username=self._access.user, Secret=self._access.password, Events="on"
        )
        if reply.success:
            return
        version = self.protocol.version
        self.close()
        if reply.answered:
            raise self._access.refused_login()
        if version is None:
            raise self._access.not_asterisk("it does not greet as AMI does")
        raise self._access.unreachable(reply.message)

    async def act(self, name: str, *, many: bool = False, **fields: str) -> Reply:
        """One action. `many`: it answers with a list of events. Raises AmiValueUnsafe."""
        action = OneAction(name, fields, many=many)
        if self._gone.is_set() or self.protocol is None:
            return Reply(answered=False, message="not connected")
        try:
            async with asyncio.timeout(self._access.timeout.total_seconds()):
                first, *more = await self.protocol.send(action, as_list=many)
        except TimeoutError:
            self.protocol.forget(action)
            return Reply(answered=False, message="no answer in time")
        except ConnectionResetError as loss:
            return Reply(answered=False, message=str(loss))
        return Reply(
            answered=True,
            success=bool(first.success),
            message=str(first.message),
            fields=dict(first),
            events=tuple(dict(message) for message in more),
        )

    async def lost(self) -> None:
        """Wait until the connection is gone."""
        await self._gone.wait()

    def close(self) -> None:
        """For good."""
        self._gone.set()
        if self.protocol is not None:
            self.protocol.close()

    # What panoramisk calls

    def dispatch(self, event: Any) -> list[str]:
        """An event that belongs to no action: at once and in order."""
        if not self._gone.is_set():
            self._on_event(dict(event))
        return []

    def connection_lost(self, exc: Exception | None) -> None:
        self._gone.set()


class Acts(Protocol):
    """Whoever takes an action to Asterisk."""

    async def act(self, name: str, *, many: bool = False, **fields: str) -> Reply:
        """One action."""
        ...


class OnlyWhile:
    """The same connection, for what changes something: before each action it waits until the engine
    may act. One that slept between two of them is not the one to go on."""

    def __init__(self, client: AmiClient, may_act: Callable[[], Awaitable[bool]]) -> None:
        self._client = client
        self._may_act = may_act

    async def act(self, name: str, *, many: bool = False, **fields: str) -> Reply:
        """One action, or none: then nothing was sent."""
        if not await self._may_act():
            return Reply(answered=False, message="the engine may not act now")
        return await self._client.act(name, many=many, **fields)


Connect = Callable[[Access, OnEvent], AmiClient]
"""Makes a connection, which is opened later."""


def _no_answer(failure: OSError) -> str:
    if isinstance(failure, TimeoutError):
        return "no answer in time"
    return os.strerror(failure.errno).lower() if failure.errno else str(failure)
