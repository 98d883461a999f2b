"""A9.2, C3.3: an agent is free while 200 callers wait, until the next INVITE is at their phone."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Sequence
from contextlib import AsyncExitStack, suppress

from router.probe.line import Line, LineCall, Rung
from tests.bench.deaf_line import deaf_line, murmuring_line
from tests.bench.figures import Figure, Spread
from tests.bench.stack import CALLERS, QUEUE_DESKS, ROOM_DESKS, Bench

AT_LEAST = 20.0
HOTLINE, QUEUE = "8005533000", "7004"
"""A line without a menu, so that its callers wait at once; and app_queue."""
WAITING = 200
BETWEEN_CALLERS = 0.12
SETS_UP_WITHIN = 60.0
GO_WITHIN = 10.0
# Spread over more than app_queue's poll of one second, so that no talk keeps step with it.
TALK = (5.0, 15.0)
RING = 0.02


async def measure(bench: Bench, *, quick: bool) -> list[Figure]:
    """Fifty agents of each, one house after the other, and 200 callers who wait all the time."""
    samples = 60 if quick else 300
    rung = Rung()
    async with AsyncExitStack() as ends:
        desks = await ends.enter_async_context(
            murmuring_line(
                bench.sip,
                host="127.0.0.1",
                port=bench.desk_port,
                incoming=rung.note,
                calls=12 * len(ROOM_DESKS),
            )
        )
        callers = await ends.enter_async_context(deaf_line(bench.sip, host=CALLERS))
        ours = await _gap(bench, _Room(desks, callers, rung, HOTLINE, ROOM_DESKS), samples)
        queue = await _gap(bench, _Room(desks, callers, rung, QUEUE, QUEUE_DESKS), samples)
    return [_figure("mean", ours.mean, queue.mean, ours), _figure("p95", ours.p95, queue.p95, ours)]


def _figure(what: str, ours: float, queue: float, spread: Spread) -> Figure:
    ratio = queue / ours
    return Figure(
        name=f"agent free → INVITE out, {len(ROOM_DESKS)} agents, {WAITING} callers wait ({what})",
        samples=spread.samples,
        ours=f"{ours:.1f} ms",
        versus=f"app_queue: {queue:.0f} ms",
        ratio=f"{ratio:.0f}x",
        target=f"≥ {AT_LEAST:.0f}x",
        holds=ratio >= AT_LEAST,
    )


async def _gap(bench: Bench, room: _Room, samples: int) -> Spread:
    await bench.log_in(room.phones)
    try:
        return await room.measure(samples)
    except TimeoutError as failure:
        raise TimeoutError(f"{failure}; {await bench.floor_in_short()}") from failure
    finally:
        await bench.log_out(room.phones)


class _Room:
    """One kind of queue with its callers and its agents."""

    def __init__(
        self, desks: Line, callers: Line, rung: Rung, number: str, phones: Sequence[str]
    ) -> None:
        self._desks = desks
        self._callers = callers
        self._rung = rung
        self._number = number
        self.phones = phones
        self._samples: list[float] = []
        self._group: asyncio.TaskGroup | None = None
        self._full = asyncio.Event()
        self._over = asyncio.Event()

    async def measure(self, samples: int) -> Spread:
        """Until so many times an agent was rung again."""
        try:
            async with asyncio.TaskGroup() as everybody:
                await self._everybody(everybody, samples)
        except ExceptionGroup as failures:
            what = f"{len(self._samples)} times, then {failures.exceptions[0]!r}"
            raise TimeoutError(f"{self._number}: an agent was rung again {what}") from failures
        return Spread.of(self._samples)

    async def _everybody(self, group: asyncio.TaskGroup, samples: int) -> None:
        self._group = group
        agents = [group.create_task(self._agent(phone, samples)) for phone in self.phones]
        for _ in range(len(self.phones) + WAITING):
            self._one_more_calls()
            await asyncio.sleep(BETWEEN_CALLERS)
        self._full.set()
        await asyncio.wait(agents)
        self._over.set()

    def _one_more_calls(self) -> None:
        assert self._group is not None
        self._group.create_task(self._caller())

    async def _caller(self) -> None:
        """Waits until somebody hung up, or the measurement is over."""
        call, _, _ = await self._callers.dial(self._number, within=SETS_UP_WITHIN)
        over = asyncio.create_task(self._over.wait())
        ended = asyncio.create_task(call.ended.wait())
        await asyncio.wait({over, ended}, return_when=asyncio.FIRST_COMPLETED)
        over.cancel()
        if not call.ended.is_set():
            # Two hundred at the same instant would be a burst that nobody measures.
            await asyncio.sleep(random.uniform(0, GO_WITHIN))
            call.hang_up()
        with suppress(TimeoutError):
            await self._callers.free(call)

    async def _agent(self, phone: str, samples: int) -> None:
        """Takes call after call; the last one is left to ring until its caller hangs up."""
        _, call = await self._rings(phone)
        while len(self._samples) < samples:
            await asyncio.sleep(RING)
            call.answer()
            await self._full.wait()
            await asyncio.sleep(random.uniform(*TALK))
            self._one_more_calls()
            freed = call.hang_up()
            rung, following = await self._rings(phone)
            self._samples.append(rung - freed)
            await self._desks.free(call, within=SETS_UP_WITHIN)
            call = following

    async def _rings(self, phone: str) -> tuple[float, LineCall]:
        """The next call that is still there; a busy machine takes some back before they are met."""
        while True:
            at, call = await self._rung.rings(phone, within=SETS_UP_WITHIN)
            if not call.ended.is_set():
                return at, call
            await self._desks.free(call)
