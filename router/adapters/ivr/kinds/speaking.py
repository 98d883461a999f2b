"""Steps that say something: play, say, goodbye, language."""

from __future__ import annotations

from pydantic import Field

from router.adapters.ivr.expressions import SourceWord
from router.adapters.ivr.kinds.step import StepShape, perhaps
from router.adapters.ivr.words import FormWord, GenderWord, LanguageWord, Name, Prompts, Truth
from router.core.ivr.model import Step
from router.core.ivr.steps.goodbye import GoodbyeStep
from router.core.ivr.steps.language import LanguageStep
from router.core.ivr.steps.play import PlayStep
from router.core.ivr.steps.say import SayStep
from router.core.vocabulary import StepName


class PlayShape(StepShape):
    """Says something and goes on."""

    play: Prompts
    next: Name
    barge_in: Truth = True
    on_failure: Name | None = None

    def step(self, name: StepName) -> Step:
        return PlayStep(
            name=name,
            prompts=self.play,
            next=StepName(self.next),
            barge_in=self.barge_in,
            on_failure=perhaps(self.on_failure),
        )


class SayShape(StepShape):
    """Says a value."""

    say: SourceWord
    form: FormWord = Field(alias="as")
    gender: GenderWord | None = None
    next: Name
    barge_in: Truth = True
    on_failure: Name | None = None

    def step(self, name: StepName) -> Step:
        return SayStep(
            name=name,
            value=self.say,
            form=self.form,
            gender=self.gender,
            next=StepName(self.next),
            barge_in=self.barge_in,
            on_failure=perhaps(self.on_failure),
        )


class GoodbyeShape(StepShape):
    """Ends the call."""

    goodbye: Prompts

    def step(self, name: StepName) -> Step:
        return GoodbyeStep(name=name, prompts=self.goodbye)


class LanguageShape(StepShape):
    """Changes the language."""

    language: LanguageWord
    next: Name

    def step(self, name: StepName) -> Step:
        return LanguageStep(name=name, language=self.language, next=StepName(self.next))
