"""Commands in order per resource, everything else side by side (house.md 9)."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from router.core.commands import (
    Command,
    DropRecording,
    HandToDialplan,
    Hangup,
    KeepMessage,
    RemoveBridge,
    StartMusic,
    StopMusic,
    StopPlay,
    StopRecording,
)
from router.core.vocabulary import NodeId, Refusal
from router.fence import Fence
from router.ports import Failure, Telephony

ALWAYS_RUN = (
    Hangup,
    HandToDialplan,
    RemoveBridge,
    StartMusic,
    StopMusic,
    StopPlay,
    StopRecording,
    KeepMessage,
    DropRecording,
)
"""What still runs after an earlier command of the turn failed: nobody is left in silence, nothing
that was said is lost, and nothing that is over stays."""

Failed = Callable[[Command, Failure, tuple[Command, ...]], None]


@dataclass(slots=True)
class _Batch:
    """The commands of one turn; `failed_calls` are those in which one was refused."""

    commands: Sequence[Command]
    started: set[int] = field(default_factory=set)
    dropped: set[int] = field(default_factory=set)

    def drop_rest(self, index: int) -> tuple[Command, ...]:
        """What shall not run any more, because the command at `index` was not carried out."""
        call = self.commands[index].call
        rest = [
            i
            for i in range(index + 1, len(self.commands))
            if self.commands[i].call == call
            and i not in self.started
            and not isinstance(self.commands[i], ALWAYS_RUN)
        ]
        self.dropped.update(rest)
        return tuple(self.commands[i] for i in rest)


class Performer:
    """Carries out each turn's commands; refusals come back by `on_failure`."""

    def __init__(
        self, telephony: Telephony, on_failure: Failed, fence: Fence | None = None
    ) -> None:
        """Without a fence there is no other engine."""
        self._telephony = telephony
        self._on_failure = on_failure
        self._fence = fence
        self._last: dict[tuple[NodeId, str], asyncio.Task[None]] = {}
        self._running: set[asyncio.Task[None]] = set()

    def start(self, commands: Sequence[Command]) -> list[asyncio.Task[None]]:
        """Begin at once; the tasks end when everything is done, and never raise."""
        batch = _Batch(commands)
        return [self._chain(batch, i, c) for i, c in enumerate(commands)]

    def _chain(self, batch: _Batch, index: int, command: Command) -> asyncio.Task[None]:
        # An agent is told of at every node, and one that is away holds no other up.
        resources = [(command.node, resource) for resource in command.resources]
        before = {t for r in resources if (t := self._last.get(r)) is not None}
        run = asyncio.create_task(self._run(batch, index, command, before))
        self._running.add(run)
        for resource in resources:
            self._last[resource] = run
        run.add_done_callback(lambda done: self._forget(done, resources))
        return run

    def _forget(self, done: asyncio.Task[None], resources: Sequence[tuple[NodeId, str]]) -> None:
        self._running.discard(done)
        for resource in resources:
            if self._last.get(resource) is done:
                del self._last[resource]

    async def _run(
        self, batch: _Batch, index: int, command: Command, before: set[asyncio.Task[None]]
    ) -> None:
        if before:
            await asyncio.wait(before)
        if index in batch.dropped:
            return
        batch.started.add(index)
        failure = await self._perform(command)
        if failure is not None:
            self._on_failure(command, failure, batch.drop_rest(index))

    async def _perform(self, command: Command) -> Failure | None:
        if self._fence is not None and not await self._fence.at(command.node).opens():
            return Failure(why=Refusal.REFUSED, detail=self._fence.why or "no beat came back")
        try:
            return await self._telephony.perform(command)
        except Exception as defect:  # noqa: BLE001 one call at the most (house.md 8)
            # A defect of an adapter: whether it was carried out is unknown.
            return Failure(why=Refusal.UNKNOWN, detail=f"{type(defect).__name__}: {defect}")

    async def drain(self) -> None:
        """Wait for what is under way."""
        while self._running:
            await asyncio.wait(set(self._running))
