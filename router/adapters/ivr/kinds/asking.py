"""Steps that ask for keys: menu, collect."""

from __future__ import annotations

from datetime import timedelta

from pydantic import Field

from router.adapters.ivr.expressions import Variable
from router.adapters.ivr.kinds.step import StepShape, perhaps
from router.adapters.ivr.words import Ender, Key, Name, Pause, Prompts, Truth, UpTo20, UpTo40
from router.core.ivr.model import Step
from router.core.ivr.steps.collect import CollectStep
from router.core.ivr.steps.menu import MenuStep
from router.core.vocabulary import StepName


class MenuShape(StepShape):
    """Asks for a key."""

    menu: Prompts
    keys: dict[Key, Name] = Field(min_length=1)
    repeat: Key | None = None
    repeats: UpTo20 = 3
    wait: Pause = timedelta(seconds=4)
    on_timeout: Name
    wrong: Prompts = ()
    wrong_keys: UpTo20 = 2
    on_wrong: Name
    on_failure: Name | None = None
    barge_in: Truth = True

    def step(self, name: StepName) -> Step:
        return MenuStep(
            name=name,
            prompts=self.menu,
            keys={key: StepName(to) for key, to in self.keys.items()},
            repeat=self.repeat,
            repeats=self.repeats,
            wait=self.wait,
            on_timeout=StepName(self.on_timeout),
            wrong=self.wrong,
            wrong_keys=self.wrong_keys,
            on_wrong=StepName(self.on_wrong),
            on_failure=perhaps(self.on_failure),
            barge_in=self.barge_in,
        )


class CollectShape(StepShape):
    """Asks for digits."""

    collect: Prompts
    into: Variable
    least: UpTo40 = Field(default=1, alias="min")
    most: UpTo40 = Field(alias="max")
    ends_with: Ender = "#"
    wait: Pause = timedelta(seconds=6)
    between: Pause = timedelta(seconds=4)
    tries: UpTo20 = 3
    confirm: Prompts = ()
    secret: Truth = False
    wrong: Prompts = ()
    next: Name
    on_timeout: Name
    on_wrong: Name
    barge_in: Truth = True

    def step(self, name: StepName) -> Step:
        return CollectStep(
            name=name,
            prompts=self.collect,
            into=self.into,
            least=self.least,
            most=self.most,
            ends_with=self.ends_with,
            wait=self.wait,
            between=self.between,
            tries=self.tries,
            confirm=self.confirm,
            secret=self.secret,
            wrong=self.wrong,
            next=StepName(self.next),
            on_timeout=StepName(self.on_timeout),
            on_wrong=StepName(self.on_wrong),
            barge_in=self.barge_in,
        )
