"""Typed wake-ups: what is due when, with the earliest first; `next` is the one timer.

`about` names what has to be there for a wake-up to count: once that is over, `forget` spares the
engine a turn for nothing. Whoever handles one looks whether it still counts all the same.
"""

from __future__ import annotations

import heapq
from dataclasses import dataclass
from datetime import datetime

from router.core.vocabulary import (
    AgentId,
    CallId,
    LegId,
    LookupId,
    NodeId,
    OfferId,
    PlaybackId,
    RecordingId,
)

THE_LOOK = "look"
"""There is one at a time."""


@dataclass(frozen=True, slots=True)
class Due:
    """`about` empty: it is never forgotten."""

    @property
    def about(self) -> str:
        return ""


@dataclass(frozen=True, slots=True)
class DueToWait(Due):
    """Counts while the caller is in this wait."""

    call: CallId
    wait: int

    @property
    def about(self) -> str:
        return self.call


@dataclass(frozen=True, slots=True)
class DueToOffer(Due):
    """Counts while the offer stands."""

    offer: OfferId

    @property
    def about(self) -> str:
        return self.offer


@dataclass(frozen=True, slots=True)
class DigitDue(DueToWait):
    """The caller had their time to press a key; `wait` tells this wait from later ones."""


@dataclass(frozen=True, slots=True)
class PromptOverdue(Due):
    """A prompt that never reported its end must not leave the caller in silence."""

    call: CallId
    playback: PlaybackId

    @property
    def about(self) -> str:
        return self.playback


@dataclass(frozen=True, slots=True)
class MessageDue(DueToWait):
    """A caller in a queue is spoken to; `wait` tells this place from later ones."""


@dataclass(frozen=True, slots=True)
class QueueGivesUp(DueToWait):
    """The queue's own time-out."""


@dataclass(frozen=True, slots=True)
class StaffDue(DueToWait):
    """Is anybody still on shift who could answer this caller?"""


@dataclass(frozen=True, slots=True)
class LookAgain(Due):
    """A circle widens, or something that excluded an agent has run out: match again."""

    @property
    def about(self) -> str:
        return THE_LOOK


@dataclass(frozen=True, slots=True, kw_only=True)
class MusicDue(Due):
    """Music that Asterisk refused is tried again."""

    call: CallId


@dataclass(frozen=True, slots=True)
class RingingDue(DueToOffer):
    """An agent's telephone should have rung by now."""


@dataclass(frozen=True, slots=True)
class RingsOut(DueToOffer):
    """An agent's telephone has rung long enough."""


@dataclass(frozen=True, slots=True)
class ConfirmationDue(DueToOffer):
    """Whoever picked up should have pressed 1 by now."""


@dataclass(frozen=True, slots=True)
class OverflowDue(Due):
    """A caller may have waited long enough for something else; `at` tells it from others."""

    call: CallId
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class LadderDue(Due):
    """An agent whose line broke has been rung long enough, or may be rung again."""

    call: CallId


@dataclass(frozen=True, slots=True, kw_only=True)
class LookupOverdue(Due):
    """Another system should have answered by now, or been given up."""

    lookup: LookupId


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordingOverdue(Due):
    """A recording should have ended by now, or (`keeping`) be kept."""

    recording: RecordingId
    keeping: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class PartnerDue(Due):
    """Somebody outside should have picked up, or pressed 1, by now; `asked` tells which."""

    leg: LegId
    asked: bool


@dataclass(frozen=True, slots=True)
class WrapUpOver(Due):
    """A wrap-up with a length ends; `since` tells it from later ones."""

    agent: AgentId
    since: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class RespiroOver(Due):
    """A break after a hard call ends; `until` tells it from later ones."""

    agent: AgentId
    until: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class SkillDue(Due):
    """A skill of the agent begins to count, or has ended (S1)."""

    agent: AgentId


@dataclass(frozen=True, slots=True, kw_only=True)
class DeskDue(Due):
    """A desk phone that could not be made known to Asterisk is tried again."""

    agent: AgentId
    node: NodeId
    tries: int


@dataclass(frozen=True, slots=True)
class LegOverdue(Due):
    """A leg that was hung up should have ended by now."""

    leg: LegId

    @property
    def about(self) -> str:
        return self.leg


@dataclass(frozen=True, slots=True, kw_only=True)
class NodeGivenUp(Due):
    """A node has been away for long."""

    node: NodeId

    @property
    def about(self) -> str:
        return f"node/{self.node}"


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
    | DeskDue
    | LegOverdue
    | NodeGivenUp
)


class _Wake:
    """A place in the heap; empty once it is forgotten."""

    __slots__ = ("deadline",)

    def __init__(self, deadline: Deadline) -> None:
        self.deadline: Deadline | None = deadline


class Deadlines:
    """A heap of wake-ups."""

    def __init__(self) -> None:
        self._heap: list[tuple[datetime, int, _Wake]] = []
        self._about: dict[str, list[_Wake]] = {}
        self._count = 0

    def add(self, at: datetime, deadline: Deadline) -> None:
        """Wake up for it; equal instants keep the order in which they were added."""
        self._count += 1
        wake = _Wake(deadline)
        heapq.heappush(self._heap, (at, self._count, wake))
        if about := deadline.about:
            self._about.setdefault(about, []).append(wake)

    def forget(self, about: str) -> None:
        """What it was for is over."""
        if about in self._about:
            for wake in self._about.pop(about):
                wake.deadline = None
            self._tidy()

    def _tidy(self) -> None:
        """The first of the heap is never an empty one."""
        heap = self._heap
        while heap and heap[0][2].deadline is None:
            heapq.heappop(heap)

    @property
    def next(self) -> datetime | None:
        """When the timer shall fire."""
        return self._heap[0][0] if self._heap else None

    def pop_due(self, now: datetime) -> Deadline | None:
        """The earliest that is due, one at a time (house.md 4)."""
        heap = self._heap
        if not heap or heap[0][0] > now:
            return None
        wake = heapq.heappop(heap)[2]
        self._tidy()
        deadline = wake.deadline
        if deadline is not None and (about := deadline.about):
            alike = self._about[about]
            alike.remove(wake)
            if not alike:
                del self._about[about]
        return deadline

    def __len__(self) -> int:
        return sum(wake.deadline is not None for _, _, wake in self._heap)
