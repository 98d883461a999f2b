"""Steps that bring callers to people: require, prefer, queue."""

from __future__ import annotations

from router.adapters.ivr.kinds.step import StepShape, perhaps
from router.adapters.ivr.words import Name, Preferences, Requirements
from router.core.ivr.model import Step
from router.core.ivr.steps.prefer import PreferStep
from router.core.ivr.steps.queue import QueueStep
from router.core.ivr.steps.require import RequireStep
from router.core.vocabulary import QueueName, StepName


class RequireShape(StepShape):
    """Insists on a skill."""

    require: Requirements
    next: Name

    def step(self, name: StepName) -> Step:
        return RequireStep(name=name, skills=self.require, next=StepName(self.next))


class PreferShape(StepShape):
    """Prefers agents with a skill."""

    prefer: Preferences
    next: Name

    def step(self, name: StepName) -> Step:
        return PreferStep(name=name, skills=self.prefer, next=StepName(self.next))


class QueueShape(StepShape):
    """Brings the caller to a person."""

    queue: Name
    next: Name
    on_timeout: Name | None = None

    def step(self, name: StepName) -> Step:
        return QueueStep(
            name=name,
            queue=QueueName(self.queue),
            next=StepName(self.next),
            on_timeout=perhaps(self.on_timeout),
        )
