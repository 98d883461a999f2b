"""Everything an admin writes, compiled: what the engine follows until the next one comes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from router.core.ivr.model import FlowBook
from router.core.ivr.steps.prefer import PreferStep
from router.core.ivr.steps.require import RequireStep
from router.core.routing.agent_rules import AgentRules
from router.core.routing.choice import AGENT_ORDER, Term
from router.core.routing.queue import Queue, Reserve
from router.core.vocabulary import SYNTHETIC, Language, PromptId, QueueName, SkillName


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

    def skills_asked(self) -> frozenset[SkillName]:
        """What an agent may have to some purpose: a queue, a reserve, a step or the hotline's own
        test calls ask for it."""
        found = {SYNTHETIC}
        for queue in self.queues.values():
            on_call = (skills for overflow in queue.overflow for skills in overflow.on_call)
            for skills in (*queue.circles, queue.never_relax, *on_call):
                found.update(skill for skill, _ in skills.levels)
            found.update(queue.prefer)
        for reserve in self.reserves:
            found.update(skill for skill, _ in reserve.skills.levels)
        for flow in self.book.flows.values():
            for step in flow.steps.values():
                if isinstance(step, PreferStep | RequireStep):
                    found.update(step.skills)
        return frozenset(found)
