"""What happened: the journal's lines, in the past tense; never a number, never a digit."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import get_args

from router.core.frozen import made_quickly
from router.core.house_records import (
    AgentStateChanged,
    AlarmCleared,
    AlarmRaised,
    DeviceStateChanged,
    NodeConnected,
    NodeLost,
    PolicyChanged,
    RosterChanged,
)
from router.core.ivr.sayings import StepEntered as StepEntered  # noqa: PLC0414 the journal has it as well
from router.core.routing.explain import KeptWaiting, Why
from router.core.shift_records import ShiftRecord, WrapUpEnded, WrapUpStarted
from router.core.vocabulary import (
    AgentId,
    CallId,
    ContactName,
    DeviceKind,
    EndedBy,
    FlowName,
    Language,
    NodeId,
    OfferId,
    OfferOutcome,
    PromptId,
    QueueName,
    RecordingId,
    StepName,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class CallStarted:
    """A caller was heard; `known_line` False: the number dialled is in no line file; `synthetic`:
    a test call, which no report counts."""

    node: NodeId
    flow: FlowName
    known_line: bool
    arrived_at: datetime
    language: Language
    policy: str
    synthetic: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Adopted:
    """A caller of an earlier life of the engine goes on where they were: at a step, in a queue
    from `place_from` on, or with an agent."""

    step: StepName
    queue: QueueName | None
    place_from: datetime | None
    agent: AgentId | None
    arrived_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Tagged:
    """The flow noted what the call is about: a word of the admin's, never what was typed."""

    tag: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CallbackRequested:
    """The caller wants to be called, and said that it is safe. `other_number`: not on the telephone
    that they called from. Numbers are kept elsewhere."""

    queue: QueueName
    arrived_at: datetime
    other_number: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class LookedUp:
    """Another system was asked; `why` is empty if its answer fits. Never what was asked or said."""

    step: StepName
    why: str
    took: timedelta


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageLeft:
    """The caller's message is kept (`hotline messages`)."""

    step: StepName
    recording: RecordingId
    lasted: timedelta


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageLost:
    """A message could not be recorded or kept; the flow went on."""

    step: StepName
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PromptRecorded:
    """An agent said a prompt, which waits to be imported; `why` if that failed."""

    agent: AgentId
    language: Language
    prompt: PromptId
    lasted: timedelta
    why: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class PartnerAnswered:
    """A person outside talks to the caller. `to_voice` from the PBX."""

    contact: ContactName
    to_voice: timedelta


@dataclass(frozen=True, slots=True, kw_only=True)
class PartnerMissed:
    """Nobody outside took the call; the flow goes on. `why`: `rang_out`, `unconfirmed` (nobody
    pressed 1), `refused` (the call could not be placed), or how the leg ended."""

    contact: ContactName
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PartnerLeft:
    """A conversation with somebody outside ended; `by` whom."""

    contact: ContactName
    by: EndedBy
    talked: timedelta


@dataclass(frozen=True, slots=True, kw_only=True)
class SurveyAnswered:
    """The caller answered a question with a figure."""

    question: str
    figure: int


@dataclass(frozen=True, slots=True, kw_only=True)
class PromptMissing:
    """A prompt could not be played; the call went on without it."""

    prompts: tuple[PromptId, ...]
    language: Language


@dataclass(frozen=True, slots=True, kw_only=True)
class Queued:
    """The call took its place in a queue. `again`: it came back after a lost agent."""

    queue: QueueName
    order_class: int
    place_from: datetime
    again: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Widened:
    """More agents are eligible; `skipped`: the step before had nobody logged in for it."""

    queue: QueueName
    step: int
    also: str
    skipped: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Overflowed:
    """Something is done about a wait (V1): `action` is `alarm`, `widen`, `on_call`, `partner` or
    `step`, `into` what is meant by it, `because` the conditions that held. A place that ends by it
    counts as timed out there."""

    queue: QueueName
    action: str
    into: str
    because: str
    waited: timedelta


