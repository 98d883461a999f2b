"""All that changes: calls, legs, offers, agents and alarms. Data only; the rules are in stages."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from router.core.call import AgentLeg, Call, CodeLeg, Offer, Recording
from router.core.deadlines import Deadline, Deadlines
from router.core.events import DigitPressed
from router.core.pairs import Pairs
from router.core.policy import Policy
from router.core.routing.board import Board
from router.core.snapshot import Alarm, CallView, OfferView, Snapshot
from router.core.staff import Agent
from router.core.vocabulary import (
    AgentId,
    CallId,
    LegId,
    NodeId,
    OfferId,
    PlaybackId,
    QueueName,
    RecordingId,
)
from router.core.watch import Watch

DEPARTED_KEPT = 1000


@dataclass(slots=True, kw_only=True)
class Returning:
    """Callers whom a node's fallback has while the engine takes the node over: until they are back,
    or `until`, nobody is rung. `known`: the fallback has told who waits there."""

    until: datetime
    legs: set[LegId]
    known: bool


@dataclass(slots=True, kw_only=True)
class Floor:
    """Everything at once. `seq` numbers the journal's entries over this life of the engine."""

    epoch: int
    policy: Policy
    explains: bool = True
    """Whether decisions are written down with what they were made on."""
    calls: dict[CallId, Call] = field(default_factory=dict)
    callers: dict[LegId, CallId] = field(default_factory=dict)
    agents: dict[AgentId, Agent] = field(default_factory=dict)
    agent_legs: dict[LegId, AgentLeg] = field(default_factory=dict)
    code_legs: dict[LegId, CodeLeg] = field(default_factory=dict)
    partner_legs: dict[LegId, CallId] = field(default_factory=dict)
    offers: dict[OfferId, Offer] = field(default_factory=dict)
    departed: dict[LegId, Call] = field(default_factory=dict)
    """Callers who left lately, the latest last: one who comes again must not get old ids."""
    pairs: Pairs = field(default_factory=Pairs)
    tired: set[AgentId] = field(default_factory=set)
    """Who is due for a break from heavy calls (A3)."""
    playbacks: dict[PlaybackId, CallId] = field(default_factory=dict)
    recordings: dict[RecordingId, Recording] = field(default_factory=dict)
    nodes: dict[NodeId, bool] = field(default_factory=dict)
    returning: dict[NodeId, Returning] = field(default_factory=dict)
    fallbacks: dict[NodeId, tuple[LegId, ...]] = field(default_factory=dict)
    """Who waits in the fallback of a node, as far as that was told since its connection broke."""
    left_unseen: dict[NodeId, set[AgentId]] = field(default_factory=dict)
    """Whose endpoints and places in the fallback a node kept that was away when they went."""
    unheard: set[NodeId] = field(default_factory=set)
    """Nodes that have not told in this life who is there, nor were found away."""
    alarms: dict[str, Alarm] = field(default_factory=dict)
    deadlines: Deadlines = field(default_factory=Deadlines)
    board: Board = field(default_factory=Board)
    watch: Watch = field(default_factory=Watch)
    ignored: Counter[str] = field(default_factory=Counter)
    takes: dict[QueueName, timedelta] = field(default_factory=dict)
    """How long conversations of a queue have lately been."""
    looks_at: datetime | None = None
    """The instant of the LookAgain: one at a time, however many callers wait for it."""
    handling: Deadline | None = None
    """The wake-up that is being handled: whose call it is, should that go wrong."""
    keys_unseen: list[DigitPressed] = field(default_factory=list)
    """Pressed before a connection broke and read after it: they count once the list is there."""
    clock_ahead: timedelta | None = None
    """Of the earlier life's, as the first callers told whom this life found."""
    seq: int = 0
    codes_dialled: int = 0

    def call_of_caller(self, leg: LegId) -> Call | None:
        """The call whose caller this leg is."""
        call = self.callers.get(leg)
        return self.calls.get(call) if call is not None else None

    def depart(self, call: Call) -> None:
        """Ended calls leave the floor in the same turn (house.md 15)."""
        self.calls.pop(call.id, None)
        self.callers.pop(call.leg, None)
        for about in (call.id, call.leg):
            self.deadlines.forget(about)
        if call.playing is not None:
            self.playbacks.pop(call.playing.id, None)
            self.deadlines.forget(call.playing.id)
        self.departed[call.leg] = call
        if len(self.departed) > DEPARTED_KEPT:
            del self.departed[next(iter(self.departed))]

    def call_of_partner(self, leg: LegId) -> Call | None:
        """The call that this leg outside was dialled for."""
        call = self.partner_legs.get(leg)
        return self.calls.get(call) if call is not None else None

    def offer_of_leg(self, leg: LegId) -> Offer | None:
        """The offer for which this agent's leg rings."""
        known = self.agent_legs.get(leg)
        return self.offers.get(known.offer) if known is not None and known.offer else None

    def add_agent_leg(self, leg: AgentLeg, *, since: datetime) -> None:
        """A leg that was there before this life; its agent is busy, unless another leg says so."""
        self.agent_legs[leg.id] = leg
        agent = self.agents.get(leg.agent)
        if agent is not None and agent.leg is None:
            agent.leg, agent.since = leg.id, since

    def snapshot(self, at: datetime) -> Snapshot:
        """Everything at this instant, as values."""
        return Snapshot(
            at=at,
            epoch=self.epoch,
            policy=self.policy.version,
            nodes=dict(self.nodes),
            agents=tuple(a.view(at, *self.nodes) for a in self.agents.values()),
            calls=tuple(_call_view(c) for c in self.calls.values()),
            alarms=tuple(self.alarms.values()),
            ignored=dict(self.ignored),
        )

    def is_back(self, leg: LegId) -> bool:
        """A caller has arrived: whether it was waited for."""
        awaited = [each.legs for each in self.returning.values() if leg in each.legs]
        for legs in awaited:
            legs.discard(leg)
        return bool(awaited)

    def returns_until(self, at: datetime) -> datetime | None:
        """Until when to wait for callers who are on their way back; None: for nobody."""
        last = None
        for each in self.returning.values():
            if each.legs and each.until > at and (last is None or each.until > last):
                last = each.until
        return last

    def staffed(self) -> list[Agent]:
        """Who is logged in, free or not (W2)."""
        return [a for a in self.agents.values() if a.logged_in]

    def waiting(self) -> list[Call]:
        """Callers who want an agent and have none."""
        return [c for c in self.calls.values() if c.place is not None and c.ended_by is None]


def _call_view(call: Call) -> CallView:
    stage = "menu"
    if call.talk is not None:
        stage = "talking"
    elif call.offers:
        stage = "offered"
    elif call.place is not None:
        stage = "queued"
    elif call.ended_by is not None:
        stage = "after"
    return CallView(
        call=call.id,
        stage=stage,
        step=call.run.step,
        arrived_at=call.arrived_at,
        queue=call.place.queue if call.place else call.talk.queue if call.talk else None,
        queued_at=call.place.since if call.place else None,
        widening=call.place.widening if call.place else 0,
        offers=tuple(
            OfferView(
                offer=o.id,
                agent=o.agent,
                device=o.device.kind,
                since=o.made_at,
                picked_up=o.picked_up,
            )
            for o in call.offers.values()
        ),
        agent=call.talk.agent if call.talk else None,
    )
