"""Everything an admin writes, compiled: what the engine follows until the next one comes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from router.core.ivr.model import FlowBook
from router.core.routing.agent_rules import AgentRules
from router.core.routing.choice import AGENT_ORDER, Term
from router.core.routing.queue import Queue, Reserve
from router.core.vocabulary import Language, PromptId, QueueName


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """`first_resort` takes every caller whose flow cannot go on; `lost` is said to a caller whose
    agent's connection broke."""

    version: str
    book: FlowBook
    queues: Mapping[QueueName, Queue]
    reserves: tuple[Reserve, ...]
    first_resort: QueueName
    lost: PromptId
    agent_language: Language
    agent_prompts: Mapping[str, PromptId]
    """Spoken to an agent who dialled a short code: `login`, `logout`, `pause`, `resume`, `ready`,
    `refused`."""
    prompts: tuple[tuple[Language, PromptId], ...] = ()
    """All that callers and agents hear: who records the first by telephone dials `*501`."""
    agent_order: tuple[Term, ...] = AGENT_ORDER
    """Which term decides first between two agents (A1)."""
    rules: AgentRules = field(default_factory=AgentRules)
