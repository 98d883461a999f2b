"""What a house decides about its agents: whom callers know, when they rest, how long they write."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta

from router.core.vocabulary import QueueName


@dataclass(frozen=True, slots=True, kw_only=True)
class Sticky:
    """A caller gets whom they talked to last (A1), if that was at most `window` ago and the agent
    is free. `queues` None: in every queue."""

    window: timedelta
    queues: frozenset[QueueName] | None = None

    def holds_in(self, queue: QueueName) -> bool:
        """Whether this queue's callers are given whom they know."""
        return self.queues is None or queue in self.queues


@dataclass(frozen=True, slots=True, kw_only=True)
class HeavyLimits:
    """Without a break of `rest`, nobody has more heavy calls in a row, nor talks longer in them."""

    max_in_a_row: int
    max_talk: timedelta
    rest: timedelta


@dataclass(frozen=True, slots=True, kw_only=True)
class WrapUpCap:
    """An agent lengthens a wrap-up by `extend_by`, until it lasts `at_most` (P1)."""

    extend_by: timedelta = timedelta(minutes=5)
    at_most: timedelta = timedelta(minutes=20)


@dataclass(frozen=True, slots=True, kw_only=True)
class AgentRules:
    """None: the house has no such rule. `respiro`: the break that nobody refuses (A3)."""

    sticky: Sticky | None = None
    heavy: HeavyLimits | None = None
    respiro: timedelta = timedelta(minutes=20)
    wrap_up: WrapUpCap = field(default_factory=WrapUpCap)
