"""What a flow waits for, and what it is given: it runs until one, and goes on with the other."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import get_args

from router.core.frozen import made_quickly
from router.core.ivr.values import Value
from router.core.vocabulary import ContactName, PromptId, QueueName, SkillName, StepName


@dataclass(frozen=True, slots=True, kw_only=True)
class ForPrompt:
    """Until the prompt that was just said is over (or, with `barge_in`, a digit cuts it)."""

    barge_in: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class ForDigit:
    """Until a digit is pressed, at most `within`."""

    within: timedelta


@dataclass(frozen=True, slots=True, kw_only=True)
class ForAgent:
    """Until a conversation with an agent is over, or the queue gave up.

    `unless_nobody`: the flow wants to know when nobody on shift could ever answer.
    """

    queue: QueueName
    prefer: tuple[tuple[SkillName, int], ...] = ()
    require: tuple[tuple[SkillName, int], ...] = ()
    unless_nobody: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ForPartner:
    """Until a conversation with somebody outside is over, or they could not be reached."""

    contact: ContactName
    number: str = field(repr=False)
    ring_for: timedelta
    confirm: tuple[PromptId, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ForLookup:
    """Until another system has answered. What is sent may be what the caller typed."""

    url: str
    method: str
    send: Mapping[str, Value] = field(repr=False)
    timeout: timedelta
    retries: int
    schema: str
    wanted: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ForMessage:
    """Until what the caller says is recorded: to the key `ends_with`, to so much `silence`, or to
    the `longest` that it may be. Less than `shortest` is none."""

    longest: timedelta
    shortest: timedelta
    silence: timedelta
    ends_with: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ForKeeping:
    """Until what was recorded is kept, or cannot be."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Over:
    """The goodbye was said: the one way in which the system ends a call."""


Wait = ForPrompt | ForDigit | ForAgent | ForPartner | ForLookup | ForMessage | ForKeeping | Over


@dataclass(frozen=True, slots=True)
class Digit:
    """The caller pressed a key: one of 0-9, `*`, `#`."""

    digit: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PromptOver:
    """The prompt ended; `heard` False: it could not be played, and the flow goes on as well."""

    heard: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class TimeIsUp:
    """No key came in time."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ConversationOver:
    """The agent hung up, and the caller is still there."""


@dataclass(frozen=True, slots=True, kw_only=True)
class QueueGaveUp:
    """The caller waited as long as the queue lets them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NobodyStaffed:
    """Nobody is on shift who could ever take the caller."""


@dataclass(frozen=True, slots=True, kw_only=True)
class QueueOverflowed:
    """The queue says that who has waited so long goes on elsewhere."""

    to: StepName


@dataclass(frozen=True, slots=True, kw_only=True)
class PartnerUnreached:
    """Nobody outside took the call."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LookupOver:
    """The properties that were wanted; None: there is no answer that fits."""

    values: Mapping[str, Value] | None = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageOver:
    """What the caller said `lasted` so long; None: it could not be recorded."""

    lasted: timedelta | None


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageKept:
    """What was recorded is in safe keeping, or (`kept` False) could not be kept."""

    kept: bool


Given = (
    Digit
    | PromptOver
    | TimeIsUp
    | ConversationOver
    | QueueGaveUp
    | NobodyStaffed
    | QueueOverflowed
    | PartnerUnreached
    | LookupOver
    | MessageOver
    | MessageKept
)

made_quickly(*get_args(Wait), *get_args(Given))
