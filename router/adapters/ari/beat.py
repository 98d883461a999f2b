"""The heartbeat: a user event goes out and comes back by the routing loop, then it is written."""

from __future__ import annotations

import asyncio
from contextlib import suppress

from router import errors
from router.adapters.ari.access import APPLICATION
from router.adapters.ari.inquiry import BEAT as VARIABLE
from router.adapters.ari.inquiry import Inquiry
from router.adapters.ari.rest import Rest
from router.adapters.ari.translate import BEAT
from router.fence import Gate
from router.ports import BeatReturned

BEAT_EVERY = 1.0
UNDER_WAY = 10
"""Beats that may be on their way; one that was sent before them comes no more."""


class Heart:
    """Give it a connection of its own: a request that waits for a prompt must not delay it.

    A beat that stands in Asterisk is what lets the engine act (router/fence.py). What counts is
    when it was sent, for it may lie unread in a frozen engine's socket.
    """

    def __init__(self, rest: Rest, inquiry: Inquiry, gate: Gate) -> None:
        self._rest = rest
        self._inquiry = inquiry
        self._gate = gate
        self._fence = gate.fence
        self._number = 0
        self._sent: dict[int, float] = {}
        self._returned: dict[float, float] = {}
        self._soon = asyncio.Event()

    async def run(self) -> None:
        """Send the user event each second. Without an answer there is simply no beat."""
        loop = asyncio.get_running_loop()
        due = loop.time()
        while True:
            self._soon.clear()
            self._number += 1
            self._sent[self._number] = self._fence.now()
            self._sent.pop(self._number - UNDER_WAY, None)
            name = f"{BEAT}.{self._number}"
            await self._rest.ask("events", "userEvent", eventName=name, application=APPLICATION)
            due = max(due + BEAT_EVERY, loop.time())
            with suppress(TimeoutError):
                async with asyncio.timeout_at(due):
                    await self._soon.wait()
                due = loop.time()

    def beat_now(self) -> None:
        """Do not wait for the second to end."""
        self._soon.set()

    def returns(self, beat: BeatReturned) -> None:
        """It is on its way to the routing loop."""
        sent = self._sent.pop(beat.number, None)
        if sent is not None:
            self._returned[beat.stamp] = sent

    async def write(self, stamp: float) -> None:
        """The engine's routing loop has seen the event that Asterisk stamped so."""
        sent = self._returned.pop(stamp, self._fence.now())
        if self._fence.is_shut or not self._gate.is_recent(sent):
            return
        with suppress(errors.HotlineError):
            token = await self._inquiry.token()
            if not self._fence.sees(token):
                return
            if token < self._fence.token and self._gate.is_recent(sent):
                await self._inquiry.announce(self._fence.token)  # Asterisk has started anew
            if not self._gate.is_recent(sent):
                return  # it slept after it had asked: another engine's beat may stand there
            value = f"{stamp:.3f}"
            answer = await self._rest.ask(
                "asterisk", "setGlobalVar", variable=VARIABLE, value=value
            )
            # Again: an engine that takes over reads the beat after it has written its token.
            if answer.is_good and self._fence.sees(await self._inquiry.token()):
                self._gate.prove(sent)
                self._gate.acts()
