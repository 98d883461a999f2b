"""The books of a stretch of time: no caller and no offer may be missing from them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from router.core.vocabulary import AgentId, CallId, OfferOutcome, QueueName, RecordingId, StepName


@dataclass(frozen=True, slots=True, kw_only=True)
class QueueLedger:
    """What became of the places taken in a queue; a lost agent's caller takes one again.

    `left_behind`: an earlier life of the engine knew the caller last. `unaccounted` and `stray`
    are defects: a place without an end, and an end without a place.
    """

    queue: QueueName
    queued: int
    answered: int
    abandoned: int
    timed_out: int
    handed_to_fallback: int
    waiting: int
    left_behind: int
    unaccounted: int
    stray: int

    @property
    def balanced(self) -> bool:
        """Whether each place has one end, or is still taken."""
        ends = self.answered + self.abandoned + self.timed_out + self.handed_to_fallback
        return (
            self.queued == ends + self.waiting + self.left_behind
            and self.unaccounted == self.stray == 0
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Ledger:
    """All queues' books and how the offers ended."""

    queues: tuple[QueueLedger, ...]
    offers_made: int
    offers: Mapping[OfferOutcome, int]
    offers_open: int

    @property
    def balanced(self) -> bool:
        """Whether the books of calls and of offers close."""
        ended = sum(self.offers.values()) + self.offers_open
        return self.offers_made == ended and all(each.balanced for each in self.queues)


@dataclass(frozen=True, slots=True, kw_only=True)
class Latency:
    """One measure's figures."""

    measure: str
    count: int
    mean: timedelta
    p50: timedelta
    p90: timedelta
    p99: timedelta
    max: timedelta


@dataclass(frozen=True, slots=True, kw_only=True)
class CallSummary:
    """One line of `hotline calls`.

    `outcome`: `answered`, `abandoned`, `timed_out`, `handed_to_fallback`, `waiting`, or without a
    queue `left` (hung up in the menu) and `open`. `lasted` None: not over, as far as is known.
    """

    call: CallId
    began_at: datetime
    queue: QueueName | None
    agent: AgentId | None
    outcome: str
    offers: int
    to_voice: timedelta | None
    lasted: timedelta | None


@dataclass(frozen=True, slots=True, kw_only=True)
class LostCall:
    """A caller who was lost with the line or with Asterisk; what a person needs to decide whether
    to call back.

    `lost` False: nobody saw the end. `last_at`: the last that is known of the call, and after it
    the same telephone may have `called_again_at`. `agent`: who talked to them last.
    """

    call: CallId
    arrived_at: datetime
    last_at: datetime
    lost: bool
    queue: str | None
    agent: str | None
    answered: bool
    called_again_at: datetime | None
    tries: int
    reached: bool
    number_kept: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Callback:
    """A caller who wants to be called, and said that it is safe.

    `number_kept`: it can still be called; numbers are deleted after a day. At most two tries.
    """

    call: CallId
    asked_at: datetime
    queue: QueueName
    arrived_at: datetime
    other_number: bool
    tries: int
    reached: bool
    number_kept: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """What a caller said at a step `message`. Once it is `done` nobody can hear it any more."""

    recording: RecordingId
    call: CallId
    step: StepName
    kept_at: datetime
    lasted: timedelta
    done: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class NeverPair:
    """An agent who is kept apart from the caller of `call` (A2).

    `caller_known` False: nothing is kept any more of who called, so that nobody can be kept apart.
    """

    pair: int
    agent: AgentId
    call: CallId
    at: datetime
    by_whom: str
    reason: str
    lifted_at: datetime | None
    lifted_by: str | None
    caller_known: bool
