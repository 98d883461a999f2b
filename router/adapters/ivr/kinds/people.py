"""Steps that bring callers to people: require, prefer, queue, dial, callback, survey."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated

from pydantic import Field, PlainValidator

from router.adapters.ivr.expressions import Variable
from router.adapters.ivr.kinds.step import StepShape, perhaps
from router.adapters.ivr.words import (
    Key,
    Misread,
    Name,
    Pause,
    Positive,
    Preferences,
    Prompts,
    Requirements,
    Scale,
    UpTo20,
    read_name,
    read_names,
    read_prompts,
)
from router.core.ivr.model import Step
from router.core.ivr.steps.callback import CallbackStep
from router.core.ivr.steps.dial import DialStep
from router.core.ivr.steps.prefer import PreferStep
from router.core.ivr.steps.queue import Aside, QueueStep
from router.core.ivr.steps.require import RequireStep
from router.core.ivr.steps.survey import SurveyStep
from router.core.vocabulary import ContactName, QueueName, StepName


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


def read_waiting_key(value: object) -> str | Aside:
    """`crisis` gives up the place; `{play: aviso, tag: sin_grabacion}` keeps it."""
    expected = "the name of a step, or {play: ...} or {tag: ...} to keep the place"
    if not isinstance(value, dict):
        return read_name(value)
    if not value or set(value) - {"play", "tag"}:
        raise Misread(expected)
    return Aside(
        prompts=read_prompts(value["play"]) if "play" in value else (),
        tags=read_names(value["tag"]) if "tag" in value else (),
    )


WaitingKey = Annotated[str | Aside, PlainValidator(read_waiting_key)]


class QueueShape(StepShape):
    """Brings the caller to a person."""

    queue: Name
    keys: dict[Key, WaitingKey] = Field(default_factory=dict)
    next: Name
    on_timeout: Name | None = None
    on_nobody_staffed: Name | None = None

    def step(self, name: StepName) -> Step:
        return QueueStep(
            name=name,
            queue=QueueName(self.queue),
            keys={k: StepName(to) for k, to in self.keys.items() if isinstance(to, str)},
            asides={k: aside for k, aside in self.keys.items() if isinstance(aside, Aside)},
            next=StepName(self.next),
            on_timeout=perhaps(self.on_timeout),
            on_nobody_staffed=perhaps(self.on_nobody_staffed),
        )


class DialShape(StepShape):
    """Brings the caller to somebody outside."""

    dial: Name
    confirm: Prompts = ()
    ring: Positive = timedelta(seconds=30)
    next: Name
    on_unreached: Name

    def step(self, name: StepName) -> Step:
        return DialStep(
            name=name,
            contact=ContactName(self.dial),
            confirm=self.confirm,
            ring=self.ring,
            next=StepName(self.next),
            on_unreached=StepName(self.on_unreached),
        )


class CallbackShape(StepShape):
    """Offers to call back."""

    callback: Prompts
    queue: Name
    ask_number: Prompts
    confirm: Prompts
    safe: Prompts
    least: UpTo20 = Field(default=10, alias="min")
    most: UpTo20 = Field(default=10, alias="max")
    wait: Pause = timedelta(seconds=6)
    tries: UpTo20 = 3
    wrong: Prompts = ()
    next: Name
    on_unsafe: Name
    on_timeout: Name

    def step(self, name: StepName) -> Step:
        return CallbackStep(
            name=name,
            prompts=self.callback,
            queue=QueueName(self.queue),
            ask_number=self.ask_number,
            confirm=self.confirm,
            safe=self.safe,
            least=self.least,
            most=self.most,
            wait=self.wait,
            tries=self.tries,
            wrong=self.wrong,
            next=StepName(self.next),
            on_unsafe=StepName(self.on_unsafe),
            on_timeout=StepName(self.on_timeout),
        )


class SurveyShape(StepShape):
    """Asks how it was."""

    survey: Prompts
    question: Name
    scale: Scale = 5
    wait: Pause = timedelta(seconds=5)
    wrong: Prompts = ()
    into: Variable | None = None
    next: Name

    def step(self, name: StepName) -> Step:
        return SurveyStep(
            name=name,
            prompts=self.survey,
            question=self.question,
            scale=self.scale,
            wait=self.wait,
            wrong=self.wrong,
            into=self.into,
            next=StepName(self.next),
        )
