"""One test call: dialled, greeted, a key pressed, a test agent rung, both heard, and put away."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta

from router import errors
from router.probe.line import Line, Rung, line, tone
from router.setting import Address

CALLER = "anonymous"
"""Withheld: a test call leaves no number anywhere."""
CALLER_HZ, AGENT_HZ = 440.0, 620.0
RINGS_AT_MOST = 4
ANSWERED_WITHIN = timedelta(seconds=4)
HEARD_WITHIN = timedelta(seconds=4)
RUNG_WITHIN = timedelta(seconds=10)
TOGETHER_WITHIN = timedelta(seconds=3)
OVER_WITHIN = timedelta(seconds=3)


@dataclass(frozen=True, slots=True, kw_only=True)
class Stage:
    """A part of the way, and how long it took."""

    name: str
    took: timedelta


@dataclass(frozen=True, slots=True, kw_only=True)
class Way:
    """Where to call and what to press. `desk` is the test agent's own address, which the call must
    come back to; it is also what Asterisk knows test calls by."""

    asterisk: Address
    number: str
    keys: str
    desk: Address


class _Watch:
    """Takes the time of each stage."""

    def __init__(self, done: Callable[[Stage], None]) -> None:
        self._done = done
        self._since = time.monotonic()

    def reached(self, name: str) -> None:
        now = time.monotonic()
        self._done(Stage(name=name, took=timedelta(seconds=now - self._since)))
        self._since = now


Walk = Callable[[Callable[[Stage], None]], Awaitable[None]]
"""Makes the call; tells each stage as it is reached."""


@asynccontextmanager
async def walk(way: Way) -> AsyncIterator[Walk]:
    """The telephones of a test call, which answer from now on, and the call itself.

    The call raises ProbeFailed with the stage that was not reached; so does opening them.
    """
    server = (way.asterisk.host, way.asterisk.port)
    rung = Rung(lambda user: "")
    async with AsyncExitStack() as ends:
        try:
            desk = await ends.enter_async_context(
                line(
                    server,
                    host=way.desk.host,
                    port=way.desk.port,
                    hz=AGENT_HZ,
                    calls=RINGS_AT_MOST,
                    incoming=rung.note,
                )
            )
            caller = await ends.enter_async_context(
                line(server, host=way.desk.host, hz=CALLER_HZ, calls=1)
            )
        except OSError as refusal:
            raise errors.ProbeFailed(
                stage="its own telephones",
                detail=f"{way.desk.host}:{way.desk.port} cannot be used ({refusal.strerror})",
            ) from refusal

        async def call(done: Callable[[Stage], None]) -> None:
            await _call(way, caller, desk, rung, _Watch(done))

        yield call


async def _call(way: Way, caller: Line, desk: Line, rung: Rung, watch: _Watch) -> None:
    try:
        call, _, _ = await caller.dial(
            way.number, of=CALLER, within=ANSWERED_WITHIN.total_seconds()
        )
    except TimeoutError as silence:
        raise _failed("answered", ANSWERED_WITHIN) from silence
    except ConnectionRefusedError as refusal:
        raise errors.ProbeFailed(stage="answered", detail=f"Asterisk said {refusal}") from refusal
    watch.reached("answered")
    try:
        await _heard(call.audio.hears(within=HEARD_WITHIN), "greeting heard", HEARD_WITHIN)
        watch.reached("greeting heard")
        for key in way.keys:
            await call.audio.press(key)
        try:
            _, agent = await rung.rings("", within=RUNG_WITHIN.total_seconds())
        except TimeoutError as silence:
            raise _failed("test agent rung", RUNG_WITHIN) from silence
        watch.reached("test agent rung")
        agent.answer()
        for ear, hz in ((call.audio, AGENT_HZ), (agent.audio, CALLER_HZ)):
            hears = ear.hears(within=TOGETHER_WITHIN, what=tone(hz))
            await _heard(hears, "both hear each other", TOGETHER_WITHIN)
        watch.reached("both hear each other")
    finally:
        if not call.ended.is_set():
            call.hang_up()
    try:
        await desk.free(agent, within=OVER_WITHIN.total_seconds())
    except TimeoutError as silence:
        raise _failed("hung up", OVER_WITHIN) from silence
    watch.reached("hung up")


async def _heard(hears: Awaitable[object], stage: str, within: timedelta) -> None:
    try:
        await hears
    except errors.PhoneWaitedInVain as silence:
        raise _failed(stage, within) from silence


def _failed(stage: str, within: timedelta) -> errors.ProbeFailed:
    return errors.ProbeFailed(stage=stage, detail=f"not within {within.total_seconds():g} s")
