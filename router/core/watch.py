"""A second set of books, kept from the records alone: what the first one is held against."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from router.core.records import Entry
from router.core.vocabulary import AgentId, CallId, OfferId, QueueName


@dataclass(slots=True, kw_only=True)
class Watch:
    """Of calls on the floor: their `stories`, and who waits where (`places`), as the records have
    it; of agents: the offer that is open, and the call they talk in.

    `denied`: calls of the first class who last left a queue without a person, though not by a key.
    """

    stories: dict[CallId, list[Entry]] = field(default_factory=dict)
    places: dict[CallId, QueueName] = field(default_factory=dict)
    denied: set[CallId] = field(default_factory=set)
    offers: dict[AgentId, OfferId] = field(default_factory=dict)
    talks: dict[AgentId, CallId] = field(default_factory=dict)
    turns: int = 0
    agents: Iterator[AgentId] = field(default_factory=lambda: iter(()))
    """Who is to be compared with the exchange next."""
    calls: Iterator[CallId] = field(default_factory=lambda: iter(()))
