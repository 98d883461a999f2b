"""The live loop: inbox, engine, journal; commands in order; one timer."""

from __future__ import annotations

import asyncio
import traceback
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta

from router.clock import Clock
from router.core.commands import Command
from router.core.engine import Engine, Outcome
from router.core.events import ClockReached, CommandFailed, Event, LegsListed, NodeDisconnected
from router.core.records import Entry
from router.errors import InboxFull
from router.fence import Fence
from router.performer import Performer
from router.ports import BeatReturned, Failure, Telephony

PULSE = 0.5
ASLEEP_AFTER = timedelta(seconds=2.5)
"""Less than the 3 s after which callers are taken from an engine that does not beat."""

HELD_AT_MOST = timedelta(seconds=5)

Listener = Callable[[Sequence[Entry]], None]
OnDefect = Callable[[str], None]

Item = tuple[Event | BeatReturned, "asyncio.Future[None] | None"]


class Runner:
    """Feeds the engine one event at a time. Everything that happens goes through `deliver`."""

    def __init__(
        self,
        engine: Engine,
        telephony: Telephony,
        clock: Clock,
        *,
        listeners: Sequence[Listener],
        on_defect: OnDefect,
        inbox_size: int,
        fence: Fence | None = None,
    ) -> None:
        """`fence`: whether this engine may act; without one there is no other."""
        self._engine = engine
        self._telephony = telephony
        self._clock = clock
        self._listeners = listeners
        self._on_defect = on_defect
        self._inbox_size = inbox_size
        self._inbox: asyncio.Queue[Item] = asyncio.Queue()
        self._fence = fence
        self._performer = Performer(telephony, self._command_failed, fence)
        self._resting = False
        self._held: list[Event] | None = None
        self._held_since = clock.now()
        self._timer: asyncio.TimerHandle | None = None
        self._timer_at: datetime | None = None
        self._beats: set[asyncio.Task[None]] = set()
        self._awake_at = clock.now()

    def deliver(self, item: Event | BeatReturned) -> None:
        """From adapters. A full inbox means: reconnect and list (house.md 12)."""
        if self._inbox.qsize() >= self._inbox_size:
            raise InboxFull(size=self._inbox_size)
        self._inbox.put_nowait((item, None))

    async def tell(self, event: Event) -> None:
        """Deliver and wait until the turn was handled and its commands were carried out."""
        told: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._inbox.put_nowait((event, told))
        await told

    async def run(self) -> None:
        """Until cancelled."""
        pulse = asyncio.create_task(self._pulse())
        try:
            while True:
                item, told = await self._inbox.get()
                self._look_whether_awake()
                if self._is_over:
                    continue
                if isinstance(item, BeatReturned):
                    self._beat(item)
                elif told is not None:
                    _tell_when_done(told, self._handle(item))
                elif not self._hold(item):
                    self._handle(item)
        finally:
            pulse.cancel()

    @property
    def _is_over(self) -> bool:
        """What happens now is the next engine's business, which lists whoever is there."""
        return self._resting or (self._fence is not None and self._fence.is_shut)

    def _hold(self, event: Event) -> bool:
        """After a sleep another engine may have written down already what comes from before it:
        only the list, which a replaced engine never gets, tells that it has not."""
        if self._held is None:
            return False
        if isinstance(event, LegsListed):
            self._release()
            return False
        self._held.append(event)
        return True

    def _release(self) -> None:
        held, self._held = self._held or [], None
        for each in held:
            self._handle(each)

    def _handle(self, event: Event) -> list[asyncio.Task[None]]:
        outcome = self._turn(event)
        running = self._performer.start(outcome.commands)
        for listener in self._listeners:
            try:
                listener(outcome.entries)
            except Exception:  # noqa: BLE001 as in `_turn`
                # What is written down or shown may fail; routing goes on.
                self._on_defect(traceback.format_exc())
        self._set_timer(outcome.wake_at)
        return running

    async def _pulse(self) -> None:
        while True:
            await asyncio.sleep(PULSE)
            self._look_whether_awake()
            self._awake_at = self._clock.now()
            if self._held and self._awake_at - self._held_since > HELD_AT_MOST:
                self._release()  # Asterisk does not answer: nobody else has it either

    def _look_whether_awake(self) -> None:
        """After a sleep the guard may have all callers: nothing is concluded from what was known,
        and nobody is rung, before the nodes have said who is there (survival.md)."""
        now = self._clock.now()
        slept, self._awake_at = now - self._awake_at, max(now, self._awake_at)
        if slept > ASLEEP_AFTER:
            self._telephony.start_over()
            lost = [NodeDisconnected(at=now, node=node) for node in self._engine.floor.nodes]
            if self._fence is not None:
                self._held, self._held_since = [*(self._held or ()), *lost], now
                return
            for each in lost:
                self._handle(each)

    async def drain(self) -> None:
        """Wait for the commands that are under way."""
        await self._performer.drain()

    async def rest(self, within: timedelta) -> bool:
        """Handle nothing more; whether what was ordered is done before the time is over."""
        self._resting = True
        try:
            async with asyncio.timeout(within.total_seconds()):
                await self.drain()
        except TimeoutError:
            return False
        return True

    def _turn(self, event: Event) -> Outcome:
        try:
            return self._engine.handle(event)
        except Exception:  # noqa: BLE001 a defect must not cost more than one call (house.md 8)
            self._on_defect(traceback.format_exc())
        try:
            return self._engine.quarantine(event)
        except Exception:  # noqa: BLE001 as above
            self._on_defect(traceback.format_exc())
            return Outcome(commands=(), entries=(), wake_at=self._engine.floor.deadlines.next)

    def _beat(self, returned: BeatReturned) -> None:
        """Alive: the loop that routes has seen its own event come back (survival.md)."""
        beat = asyncio.create_task(self._telephony.beat(returned.node, returned.stamp))
        self._beats.add(beat)
        beat.add_done_callback(self._beats.discard)

    def _command_failed(
        self, command: Command, failure: Failure, dropped: tuple[Command, ...]
    ) -> None:
        event = CommandFailed(
            at=self._clock.now(),
            command=command,
            why=failure.why,
            detail=failure.detail,
            dropped=dropped,
        )
        self._inbox.put_nowait((event, None))

    def _set_timer(self, at: datetime | None) -> None:
        if at == self._timer_at:
            return
        if self._timer is not None:
            self._timer.cancel()
        self._timer, self._timer_at = None, at
        if at is not None:
            delay = max((at - self._clock.now()).total_seconds(), 0.0)
            self._timer = asyncio.get_running_loop().call_later(delay, self._clock_reached)

    def _clock_reached(self) -> None:
        self._timer = self._timer_at = None
        self._inbox.put_nowait((ClockReached(at=self._clock.now()), None))


def _tell_when_done(told: asyncio.Future[None], running: Sequence[asyncio.Task[None]]) -> None:
    def done(_: object) -> None:
        if not told.done():
            told.set_result(None)

    asyncio.gather(*running).add_done_callback(done)
