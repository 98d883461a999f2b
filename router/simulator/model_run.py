"""One replication of a model: its calls and agents, event by event, through the routing itself."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from heapq import heappop, heappush, heapreplace
from typing import Any

from router.core.routing.demand import Demand
from router.core.routing.exchange import Exchange
from router.core.routing.lines import Caller
from router.core.routing.skills import SkillSet
from router.core.routing.staff import Standing
from router.core.vocabulary import AgentId, QueueName
from router.simulator.arrivals import arrivals
from router.simulator.chance import Draw, draws, stream
from router.simulator.crew import Crew
from router.simulator.model import CallKind, Model
from router.simulator.tally import CallTally

PERIOD, FREE, ARRIVE, ABANDON, LOOK = range(5)
"""In this order at the same instant: who is free just as patience ends still takes the call."""
NEVER = float("inf")
Paired = Callable[[int, AgentId], None]
"""Told of each assignment: the number of the call, and who got it."""


class Source:
    """Where the calls of a kind come from, each with its own service and patience."""

    __slots__ = ("line", "next", "patience", "service", "tally", "threshold")

    def __init__(
        self,
        kind: CallKind,
        model: Model,
        exchange: Exchange,
        seed: int,
        number: int,
        threshold: float,
    ) -> None:
        self.threshold = threshold
        names = (number, kind.name)
        self.line = exchange.line(_demand(kind))
        rates = kind.rates if len(kind.rates) > 1 else kind.rates * model.periods
        self.next = arrivals(rates, model.period, stream(seed, *names, "arrivals"))
        self.service = draws(kind.service, stream(seed, *names, "service"))
        self.patience: Draw | None = None
        if kind.patience is not None:
            self.patience = draws(kind.patience, stream(seed, *names, "patience"))
        self.tally = CallTally()


class Guest(Caller):
    """A caller, with what chance has decided about them; known to the routing as they are.

    `ModelRun` sets its own fields: an `__init__` above another would cost more than all of them.
    """

    __slots__ = ("counted", "service", "source")

    source: Source
    service: float
    counted: bool


class ModelRun:
    """From empty. What counts is from `begun` to `over`: without periods from the arrival of the
    last call of the warm-up to that of the last call, else all periods. `threshold`: of the service
    level, for all or by the kind's name."""

    def __init__(
        self,
        model: Model,
        *,
        seed: int,
        number: int,
        calls: int,
        warmup: int,
        threshold: float | Mapping[str, float],
        paired: Paired | None = None,
    ) -> None:
        self.model = model
        self.warmup = warmup
        self.last: float = warmup + calls
        self.paired = paired
        self.exchange = Exchange(model.agent_order)
        self.crew = Crew(model, self.exchange)
        self.sources = [
            Source(
                kind,
                model,
                self.exchange,
                seed,
                number,
                threshold[kind.name] if isinstance(threshold, Mapping) else threshold,
            )
            for kind in model.calls
        ]
        self.events: list[tuple[float, int, int, Any]] = []
        """When, what, a running number, and whose: what kind of event it is says which."""
        self.coming: list[tuple[float, int, int, Source]] = []
        """The next arrival of each kind: in a heap of their own, which is smaller."""
        self.widens = any(kind.widen for kind in model.calls)
        self.look_due = NEVER
        self.pushed = 0
        self.offered = 0
        self.unsettled = 0
        self.begun: float | None = None
        self.over: float | None = None
        if model.period is not None:
            self.warmup, self.last = 0, NEVER
        if self.warmup == 0:
            self.begun = 0.0

    @property
    def lasted(self) -> float:
        """How much time counts."""
        return (self.over or 0.0) - (self.begun or 0.0)

    def run(self) -> None:
        """To the end of every call that counts."""
        period = self.model.period
        if period is None:
            self.crew.begin(0, 0.0)
        else:
            for number in range(self.model.periods + 1):
                self._push(number * period, PERIOD, number)
        for source in self.sources:
            self._expect(source)
        coming, events, arrive, free = self.coming, self.events, self._arrive, self.crew.free
        match, connect, widens = self.exchange.match, self._connect, self.widens
        while (coming or events) and (self.over is None or self.unsettled):
            if coming and not (events and events[0] < coming[0]):
                at = coming[0][0]
                arrive(coming[0][3], at)
            else:
                at, what, _, subject = heappop(events)
                if what == ABANDON:
                    if not subject.gone:
                        self._abandon(subject, at)
                    continue
                if what == FREE:
                    free(subject, at)
                elif what == PERIOD:
                    self._turn_period(subject, at)
                for guest, standing, _ in match(at):
                    connect(guest, standing, at)
            if widens:
                self._look_again(at)
        self._end()

    # -- events ---------------------------------------------------------------------------

    def _arrive(self, source: Source, at: float) -> None:
        """The first of those who come: the next of the same kind takes their place."""
        self.offered = number = self.offered + 1
        last = self.last
        counted = self.warmup < number <= last
        if number == self.warmup:
            self._count_from(at)
        elif number == last:
            self._count_until(at)
        # A low class that is starved while calls keep coming is served once they stop.
        following = next(source.next, None) if number < 2 * last else None
        if following is None:
            heappop(self.coming)
        else:
            self.pushed += 1
            heapreplace(self.coming, (following, ARRIVE, self.pushed, source))
        name: Any = number  # the routing looks names up and compares them: a number will do
        guest = Guest(name, source.line, at, at)
        guest.source = source
        guest.service = source.service()
        guest.counted = counted
        if counted:
            source.tally.offered += 1
            self.unsettled += 1
        self.exchange.enter(guest)
        for other, standing, _ in self.exchange.match(at):
            self._connect(other, standing, at)
        waits = not guest.gone
        if waits and counted:
            source.tally.delayed += 1
        if source.patience is not None:
            until = at + source.patience()
            if waits:
                self._push(until, ABANDON, guest)

    def _abandon(self, guest: Guest, at: float) -> None:
        self.exchange.leave(guest.id)
        self._has_waited(guest, at)
        if guest.counted:
            tally = guest.source.tally
            tally.abandoned += 1
            tally.waits += at - guest.arrived
            self.unsettled -= 1

    def _connect(self, guest: Any, standing: Standing, at: float) -> None:
        """A Guest, as all who enter."""
        crew = self.crew
        member = crew.members[standing.id]
        self.exchange.leave(guest.id)
        if self.paired is not None:
            self.paired(int(guest.id), member.id)
        self.pushed = pushed = self.pushed + 1
        heappush(self.events, (crew.take(member, guest.service, at), FREE, pushed, member))
        waited = at - guest.arrived
        source = guest.source
        if waited:
            self._has_waited(guest, at)
        if guest.counted:
            tally = source.tally
            tally.answered += 1
            tally.waits += waited
            self.unsettled -= 1
            if waited <= source.threshold:
                tally.in_time += 1

    def _look_again(self, at: float) -> None:
        """When callers become eligible for more agents though nothing else happens."""
        self.exchange.waiting.take_widened()
        due = self.exchange.next_due
        if self.look_due <= at:
            self.look_due = NEVER
        if due is not None and due < self.look_due:
            self.look_due = due
            self._push(due, LOOK, 0)

    def _has_waited(self, guest: Guest, at: float) -> None:
        """And does no more."""
        begun, since = self.begun, guest.arrived
        if self.over is None and begun is not None:
            guest.source.tally.queue_area += at - (since if since > begun else begun)

    def _turn_period(self, number: int, at: float) -> None:
        if number < self.model.periods:
            self.crew.begin(number, at)
        else:
            # Whoever works in the last period stays until nobody waits.
            self._count_until(at)

    # -- what counts ----------------------------------------------------------------------

    def _count_from(self, at: float) -> None:
        self.begun = at
        self.crew.count_from(at)
        for source in self.sources:
            source.tally.queue_area = 0.0

    def _count_until(self, at: float) -> None:
        self.over = at
        self.crew.count_until(at)
        for guest in self._guests():
            guest.source.tally.queue_area += at - max(guest.arrived, self.begun or 0.0)

    def _end(self) -> None:
        """Callers whom nobody will ever serve have waited until what counts was over."""
        for guest in self._guests():
            if guest.counted and self.over is not None:
                guest.source.tally.waits += self.over - guest.arrived

    def _guests(self) -> Iterator[Guest]:
        """Those who wait."""
        for caller in self.exchange.waiting.callers.values():
            assert isinstance(caller, Guest)
            yield caller

    # -- the events to come ---------------------------------------------------------------

    def _expect(self, source: Source) -> None:
        at = next(source.next, None)
        if at is not None:
            self.pushed += 1
            heappush(self.coming, (at, ARRIVE, self.pushed, source))

    def _push(self, at: float, what: int, subject: Guest | int) -> None:
        self.pushed += 1
        heappush(self.events, (at, what, self.pushed, subject))


def _demand(kind: CallKind) -> Demand:
    circles: list[tuple[SkillSet, ...]] = [(kind.require,)]
    for step in kind.widen:
        circles.append((*circles[-1], step.also))
    return Demand(
        queue=QueueName(kind.name),
        order_class=kind.order_class,
        circles=tuple(circles),
        after=tuple(step.after for step in kind.widen),
    )
