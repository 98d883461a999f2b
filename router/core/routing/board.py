"""What the floor keeps for its exchange: who has to be told to it, and what it was told last."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field
from heapq import heappop, heappush

from router.core.routing.demand import Instant
from router.core.routing.exchange import Exchange
from router.core.routing.lines import Line
from router.core.routing.skills import SkillSet
from router.core.vocabulary import AgentId, CallId, NodeId, QueueName, SkillName

Added = tuple[tuple[SkillName, int], ...]
USUAL = 5 * 60 * 1_000_000
"""How long an agent is taken to be busy with a call before the first has shown it: 5 min."""
FORGETS = 1 / 50
"""How much the latest call counts in the average."""


@dataclass(slots=True)
class Board:
    """`everything`: the exchange is to be compared with the whole floor; else with whom is named.

    `looks_again`: agents who may become free by themselves, and when. `busy_for`: how long a call
    of a queue keeps an agent, from ringing to the end of the wrap-up, on average.
    """

    exchange: Exchange = field(default_factory=Exchange)
    follows: object = None
    """The policy that the exchange was made for."""
    everything: bool = True
    agents: set[AgentId] = field(default_factory=set)
    calls: set[CallId] = field(default_factory=set)
    on_call: set[CallId] = field(default_factory=set)
    """Callers who wait for those on call as well (V1)."""
    lines: dict[tuple[QueueName, Added, Added, tuple[SkillSet, ...]], Line] = field(
        default_factory=dict
    )
    places: dict[CallId, object] = field(default_factory=dict)
    profiles: dict[AgentId, object] = field(default_factory=dict)
    looks_again: list[tuple[Instant, AgentId]] = field(default_factory=list)
    reserves: tuple[int, ...] = ()
    """The figures in force, in the order of the policy."""
    reserves_hold: tuple[Instant, Instant] = (0, 0)
    """From when they were read until when they are to be read again."""
    looked_at: Instant = 0
    """The latest look; what runs out by itself counts from the next one on."""
    told: tuple[Collection[AgentId], Collection[CallId]] = ((), ())
    """Whom the exchange was told of in the latest look."""
    staffed: tuple[int, int] = (-1, -1)
    """The kinds of agents who were logged in at the latest look, and the size of the roster."""
    once_staffed: set[QueueName] = field(default_factory=set)
    """Queues for which somebody was logged in during this life."""
    unreached: dict[NodeId, frozenset[AgentId]] = field(default_factory=dict)
    """Who cannot be rung from a node, where there are several."""
    rung_at: dict[AgentId, tuple[Instant, QueueName]] = field(default_factory=dict)
    busy_for: dict[QueueName, float] = field(default_factory=dict)

    def begin(self, policy: object, exchange: Exchange) -> None:
        """Another policy: the floor is told anew."""
        self.exchange, self.follows, self.everything = exchange, policy, True
        self.on_call.clear()
        self.lines.clear()
        self.places.clear()
        self.profiles.clear()
        self.looks_again.clear()
        self.reserves, self.reserves_hold, self.staffed = (), (0, 0), (-1, -1)

    def look_again(self, agent: AgentId, at: Instant) -> None:
        """The agent may be free by then."""
        heappush(self.looks_again, (at, agent))

    def take_due(self, at: Instant) -> None:
        """Name whose time has come."""
        while self.looks_again and self.looks_again[0][0] <= at:
            self.agents.add(heappop(self.looks_again)[1])

    def next_dues(self) -> list[Instant]:
        """When something changes by itself: of callers, of agents."""
        dues = [self.looks_again[0][0]] if self.looks_again else []
        if (due := self.exchange.next_due) is not None:
            dues.append(due)
        return dues

    def rings(self, agent: AgentId, queue: QueueName, at: Instant) -> None:
        """An agent has a call of the queue."""
        self.rung_at[agent] = (at, queue)

    def is_free(self, agent: AgentId, handled_until: Instant) -> None:
        """And is done with it; an offer that came to nothing does not count."""
        began = self.rung_at.pop(agent, None)
        if began is None or handled_until <= began[0]:
            return
        took, queue = handled_until - began[0], began[1]
        before = self.busy_for.get(queue, took)
        self.busy_for[queue] = before + FORGETS * (took - before)
