"""An event loop without a clock or a socket: time jumps to the next timer, and processes can die.

Asyncio promises that callbacks run in the order in which they were registered, and programs may
rely on it: the order of events is disturbed where the network disturbs it (latency.py), not here.
"""

from __future__ import annotations

import asyncio
import heapq
from asyncio import events
from collections import deque
from collections.abc import Callable, Coroutine
from contextvars import Context, ContextVar, copy_context
from typing import Any, TypeVar

T = TypeVar("T")


class Killed(asyncio.CancelledError):
    """The process is gone; what it was doing ends here."""


class Process:
    """Tasks that live and die together, as those of an operating system's process do.

    `steps` counts what its tasks did between two awaits; at `dies_at` it is killed. `work` is what
    keeps a frozen process busy when it wakes. `on_request` happens once, as it sends an
    order: any, or one that somebody hears.
    """

    def __init__(self, name: str) -> None:
        self.name = name
        self.alive = True
        self.frozen = False
        self.steps = 0
        self.dies_at: int | None = None
        self.on_request: Callable[[], None] | None = None
        self.waits_for_heard = False
        self.on_death: Callable[[], None] = lambda: None
        self.work: list[Due] = []
        self.tasks: list[asyncio.Task[Any]] = []
        self.context = copy_context()
        self.context.run(PROCESS.set, self)

    async def sends(self, *, is_heard: bool = False) -> None:
        """An order is on its way out: should the process freeze now, it goes when it wakes."""
        if self.on_request is None or (self.waits_for_heard and not is_heard):
            return
        happens, self.on_request = self.on_request, None
        happens()
        await asyncio.sleep(0)


PROCESS: ContextVar[Process | None] = ContextVar("process", default=None)


class Due:
    """A callback of a process, at once or later: what asyncio knows as a handle."""

    __slots__ = ("_when", "args", "callback", "context", "off")

    def __init__(
        self,
        when: float,
        callback: Callable[..., object],
        args: tuple[Any, ...],
        context: Context,
    ) -> None:
        self._when = when
        self.callback = callback
        self.args = args
        self.context = context
        self.off = False

    def cancel(self) -> None:
        self.off = True

    def cancelled(self) -> bool:
        return self.off

    def when(self) -> float:
        return self._when


class Alarm:
    """A timer of the world; it can be called off."""

    __slots__ = ("args", "do", "when")

    def __init__(self, when: float, do: Callable[..., None], args: tuple[Any, ...]) -> None:
        self.when = when
        self.do: Callable[..., None] | None = do
        self.args = args

    def off(self) -> None:
        self.do = None


