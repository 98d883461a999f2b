"""Journals written by hand: what happened to a call, second by second."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from router.core.records import (
    Answered,
    CallFinished,
    CallStarted,
    Entry,
    OfferEnded,
    OfferMade,
    OfferRang,
    Queued,
    Record,
)
from router.core.routing.explain import Why
from router.core.vocabulary import (
    AgentId,
    CallId,
    DeviceKind,
    EndedBy,
    FlowName,
    Language,
    NodeId,
    OfferId,
    OfferOutcome,
    QueueName,
    StepName,
)

NOON = datetime(2026, 3, 1, 18, tzinfo=UTC)
CRISIS = QueueName("crisis")
WHY = Why(
    candidates=1,
    runner_up=None,
    decided_by="only_one",
    preferred=0,
    scarcity=0,
    idle=timedelta(seconds=90),
    widening=0,
    waited=timedelta(seconds=2),
    excluded=(),
)


class Tale:
    """One call's entries; each `then` is so many seconds after the one before."""

    def __init__(self, call: str, *, epoch: int = 7, at: datetime = NOON) -> None:
        self.call = CallId(call)
        self.entries: list[Entry] = []
        self._epoch = epoch
        self._at = at
        self._offers = 0

    def then(self, record: Record, after: float = 0) -> Tale:
        self._at += timedelta(seconds=after)
        self.entries.append(
            Entry(
                call=self.call,
                epoch=self._epoch,
                seq=len(self.entries) + 1,
                at=self._at,
                record=record,
            )
        )
        return self

    def started(self, *, synthetic: bool = False) -> Tale:
        return self.then(
            CallStarted(
                node=NodeId("n1"),
                flow=FlowName("main"),
                known_line=True,
                arrived_at=self._at,
                language=Language("es"),
                policy="a1b2",
                synthetic=synthetic,
            )
        )

    def queued(self, queue: QueueName = CRISIS, again: bool = False) -> Tale:
        record = Queued(queue=queue, order_class=100, place_from=self._at, again=again)
        return self.then(record, after=2)

    def offered(self, agent: str = "ana", queue: QueueName = CRISIS, why: Why = WHY) -> Tale:
        self._offers += 1
        return self.then(
            OfferMade(
                offer=self._offer(),
                agent=AgentId(agent),
                device=DeviceKind.DESK,
                queue=queue,
                why=why,
            )
        )

    def rang(self, agent: str = "ana") -> Tale:
        return self.then(OfferRang(offer=self._offer(), agent=AgentId(agent)), after=0.25)

    def offer_ended(self, outcome: OfferOutcome, agent: str = "ana", after: float = 3) -> Tale:
        return self.then(
            OfferEnded(
                offer=self._offer(),
                agent=AgentId(agent),
                outcome=outcome,
                after=timedelta(seconds=after),
                cause=0 if outcome is OfferOutcome.ACCEPTED else 17,
            ),
            after=after,
        )

    def answered(self, agent: str = "ana", queue: QueueName = CRISIS) -> Tale:
        self.offer_ended(OfferOutcome.ACCEPTED, agent)
        return self.then(
            Answered(
                offer=self._offer(),
                agent=AgentId(agent),
                queue=queue,
                waited=timedelta(seconds=3.25),
                to_voice=timedelta(seconds=5.25),
            )
        )

    def finished(self, by: EndedBy = EndedBy.CALLER) -> Tale:
        lasted = timedelta(seconds=60)
        record = CallFinished(by=by, at_step=StepName("esperar"), lasted=lasted)
        return self.then(record, after=30)

    def _offer(self) -> OfferId:
        return OfferId(f"{self.call}-e{self._epoch}-o{self._offers}")
