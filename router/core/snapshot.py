"""The floor at one instant, as values: what the console, `status` and `why` look at."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from router.core.routing.agent import AgentProfile
from router.core.vocabulary import (
    AgentId,
    AgentState,
    CallId,
    DeviceKind,
    NodeId,
    OfferId,
    QueueName,
    StepName,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class AgentView:
    """One agent; `reachable` per telephone in the roster's order. `resting`: no heavy calls (A3);
    `until`: when their wrap-up or their respiro ends by itself."""

    profile: AgentProfile
    state: AgentState
    since: datetime
    reason: str
    reachable: tuple[tuple[DeviceKind, bool], ...]
    call: CallId | None
    resting: bool = False
    until: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class OfferView:
    """A telephone that rings now."""

    offer: OfferId
    agent: AgentId
    device: DeviceKind
    since: datetime
    picked_up: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class CallView:
    """One caller; `stage` is `menu`, `queued`, `offered`, `talking` or `after`."""

    call: CallId
    stage: str
    step: StepName
    arrived_at: datetime
    queue: QueueName | None
    queued_at: datetime | None
    widening: int
    offers: tuple[OfferView, ...]
    agent: AgentId | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Alarm:
    """An alarm that stands."""

    name: str
    text: str
    since: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Snapshot:
    """`ignored` counts late, doubled and unknown events by kind (house.md 7)."""

    at: datetime
    epoch: int
    policy: str
    nodes: Mapping[NodeId, bool]
    agents: tuple[AgentView, ...]
    calls: tuple[CallView, ...]
    alarms: tuple[Alarm, ...]
    ignored: Mapping[str, int]
