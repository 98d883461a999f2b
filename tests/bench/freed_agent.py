"""A9.2: an agent is free while callers wait, until the next INVITE reaches the agent's phone."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Sequence
from contextlib import AsyncExitStack
from datetime import timedelta

from router.probe.line import Line, Rung, line
from tests.bench.figures import Figure, Spread
from tests.bench.stack import CALLERS, DESKS, QUEUE_DESKS, Bench

AT_LEAST = 20.0
SOON = timedelta(seconds=3)
QUEUE = "7004"
WAITING = 4
# Spread over more than app_queue's poll of one second, so that no talk keeps step with it.
TALK = (0.2, 1.3)
RING = 0.02


async def measure(bench: Bench, *, quick: bool) -> list[Figure]:
    """Three agents of each, more callers than agents all the time, both at the same time."""
    samples = 9 if quick else 60
    agents = len(DESKS)
    async with AsyncExitStack() as ends:
        rung = Rung()
        await ends.enter_async_context(
            line(
                bench.sip,
                host="127.0.0.1",
                hz=None,
                calls=4 * agents,
                port=bench.desk_port,
                incoming=rung.note,
            )
        )
        callers = await ends.enter_async_context(
            line(bench.sip, host=CALLERS, hz=None, calls=4 * (agents + WAITING))
        )
        await bench.log_in((*DESKS, *QUEUE_DESKS))
        ours, queue = await asyncio.gather(
            _Room(callers, rung, bench.number, "4", DESKS).measure(samples),
            _Room(callers, rung, QUEUE, "", QUEUE_DESKS).measure(samples),
        )
        await bench.log_out((*DESKS, *QUEUE_DESKS))
    return [_figure("mean", ours.mean, queue.mean, ours), _figure("p95", ours.p95, queue.p95, ours)]


def _figure(what: str, ours: float, queue: float, spread: Spread) -> Figure:
    ratio = queue / ours
    return Figure(
        name=f"agent free → INVITE out while callers wait ({what})",
        samples=spread.samples,
        ours=f"{ours:.1f} ms",
        versus=f"app_queue: {queue:.0f} ms",
        ratio=f"{ratio:.0f}x",
        target=f"≥ {AT_LEAST:.0f}x",
        holds=ratio >= AT_LEAST,
    )


class _Room:
    """One kind of queue with its callers and its agents."""

    def __init__(
        self, callers: Line, rung: Rung, number: str, key: str, phones: Sequence[str]
    ) -> None:
        self._callers = callers
        self._rung = rung
        self._number = number
        self._key = key
        self._phones = phones
        self._samples: list[float] = []
        self._waiting: set[asyncio.Task[None]] = set()
        self._over = asyncio.Event()

    async def measure(self, samples: int) -> Spread:
        """Until so many times an agent was rung again."""
        for _ in range(len(self._phones) + WAITING):
            self._one_more_calls()
        agents = [asyncio.create_task(self._agent(phone, samples)) for phone in self._phones]
        await asyncio.gather(*agents)
        self._over.set()
        await asyncio.gather(*self._waiting)
        return Spread.of(self._samples)

    def _one_more_calls(self) -> None:
        caller = asyncio.create_task(self._caller())
        self._waiting.add(caller)
        caller.add_done_callback(self._waiting.discard)

    async def _caller(self) -> None:
        """Waits until somebody hung up, or the measurement is over."""
        call, _, _ = await self._callers.dial(self._number)
        if self._key:
            await call.audio.hears(within=SOON)
            await call.audio.press(self._key)
        over = asyncio.create_task(self._over.wait())
        ended = asyncio.create_task(call.ended.wait())
        await asyncio.wait({over, ended}, return_when=asyncio.FIRST_COMPLETED)
        over.cancel()
        if not call.ended.is_set():
            call.hang_up()
        await call.free()

    async def _agent(self, phone: str, samples: int) -> None:
        """Takes call after call; the last one is left to ring until its caller hangs up."""
        _, call = await self._rung.rings(phone)
        while len(self._samples) < samples:
            await asyncio.sleep(RING)
            call.answer()
            await asyncio.sleep(random.uniform(*TALK))
            self._one_more_calls()
            freed = call.hang_up()
            rung, following = await self._rung.rings(phone)
            self._samples.append(rung - freed)
            await call.free()
            call = following
