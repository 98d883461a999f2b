"""A caller and whom they are with: prompts, places, offers, conversations and legs. Data only."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from router.core.ivr.run import FlowRun
from router.core.policy import Policy
from router.core.staff import Ladder
from router.core.vocabulary import (
    AgentId,
    BridgeId,
    CallerKey,
    CallId,
    ContactName,
    Device,
    EndedBy,
    Language,
    LegId,
    LookupId,
    NodeId,
    OfferId,
    PlaybackId,
    PromptId,
    QueueName,
    RecordingId,
    SkillName,
    StepName,
)


@dataclass(slots=True, kw_only=True)
class Playing:
    """The prompt that a leg hears; `asks_again`: only once the wait for a key is over, and nobody
    has stopped it."""

    id: PlaybackId
    prompts: tuple[PromptId, ...]
    language: Language
    asks_again: bool = False


@dataclass(slots=True, kw_only=True)
class Place:
    """A caller's place in a queue. `since` is the key of the order (O1): when it was chosen.

    `overflowed`: which of the queue's overflows have come about (V1). `passed_over`: agents who did
    not take this call, and when they may be asked again. `never`: whom they must not get (A2),
    `knows`: who knows them (A1).
    """

    queue: QueueName
    since: datetime
    prefer: tuple[tuple[SkillName, int], ...]
    require: tuple[tuple[SkillName, int], ...] = ()
    at_head: bool = False
    never: tuple[AgentId, ...] = ()
    knows: tuple[AgentId, ...] = ()
    widening: int = 0
    offers_made: int = 0
    overflowed: tuple[int, ...] = ()
    passed_over: dict[AgentId, datetime] = field(default_factory=dict)


@dataclass(slots=True, kw_only=True)
class Offer:
    """One agent being rung for one call (F1). `again`: by the ladder of P3."""

    id: OfferId
    node: NodeId
    call: CallId
    agent: AgentId
    leg: LegId
    device: Device
    queue: QueueName
    made_at: datetime
    ring_for: timedelta
    again: bool = False
    rang: bool = False
    picked_up: bool = False
    whisper: PlaybackId | None = None
    carried: str = ""


@dataclass(slots=True, kw_only=True)
class Talk:
    """A conversation; the caller lives in the bridge, not in the agent's leg (P3)."""

    agent: AgentId
    leg: LegId
    bridge: BridgeId
    queue: QueueName
    since: datetime


@dataclass(slots=True, kw_only=True)
class Partner:
    """Somebody outside who is rung for a caller, and then talks to them in the `bridge`."""

    contact: ContactName
    leg: LegId
    confirm: tuple[PromptId, ...]
    asked: PlaybackId | None = None
    bridge: BridgeId | None = None
    since: datetime

    @property
    def is_there(self) -> bool:
        """Somebody, or a machine, has picked up."""
        return self.asked is not None or self.bridge is not None


@dataclass(slots=True, kw_only=True)
class Recording:
    """What a caller says as a message, or an agent for a `prompt`.

    So much `silence` ends it, and less than `shortest` is none. `lasted` is known once it is
    `over`; what is `keeping` is on its way out of Asterisk.
    """

    id: RecordingId
    node: NodeId
    call: CallId | None
    leg: LegId
    step: StepName | None = None
    shortest: timedelta = timedelta(0)
    silence: timedelta = timedelta(0)
    agent: AgentId | None = None
    prompt: tuple[Language, PromptId] | None = None
    over: bool = False
    keeping: bool = False
    lasted: timedelta | None = None


@dataclass(slots=True, kw_only=True)
class Call:
    """A caller. `policy` is the one whose flow they began; queues always follow the newest (W3).

    `wait` numbers the waits, so that a late wake-up finds its wait gone. `ended_by` is set when
    the system said goodbye and is hanging up, `vanished` when Asterisk no longer knew the leg.
    `carried` is what was written on the leg last, and is `written_again` in the next turn if it did
    not get there; `handed`: we gave the caller to the dialplan.
    """

    id: CallId
    node: NodeId
    leg: LegId
    arrived_at: datetime
    caller: CallerKey | None
    policy: Policy
    run: FlowRun
    seen_late: bool = False
    """They waited in the fallback before any engine saw them: their first place counts from their
    arrival."""
    wait: int = 0
    playing: Playing | None = None
    said: Playing | None = None
    """What was said to them last, by this life of the engine."""
    last_playback: PlaybackId | None = None
    inherited: PlaybackId | None = None
    """What an earlier life of the engine said to them last, or was about to."""
    carried: str = ""
    written_again: bool = False
    place: Place | None = None
    ladder: Ladder | None = None
    overflow_at: datetime | None = None
    """When its queue's overflows are looked at next."""
    offers: dict[OfferId, Offer] = field(default_factory=dict)
    talk: Talk | None = None
    partner: Partner | None = None
    lookup: LookupId | None = None
    asked_at: datetime | None = None
    recording: RecordingId | None = None
    recordings_made: int = 0
    ended_by: EndedBy | None = None
    hung_up_again: bool = False
    vanished: bool = False
    handed: bool = False
    legs_made: int = 0
    playbacks_made: int = 0
    bridges_made: int = 0
    offers_made: int = 0

    @property
    def waits_since(self) -> datetime:
        """By their own clock (W1); anew, for who had somebody already."""
        anew = self.place is not None and self.place.at_head
        return self.place.since if self.place is not None and anew else self.arrived_at

    def count_on(self, before: Call) -> None:
        """Back from the dialplan in the same life: no id is used twice (house.md 5)."""
        self.legs_made, self.playbacks_made = before.legs_made, before.playbacks_made
        self.bridges_made, self.offers_made = before.bridges_made, before.offers_made
        self.recordings_made = before.recordings_made


@dataclass(slots=True, kw_only=True)
class AgentLeg:
    """A leg we dialled to an agent. `closing`: we hung it up and wait for its end;
    `hung_up_again`: it did not come in time.

    `talked_on` is set once it was bridged: its end then begins the wrap-up. `lost`: nobody put the
    receiver down; `silent`: nothing came from the telephone any more, so we hung it up.
    """

    id: LegId
    node: NodeId
    call: CallId
    agent: AgentId
    offer: OfferId | None = None
    device: Device | None = None
    closing: bool = False
    hung_up_again: bool = False
    talked_on: QueueName | None = None
    lost: bool = False
    silent: bool = False


@dataclass(slots=True, kw_only=True)
class CodeLeg:
    """An agent who dialled a short code and hears the answer; then says a `prompt`, if any."""

    id: LegId
    node: NodeId
    agent: AgentId
    playback: PlaybackId
    prompt: tuple[Language, PromptId] | None = None