@dataclass(frozen=True, slots=True, kw_only=True)
class OfferMade:
    """An agent's telephone is being rung."""

    offer: OfferId
    agent: AgentId
    device: DeviceKind
    queue: QueueName
    why: Why


@dataclass(frozen=True, slots=True, kw_only=True)
class OfferRang:
    """180: the telephone rings."""

    offer: OfferId
    agent: AgentId


@dataclass(frozen=True, slots=True, kw_only=True)
class OfferPickedUp:
    """A public-network leg was picked up; a person has yet to press 1 (F2)."""

    offer: OfferId
    agent: AgentId


@dataclass(frozen=True, slots=True, kw_only=True)
class OfferEnded:
    """How the offer ended (F5), after how long."""

    offer: OfferId
    agent: AgentId
    outcome: OfferOutcome
    after: timedelta
    cause: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Answered:
    """A person talks to the caller. `waited` in the queue, `to_voice` from the PBX (M2)."""

    offer: OfferId
    agent: AgentId
    queue: QueueName
    waited: timedelta
    to_voice: timedelta


@dataclass(frozen=True, slots=True, kw_only=True)
class Abandoned:
    """The caller hung up while in a queue; `offered`: an agent was ringing."""

    queue: QueueName
    waited: timedelta
    offered: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class TimedOut:
    """The caller left the queue without an agent, and the flow went on: after the queue's own
    `time`, by a `key` that they pressed, because `nobody` was on shift for it, by an `overflow` to
    another step, or because somebody outside (`partner`) talks to them."""

    queue: QueueName
    waited: timedelta
    why: str = "time"


@dataclass(frozen=True, slots=True, kw_only=True)
class HandedToFallback:
    """The dialplan has the caller; `queue` None: the call was not in one."""

    queue: QueueName | None
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AgentLost:
    """The agent's connection broke; the caller was kept (P3)."""

    agent: AgentId
    cause: int
    talked: timedelta


@dataclass(frozen=True, slots=True, kw_only=True)
class LadderLeft:
    """The agent whose line broke is not rung any more: the caller is at the head of their class.
    `why`: `declined`, `machine`, `not_reached`, or `away` (logged out, or a break)."""

    agent: AgentId
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Ended:
    """A conversation ended."""

    agent: AgentId
    by: EndedBy
    talked: timedelta


@dataclass(frozen=True, slots=True, kw_only=True)
class CallFinished:
    """The caller's leg is gone: the last line of every call that was not handed over."""

    by: EndedBy
    at_step: StepName
    lasted: timedelta


@dataclass(frozen=True, slots=True, kw_only=True)
class CommandRefused:
    """Asterisk did not carry out a command; the call went on."""

    command: str
    why: str
    detail: str


Record = (
    CallStarted
    | Adopted
    | StepEntered
    | Tagged
    | CallbackRequested
    | LookedUp
    | MessageLeft
    | MessageLost
    | PromptRecorded
    | PartnerAnswered
    | PartnerMissed
    | PartnerLeft
    | SurveyAnswered
    | PromptMissing
    | Queued
    | Widened
    | KeptWaiting
    | Overflowed
    | OfferMade
    | OfferRang
    | OfferPickedUp
    | OfferEnded
    | Answered
    | Abandoned
    | TimedOut
    | HandedToFallback
    | AgentLost
    | LadderLeft
    | Ended
    | CallFinished
    | CommandRefused
    | WrapUpStarted
    | WrapUpEnded
    | AgentStateChanged
    | DeviceStateChanged
    | RosterChanged
    | PolicyChanged
    | NodeConnected
    | NodeLost
    | AlarmRaised
    | AlarmCleared
    | ShiftRecord
)


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of the journal: (`call`, `epoch`, `seq`) is its key (house.md 11).

    `call` None: about the house, not a call; `seq` then counts over the engine's life.
    """

    call: CallId | None
    epoch: int
    seq: int
    at: datetime
    record: Record


made_quickly(*get_args(Record), Entry)
