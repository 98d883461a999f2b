"""Which agent a caller talked to last (A1), and who is kept apart from whom (A2): by keyed hash."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from router.core.routing.agent_rules import Sticky
from router.core.vocabulary import AgentId, CallerKey, QueueName

KNOWN_AT_MOST = 50_000
"""Callers of whom is known whom they talked to; two months of the hotline."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Met:
    """A caller and an agent talked, `at` the latest."""

    agent: AgentId
    at: datetime


@dataclass(slots=True, kw_only=True)
class Pairs:
    """`known` has whoever met last at its end."""

    known: dict[CallerKey, Met] = field(default_factory=dict)
    apart: Mapping[CallerKey, tuple[AgentId, ...]] = field(default_factory=dict)

    def meet(self, caller: CallerKey | None, agent: AgentId, at: datetime) -> None:
        """They talk. A caller who withholds the number is known to nobody."""
        if caller is None:
            return
        self.known.pop(caller, None)
        self.known[caller] = Met(agent=agent, at=at)
        if len(self.known) > KNOWN_AT_MOST:
            del self.known[next(iter(self.known))]

    def learn(self, known: Mapping[CallerKey, Met]) -> None:
        """What an earlier life of the engine had seen; what this one saw since is newer."""
        met = sorted({**known, **self.known}.items(), key=lambda each: (each[1].at, each[0]))
        self.known = dict(met[-KNOWN_AT_MOST:])

    def whom(
        self, caller: CallerKey | None, queue: QueueName, sticky: Sticky | None, at: datetime
    ) -> tuple[AgentId, ...]:
        """The agent whom this caller knows, as far as the house wants it to count here."""
        met = self.known.get(caller) if caller is not None else None
        if met is None or sticky is None or not sticky.holds_in(queue):
            return ()
        return (met.agent,) if at - met.at <= sticky.window else ()

    def never(self, caller: CallerKey | None) -> tuple[AgentId, ...]:
        """Whom this caller must not get, nor be got by."""
        return self.apart.get(caller, ()) if caller is not None else ()
