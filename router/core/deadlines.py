"""Typed wake-ups: what is due when, with the earliest first; `next` is the one timer."""

from __future__ import annotations

import heapq
from dataclasses import dataclass
from datetime import datetime

from router.core.vocabulary import (
    AgentId,
    CallId,
    LegId,
    LookupId,
    OfferId,
    PlaybackId,
    RecordingId,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class DigitDue:
    """The caller had their time to press a key; `wait` tells this wait from later ones."""

    call: CallId
    wait: int


@dataclass(frozen=True, slots=True, kw_only=True)
class PromptOverdue:
    """A prompt that never reported its end must not leave the caller in silence."""

    call: CallId
    playback: PlaybackId


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageDue:
    """A caller in a queue is spoken to; `wait` tells this place from later ones."""

    call: CallId
    wait: int


@dataclass(frozen=True, slots=True, kw_only=True)
class QueueGivesUp:
    """The queue's own time-out."""

    call: CallId
    wait: int


@dataclass(frozen=True, slots=True, kw_only=True)
class StaffDue:
    """Is anybody still on shift who could answer this caller?"""

    call: CallId
    wait: int


@dataclass(frozen=True, slots=True, kw_only=True)
class LookAgain:
    """A circle widens, or something that excluded an agent has run out: match again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MusicDue:
    """Music that Asterisk refused is tried again."""

    call: CallId


@dataclass(frozen=True, slots=True, kw_only=True)
class RingingDue:
    """An agent's telephone should have rung by now."""

    offer: OfferId


@dataclass(frozen=True, slots=True, kw_only=True)
class RingsOut:
    """An agent's telephone has rung long enough."""

    offer: OfferId


@dataclass(frozen=True, slots=True, kw_only=True)
class ConfirmationDue:
    """Whoever picked up should have pressed 1 by now."""

    offer: OfferId


@dataclass(frozen=True, slots=True, kw_only=True)
class OverflowDue:
    """A caller may have waited long enough for something else; `at` tells it from others."""

    call: CallId
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class LadderDue:
    """An agent whose line broke has been rung long enough, or may be rung again."""

    call: CallId


@dataclass(frozen=True, slots=True, kw_only=True)
class LookupOverdue:
    """Another system should have answered by now, or been given up."""

    lookup: LookupId


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordingOverdue:
    """A recording should have ended by now, or (`keeping`) be kept."""

    recording: RecordingId
    keeping: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class PartnerDue:
    """Somebody outside should have picked up, or pressed 1, by now; `asked` tells which."""

    leg: LegId
    asked: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class WrapUpOver:
    """A wrap-up with a length ends; `since` tells it from later ones."""

    agent: AgentId
    since: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class RespiroOver:
    """A break after a hard call ends; `until` tells it from later ones."""

    agent: AgentId
    until: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class SkillDue:
    """A skill of the agent begins to count, or has ended (S1)."""

    agent: AgentId


@dataclass(frozen=True, slots=True, kw_only=True)
class LegOverdue:
    """A leg that was hung up should have ended by now."""

    leg: LegId


Deadline = (
    DigitDue
    | PromptOverdue
    | MessageDue
    | QueueGivesUp
    | StaffDue
    | LookAgain
    | MusicDue
    | RingingDue
    | RingsOut
    | ConfirmationDue
    | OverflowDue
    | LadderDue
    | LookupOverdue
    | RecordingOverdue
    | PartnerDue
    | WrapUpOver
    | RespiroOver
    | SkillDue
    | LegOverdue
)


class Deadlines:
    """A heap of wake-ups; none is cancelled: whoever handles one looks whether it still counts."""

    def __init__(self) -> None:
        self._heap: list[tuple[datetime, int, Deadline]] = []
        self._count = 0

    def add(self, at: datetime, deadline: Deadline) -> None:
        """Wake up for it; equal instants keep the order in which they were added."""
        self._count += 1
        heapq.heappush(self._heap, (at, self._count, deadline))

    @property
    def next(self) -> datetime | None:
        """When the timer shall fire."""
        return self._heap[0][0] if self._heap else None

    def pop_due(self, now: datetime) -> Deadline | None:
        """The earliest that is due, one at a time (house.md 4)."""
        if self._heap and self._heap[0][0] <= now:
            return heapq.heappop(self._heap)[2]
        return None

    def __len__(self) -> int:
        return len(self._heap)
