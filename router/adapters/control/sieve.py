"""Which lines of the journal a `tail` wants to see."""

from __future__ import annotations

from router.adapters.control.protocol import Tail
from router.core.records import CallFinished, Entry, HandedToFallback, Queued
from router.core.snapshot import Snapshot
from router.core.vocabulary import CallId, QueueName


class Sieve:
    """Lets a line pass if it is about the call, the queue and the agent wanted.

    A line of a call belongs to the queue in which the call is, or was last.
    """

    def __init__(self, wanted: Tail, floor: Snapshot) -> None:
        self._wanted = wanted
        self._queues: dict[CallId, QueueName] = {
            call.call: call.queue for call in floor.calls if call.queue is not None
        }

    def passes(self, entry: Entry) -> bool:
        queue = self._queue_of(entry)
        return (
            (self._wanted.call is None or entry.call == self._wanted.call)
            and (self._wanted.queue is None or queue == self._wanted.queue)
            and (
                self._wanted.agent is None
                or getattr(entry.record, "agent", None) == self._wanted.agent
            )
        )

    def _queue_of(self, entry: Entry) -> QueueName | None:
        if entry.call is None:
            return None
        match entry.record:
            case Queued(queue=queue):
                self._queues[entry.call] = queue
            case CallFinished() | HandedToFallback():
                return self._queues.pop(entry.call, None)
            case _:
                pass
        return self._queues.get(entry.call)
