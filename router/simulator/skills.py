"""Which skills a policy asks for anywhere: in queues, reserves and flows."""

from __future__ import annotations

from router.core.ivr.steps.prefer import PreferStep
from router.core.ivr.steps.require import RequireStep
from router.core.policy import Policy
from router.core.vocabulary import SkillName


def asked_for(policy: Policy) -> frozenset[SkillName]:
    """What an agent may have to some purpose."""
    found: set[SkillName] = set()
    for queue in policy.queues.values():
        sets = (queue.require, queue.never_relax, *(step.also for step in queue.widen))
        found.update(skill for each in sets for skill, _ in each.levels)
        found.update(queue.prefer)
    for reserve in policy.reserves:
        found.update(skill for skill, _ in reserve.skills.levels)
    for flow in policy.book.flows.values():
        for step in flow.steps.values():
            if isinstance(step, PreferStep | RequireStep):
                found.update(step.skills)
    return frozenset(found)
