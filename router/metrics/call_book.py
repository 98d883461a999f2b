"""What became of calls, heard from their journal: the tallies of each queue and hour of the day."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta, tzinfo

from router.core.records import (
    Abandoned,
    AgentLost,
    Answered,
    Ended,
    OfferEnded,
    Queued,
    Record,
    Widened,
)
from router.core.shift_records import WrapUpEnded
from router.core.vocabulary import CallId, OfferOutcome, QueueName
from router.metrics.figures import SHORT, QueueTally, Values

HOURS = 24
USUAL_TARGET = timedelta(seconds=20)
"""Of a queue that the policy does not know any more."""
REACHED_WITHIN = timedelta(minutes=30)
"""From the moment in which a caller gave up (M3)."""

Reached = Callable[[CallId, datetime], bool]
"""Whether the number of a call reached a person within REACHED_WITHIN of that instant."""


@dataclass(slots=True)
class _Call:
    """`cell` None: it took its place at another time. `open`: conversations and wrap-ups."""

    queue: QueueName
    cell: QueueTally | None
    answered: bool = False
    open: int = 0
    handled: float = 0.0


class CallBook:
    """Counts calls that took their place from `begins` to before `ends`; None: at any time.

    A caller who comes back after a lost agent keeps their place: offered and answered once.
    """

    def __init__(
        self,
        targets: Mapping[QueueName, timedelta],
        zone: tzinfo,
        *,
        short: float = SHORT,
        begins: datetime | None = None,
        ends: datetime | None = None,
    ) -> None:
        self._targets = targets
        self._zone = zone
        self._short = short
        self._begins = begins
        self._ends = ends
        self._calls: dict[CallId, _Call] = {}
        self._cells: dict[tuple[QueueName, int], QueueTally] = {}
        self._gave_up: list[tuple[CallId, datetime, QueueTally]] = []

    def hear(self, name: CallId, record: Record, at: datetime) -> None:
        """One line of the journal; each call's in their order."""
        if isinstance(record, Queued):
            self._queued(name, record, at)
            return
        call = self._calls.get(name)
        if call is None or call.cell is None:
            return
        cell = call.cell
        match record:
            case Answered():
                call.open += 1
                if not call.answered:
                    call.answered = True
                    cell.waits.append(record.waited.total_seconds())
                    cell.voices.append(record.to_voice.total_seconds())
            case Abandoned() if not call.answered:
                waited = record.waited.total_seconds()
                cell.left.append(waited)
                if waited >= self._short:
                    self._gave_up.append((name, at, cell))
            case Ended() | AgentLost():
                call.handled += record.talked.total_seconds()
            case WrapUpEnded():
                call.open -= 1
                call.handled += record.lasted.total_seconds()
            case OfferEnded():
                cell.offers += 1
                if record.outcome not in (OfferOutcome.ACCEPTED, OfferOutcome.WITHDRAWN):
                    cell.missed += 1
            case Widened(skipped=False):
                cell.widened += 1
            case _:
                pass

    def _queued(self, name: CallId, record: Queued, at: datetime) -> None:
        call = self._calls.get(name)
        if record.again and call is not None and call.queue == record.queue:
            return
        if call is not None:
            self._close(call)
        self._calls[name] = _Call(record.queue, self._cell(record.queue, at))
        if (cell := self._calls[name].cell) is not None:
            cell.offered += 1

    def _cell(self, queue: QueueName, at: datetime) -> QueueTally | None:
        too_early = self._begins is not None and at < self._begins
        if too_early or (self._ends is not None and at >= self._ends):
            return None
        hour = at.astimezone(self._zone).hour
        cell = self._cells.get((queue, hour))
        if cell is None:
            cell = self._cells[(queue, hour)] = self._empty(queue)
        return cell

    def _empty(self, queue: QueueName) -> QueueTally:
        within = self._targets.get(queue, USUAL_TARGET)
        return QueueTally(within=within.total_seconds(), short=self._short)

    @staticmethod
    def _close(call: _Call) -> None:
        if call.cell is not None and call.answered and call.open == 0:
            call.cell.handled.append(call.handled)

    def close(self, reached: Reached) -> None:
        """Nothing more will be heard; a call that is still handled has no handling time yet."""
        for call in self._calls.values():
            self._close(call)
        self._calls.clear()
        for name, at, cell in self._gave_up:
            cell.reached_nobody += not reached(name, at)
        self._gave_up.clear()

    def queues(self) -> Mapping[QueueName, Values]:
        """Each queue over all hours."""
        return {
            name: QueueTally.of_all(c for (queue, _), c in self._cells.items() if queue == name)
            for name in self._names()
        }

    def hours(self) -> Mapping[QueueName, tuple[Values, ...]]:
        """Each queue in each hour of the day."""
        return {
            name: tuple(
                self._cells.get((name, hour), self._empty(name)).figures() for hour in range(HOURS)
            )
            for name in self._names()
        }

    def overall(self) -> Values:
        """All calls."""
        return QueueTally.of_all(self._cells.values())

    def by_hour(self) -> tuple[Values, ...]:
        """All queues together in each hour of the day."""
        return tuple(
            QueueTally.of_all(c for (_, at), c in self._cells.items() if at == hour)
            for hour in range(HOURS)
        )

    def _names(self) -> list[QueueName]:
        return sorted({name for name, _ in self._cells})
