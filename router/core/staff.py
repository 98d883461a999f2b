"""The agents on the floor: what they are doing now, and which of their telephones can be rung."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from router.core.routing.agent import AgentProfile
from router.core.routing.skills import Skills
from router.core.snapshot import AgentView
from router.core.vocabulary import (
    AgentId,
    AgentState,
    CallId,
    Device,
    DeviceKind,
    LegId,
    NodeId,
    OfferId,
)

PHONE = DeviceKind.PHONE  # to ask the class each time costs as much as a call
MISSES_BEFORE_PAUSE = 3
"""Missed offers in a row before the agent is paused (F5)."""
COOL_DOWN = timedelta(seconds=5)
"""An agent who missed a call is not rung again at once (F5)."""
DOWN_FOR = timedelta(seconds=30)
"""A telephone that proved unreachable is left alone so long, unless its contact changes (F5)."""


@dataclass(slots=True, kw_only=True)
class WrapUp:
    """After a conversation; `until` None: the agent ends it (P1)."""

    call: CallId
    since: datetime
    until: datetime | None


@dataclass(slots=True, kw_only=True)
class Rest:
    """What has weighed on an agent since their last break (A3), and the break they are on.

    `tired`: over a limit. `respiro_for` waits for the end of a call, then it is `respiro_until`.
    """

    in_a_row: int = 0
    talked: timedelta = timedelta(0)
    tired: bool = False
    break_since: datetime | None = None
    respiro_for: timedelta | None = None
    respiro_until: datetime | None = None


@dataclass(slots=True, kw_only=True)
class Telephone:
    """One device of an agent. `contacts`: the nodes that reach a desk phone. `down`: where it
    proved unreachable; wait so long or for its contact.

    A public number is taken as reachable from any node until an attempt says otherwise.
    """

    device: Device
    contacts: set[NodeId] = field(default_factory=set)
    down: dict[NodeId, datetime] = field(default_factory=dict)

    def is_seen_by(self, *nodes: NodeId) -> bool:
        """Whether one of these nodes reaches it, as far as is known; without any: some node."""
        return bool(self._seen_by(nodes)) or (self._is_public and not nodes)

    def usable(self, at: datetime, *nodes: NodeId) -> bool:
        """Whether it may be rung now, from one of these nodes; without any: from wherever."""
        if not self.down:
            if self.device.kind is PHONE:
                return True
            return not self.contacts.isdisjoint(nodes) if nodes else bool(self.contacts)
        if self._is_public and not nodes:
            return all(until <= at for until in self.down.values())
        return any(self.down.get(node, at) <= at for node in self._seen_by(nodes))

    def rests_until(self, at: datetime) -> list[datetime]:
        """When it may be tried again where it proved unreachable."""
        where = self.down if self._is_public else self.down.keys() & self.contacts
        return [self.down[node] for node in where if self.down[node] > at]

    def _seen_by(self, nodes: Collection[NodeId]) -> Collection[NodeId]:
        if self._is_public:
            return nodes
        return self.contacts.intersection(nodes) if nodes else self.contacts

    @property
    def _is_public(self) -> bool:
        return self.device.kind is PHONE


@dataclass(slots=True, kw_only=True)
class Ladder:
    """The agent whose line broke is rung again for the caller before anybody else (P3).

    `telephone` is the place in the roster's list of the one that is tried, until `until`; not
    before `again_at`. `second`: it is another than the one they talked on.
    """

    agent: AgentId
    telephone: int
    second: bool = False
    until: datetime
    again_at: datetime


@dataclass(slots=True, kw_only=True)
class Agent:
    """An agent on the floor. They are free only when their last leg has ended (house.md 9)."""

    profile: AgentProfile
    skills: Skills
    """Those that count now (S1)."""
    telephones: list[Telephone]
    since: datetime
    logged_in: bool = False
    paused: str | None = None
    leg: LegId | None = None
    offer: OfferId | None = None
    call: CallId | None = None
    kept_for: CallId | None = None
    """The caller whom their line lost: nobody else gets them meanwhile (P3)."""
    wrap_up: WrapUp | None = None
    idle_since: datetime
    misses: int = 0
    cools_until: datetime | None = None
    rest: Rest = field(default_factory=Rest)
    resting: bool = False
    """Not for heavy queues until a break (A3)."""
    leaving: bool = False
    engaged_at: set[NodeId] = field(default_factory=set)
    """The nodes in whose fallback their telephone is engaged."""
    id: AgentId = field(init=False)

    def __post_init__(self) -> None:
        self.id = self.profile.id  # of every profile that they will have

    @property
    def elsewhere(self) -> bool:
        """Their telephone is engaged in the dialplan's fallback."""
        return bool(self.engaged_at)

    @property
    def state(self) -> AgentState:
        """Derived, so that no two facts can disagree."""
        if self.offer is not None:
            return AgentState.OFFERED
        if self.leg is not None:
            return AgentState.TALKING
        if not self.logged_in:
            return AgentState.LOGGED_OUT
        if self.engaged_at:
            return AgentState.TALKING
        if self.wrap_up is not None:
            return AgentState.WRAP_UP
        if self.paused is not None:
            return AgentState.PAUSED
        return AgentState.READY if self.kept_for is None else AgentState.OFFERED

    def telephone(self, at: datetime, *nodes: NodeId) -> Telephone | None:
        """The first that may be rung now from one of these nodes (without any: from wherever), in
        the roster's order; of who is logged out and on call, public ones only (V1)."""
        for each in self.telephones:
            if each.usable(at, *nodes) and (self.logged_in or each.device.kind is PHONE):
                return each
        return None

    def telephone_of(self, kind: DeviceKind) -> Telephone | None:
        """The first of a kind."""
        return next((t for t in self.telephones if t.device.kind is kind), None)

    def view(self, at: datetime, *nodes: NodeId) -> AgentView:
        """As a value, seen from these nodes."""
        return AgentView(
            profile=self.profile,
            state=self.state,
            since=self.since,
            reason=self.paused or "",
            reachable=tuple((t.device.kind, t.usable(at, *nodes)) for t in self.telephones),
            call=self.call or self.kept_for,
            resting=self.resting,
            until=self.wrap_up.until if self.wrap_up is not None else self.rest.respiro_until,
        )
