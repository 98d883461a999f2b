"""What a simulated hotline's journal adds up to: metrics M1 to M4, by queue and by hour."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta, tzinfo
from math import ceil
from statistics import fmean, median

from router.core.records import (
    Abandoned,
    AgentStateChanged,
    Answered,
    CallStarted,
    Ended,
    Entry,
    OfferEnded,
    Queued,
    Widened,
    WrapUpEnded,
)
from router.core.vocabulary import AgentState, CallId, OfferOutcome, QueueName
from router.simulator.guests import EARLY
from router.simulator.shift_book import ShiftBook

Values = Mapping[str, float | None]
HOURS = 24


@dataclass(slots=True)
class QueueTally:
    """Of the calls that took their place in a queue; seconds. `within`: its target."""

    within: float
    offered: int = 0
    waits: list[float] = field(default_factory=list)
    voices: list[float] = field(default_factory=list)
    left: list[float] = field(default_factory=list)
    handled: list[float] = field(default_factory=list)
    widened: int = 0
    offers: int = 0
    missed: int = 0

    def figures(self) -> Values:
        """M1 to M4 by their formulas; None where there was nothing to divide by."""
        answered, short = len(self.waits), sum(1 for each in self.left if each < EARLY)
        in_time = sum(1 for each in self.waits if each <= self.within)
        abandoned = len(self.left)
        return {
            "offered": self.offered,
            "answered": answered,
            "abandoned": abandoned,
            "abandoned_early": short,
            "service_level": _share(in_time, self.offered - short),
            "service_level_strict": _share(in_time, answered + abandoned),
            "abandonment": _share(abandoned - short, self.offered - short),
            "asa": fmean(self.waits) if self.waits else None,
            "wait_p90": quantile(self.waits, 0.9),
            "voice_mean": fmean(self.voices) if self.voices else None,
            "voice_p90": quantile(self.voices, 0.9),
            "voice_p99": quantile(self.voices, 0.99),
            "voice_max": max(self.voices, default=None),
            "aht": fmean(self.handled) if self.handled else None,
            "aht_median": median(self.handled) if self.handled else None,
            "aht_p90": quantile(self.handled, 0.9),
            "widened_per_call": _share(self.widened, self.offered),
            "offers_missed": _share(self.missed, self.offers),
        }

    @classmethod
    def of_all(cls, tallies: Iterable[QueueTally], in_time: int) -> Values:
        """All queues together, each held to its own target."""
        total = cls(within=0.0)
        for each in tallies:
            total.offered += each.offered
            total.waits += each.waits
            total.voices += each.voices
            total.left += each.left
            total.handled += each.handled
            total.widened += each.widened
            total.offers += each.offers
            total.missed += each.missed
        figures = dict(total.figures())
        short = sum(1 for each in total.left if each < EARLY)
        figures["service_level"] = _share(in_time, total.offered - short)
        ended = len(total.waits) + len(total.left)
        figures["service_level_strict"] = _share(in_time, ended)
        return figures

    @property
    def in_time(self) -> int:
        """Answered within the target."""
        return sum(1 for each in self.waits if each <= self.within)


@dataclass(slots=True)
class _Call:
    """A call on its way. `place`: its queue, and the hour of day in which it took its place."""

    arrived: datetime
    queue: QueueName | None = None
    hour: int = 0
    talked: float = 0.0


class HotlineTally:
    """Hears the journal of one replication."""

    def __init__(
        self, targets: Mapping[QueueName, timedelta], heavy: frozenset[QueueName], zone: tzinfo
    ) -> None:
        self._targets = targets
        self._zone = zone
        self._calls: dict[CallId, _Call] = {}
        self._cells: dict[tuple[QueueName, int], QueueTally] = {}
        self.book = ShiftBook(heavy, zone)

    def hear(self, entry: Entry) -> None:
        """One line of the journal."""
        record = entry.record
        if entry.call is None:
            if isinstance(record, AgentStateChanged):
                self._agent(record, entry.at)
            return
        match record:
            case CallStarted():
                self._calls[entry.call] = _Call(record.arrived_at)
            case Queued():
                self._queued(self._calls[entry.call], record, entry.at)
            case Answered():
                cell = self._cell(self._calls[entry.call])
                cell.waits.append(record.waited.total_seconds())
                cell.voices.append(record.to_voice.total_seconds())
                self.book.takes(record.agent, record.queue, entry.at)
            case Abandoned():
                cell = self._cell(self._calls[entry.call])
                cell.left.append(record.waited.total_seconds())
            case Ended():
                self._calls[entry.call].talked = record.talked.total_seconds()
                self.book.talked(record.agent, record.talked)
            case WrapUpEnded():
                call = self._calls[entry.call]
                self._cell(call).handled.append(call.talked + record.lasted.total_seconds())
                self.book.is_free(record.agent, entry.at)
            case OfferEnded():
                cell = self._cell(self._calls[entry.call])
                cell.offers += 1
                if record.outcome not in (OfferOutcome.ACCEPTED, OfferOutcome.WITHDRAWN):
                    cell.missed += 1
            case Widened(skipped=False):
                self._cell(self._calls[entry.call]).widened += 1
            case _:
                pass

    def _queued(self, call: _Call, record: Queued, at: datetime) -> None:
        if record.again and call.queue == record.queue:
            return
        call.queue, call.hour = record.queue, at.astimezone(self._zone).hour
        self._cell(call).offered += 1

    def _cell(self, call: _Call) -> QueueTally:
        assert call.queue is not None
        cell = self._cells.get((call.queue, call.hour))
        if cell is None:
            within = self._targets[call.queue].total_seconds()
            cell = self._cells[(call.queue, call.hour)] = QueueTally(within)
        return cell

    def _agent(self, record: AgentStateChanged, at: datetime) -> None:
        match record.state:
            case AgentState.LOGGED_OUT:
                self.book.leaves(record.agent, at)
            case AgentState.PAUSED:
                self.book.rests(record.agent, at)
            case _:
                self.book.works(record.agent, at)

    def queues(self) -> Mapping[QueueName, Values]:
        """Each queue over all hours."""
        return {name: _sum(self._of(name)) for name in self._names()}

    def hours(self) -> Mapping[QueueName, tuple[Values, ...]]:
        """Each queue in each hour of the day."""
        empty = {name: QueueTally(self._targets[name].total_seconds()) for name in self._names()}
        return {
            name: tuple(self._cells.get((name, hour), empty[name]).figures() for hour in range(24))
            for name in self._names()
        }

    def overall(self) -> Values:
        """All calls."""
        return _sum(list(self._cells.values()))

    def by_hour(self) -> tuple[Values, ...]:
        """All queues together in each hour of the day."""
        return tuple(
            _sum([cell for (_, at), cell in self._cells.items() if at == hour])
            for hour in range(HOURS)
        )

    def _names(self) -> list[QueueName]:
        return sorted({name for name, _ in self._cells})

    def _of(self, name: QueueName) -> list[QueueTally]:
        return [cell for (queue, _), cell in self._cells.items() if queue == name]


def _sum(cells: list[QueueTally]) -> Values:
    return QueueTally.of_all(cells, sum(cell.in_time for cell in cells))


def quantile(values: list[float], share: float) -> float | None:
    """The smallest value that at least this share of them does not exceed."""
    if not values:
        return None
    ordered = sorted(values)
    return ordered[max(0, ceil(share * len(ordered)) - 1)]


def _share(part: float, whole: float) -> float | None:
    return part / whole if whole > 0 else None
