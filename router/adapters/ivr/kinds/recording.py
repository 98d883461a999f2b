"""Steps that record: message."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated

from pydantic import PlainValidator

from router.adapters.ivr.kinds.step import StepShape, perhaps
from router.adapters.ivr.words import (
    Ender,
    Name,
    Pause,
    Prompts,
    UpTo20,
    duration_between,
)
from router.core.ivr.model import Step
from router.core.ivr.steps.message import MessageStep
from router.core.vocabulary import StepName


def read_longest(value: object) -> timedelta:
    """How much a caller may say."""
    return duration_between(value, "5s", "10min")


Longest = Annotated[timedelta, PlainValidator(read_longest)]


class MessageShape(StepShape):
    """Records what a caller says."""

    message: Prompts
    longest: Longest = timedelta(minutes=2)
    shortest: Pause = timedelta(seconds=2)
    silence: Pause = timedelta(seconds=5)
    ends_with: Ender = "#"
    confirm: Prompts = ()
    wait: Pause = timedelta(seconds=5)
    wrong: Prompts = ()
    tries: UpTo20 = 2
    next: Name
    on_timeout: Name
    on_failure: Name | None = None

    def step(self, name: StepName) -> Step:
        return MessageStep(
            name=name,
            prompts=self.message,
            longest=self.longest,
            shortest=self.shortest,
            silence=self.silence,
            ends_with=self.ends_with,
            confirm=self.confirm,
            wait=self.wait,
            wrong=self.wrong,
            tries=self.tries,
            next=StepName(self.next),
            on_timeout=StepName(self.on_timeout),
            on_failure=perhaps(self.on_failure),
        )