class StormLoop:
    """What asyncio's tasks, futures and timers need, in a time of its own. Seconds from 0."""

    def __init__(self) -> None:
        self._now = 0.0
        self._ready: deque[Due] = deque()
        self._heap: list[tuple[float, int, Alarm | Due]] = []
        self._count = 0
        self._as_asyncio: Any = self
        self.defects: list[str] = []
        """Exceptions that nobody took."""

    def time(self) -> float:
        return self._now

    # -- for the world ------------------------------------------------------------------------

    def after(self, delay: float, do: Callable[..., None], *args: Any) -> Alarm:
        """The world does something later."""
        alarm = Alarm(self._now + delay, do, args)
        self._count += 1
        heapq.heappush(self._heap, (alarm.when, self._count, alarm))
        return alarm

    def start(self, process: Process, coro: Coroutine[Any, Any, None]) -> None:
        """A process begins with this."""
        process.context.run(self.create_task, coro)

    def kill(self, process: Process) -> None:
        """Like SIGKILL: whatever its tasks do to leave tidily no longer reaches the world."""
        if not process.alive:
            return
        process.alive = False
        for task in process.tasks:
            task.cancel()
        process.tasks.clear()
        process.work.clear()
        process.on_death()

    def freeze(self, process: Process) -> None:
        """Like SIGSTOP."""
        process.frozen = True

    def thaw(self, process: Process) -> None:
        """Like SIGCONT: all that became due meanwhile is done at once."""
        process.frozen = False
        self._ready.extend(process.work)
        process.work.clear()

    def run_until(self, at: float) -> None:
        """Everything up to this instant."""
        before = events._get_running_loop()
        events._set_running_loop(self._as_asyncio)
        try:
            self._run_until(at)
        finally:
            events._set_running_loop(before)

    def _run_until(self, at: float) -> None:
        ready, heap, pop, step = self._ready, self._heap, heapq.heappop, self._step
        while True:
            while ready:
                step(ready.popleft())
            if not heap or heap[0][0] > at:
                self._now = at
                return
            when, _, due = pop(heap)
            if isinstance(due, Alarm):
                if due.do is not None:
                    self._now = when
                    due.do(*due.args)
            elif not due.off:
                self._now = when
                ready.append(due)

    def _step(self, due: Due) -> None:
        process = due.context.get(PROCESS)
        if process is not None and process.alive:
            if process.frozen:
                process.work.append(due)
                return
            process.steps += 1
            if process.steps == process.dies_at:
                self.kill(process)
        if not due.off:
            try:
                due.context.run(due.callback, *due.args)
            except Exception as problem:  # noqa: BLE001 as asyncio does: told, and the loop goes on
                self.defects.append(f"{due.callback!r}: {problem!r}")

    # -- for asyncio --------------------------------------------------------------------------

    def call_soon(
        self, callback: Callable[..., object], *args: Any, context: Context | None = None
    ) -> Due:
        due = Due(self._now, callback, args, context or copy_context())
        self._ready.append(due)
        return due

    def call_soon_threadsafe(self, callback: Callable[..., object], *args: Any) -> Due:
        return self.call_soon(callback, *args)

    def call_later(
        self,
        delay: float,
        callback: Callable[..., object],
        *args: Any,
        context: Context | None = None,
    ) -> Due:
        return self.call_at(self._now + delay, callback, *args, context=context)

    def call_at(
        self,
        when: float,
        callback: Callable[..., object],
        *args: Any,
        context: Context | None = None,
    ) -> Due:
        due = Due(when, callback, args, context or copy_context())
        process = due.context.get(PROCESS)
        if process is None or process.alive:
            self._count += 1
            heapq.heappush(self._heap, (max(when, self._now), self._count, due))
        return due

    def create_future(self) -> asyncio.Future[Any]:
        return asyncio.Future(loop=self._as_asyncio)

    def create_task(
        self, coro: Any, *, name: object = None, context: Context | None = None
    ) -> asyncio.Task[Any]:
        task: asyncio.Task[Any] = asyncio.Task(coro, loop=self._as_asyncio, context=context)
        process = PROCESS.get()
        if process is not None:
            tasks = process.tasks
            tasks.append(task)
            if len(tasks) > 1_000:
                tasks[:] = [each for each in tasks if not each.done()]
            if not process.alive:
                task.cancel()
        return task

    def run_in_executor(
        self, executor: object, func: Callable[..., T], *args: Any
    ) -> asyncio.Future[T]:
        """A thread that takes no time of the loop, and a moment of the world's."""
        future: asyncio.Future[T] = self.create_future()
        self.after(0.001, _work, future, func, args)
        return future

    def call_exception_handler(self, context: dict[str, Any]) -> None:
        self.defects.append(f"{context.get('message')}: {context.get('exception')!r}")

    def get_debug(self) -> bool:
        return False


def _work(future: asyncio.Future[T], func: Callable[..., T], args: tuple[Any, ...]) -> None:
    if future.done():
        return
    try:
        result = func(*args)
    except Exception as problem:  # noqa: BLE001 whatever it is, it is the caller's
        future.set_exception(problem)
    else:
        future.set_result(result)
