"""The step that says something and goes on."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from router.core.ivr.flow_run import FlowRun
from router.core.ivr.sayings import StopSaying
from router.core.ivr.steps.decision import Decision, Leave, Moment, Stay
from router.core.ivr.steps.kind import Exit, Spoken, StepKind, each
from router.core.ivr.waits import Digit, ForPrompt, Given, PromptOver
from router.core.vocabulary import PromptId, StepName


@dataclass(frozen=True, slots=True, kw_only=True)
class PlayStep(StepKind):
    """One prompt, or several in a row. A key cuts it and counts for the menu that follows.

    A prompt that cannot be played is as good as over; `on_failure` leads elsewhere then.

    ```yaml
    play: saludo
    next: menu
    barge_in: true
    on_failure: crisis
    ```
    """

    kind: ClassVar[str] = "play"

    prompts: tuple[PromptId, ...]
    next: StepName
    barge_in: bool = True
    on_failure: StepName | None = None

    def exits(self) -> tuple[Exit, ...]:
        """Onwards."""
        onwards = (Exit(field=("next",), to=self.next),)
        if self.on_failure is None:
            return onwards
        return (*onwards, Exit(field=("on_failure",), to=self.on_failure))

    def spoken(self) -> tuple[Spoken, ...]:
        return each("play", self.prompts)

    def enter(self, run: FlowRun, moment: Moment) -> Decision:
        """Whoever has typed ahead knows the prompt."""
        if self.barge_in and run.typed_ahead:
            return Leave(run=run, to=self.next, after="key")
        said = (moment.say(run, self.prompts),)
        return Stay(run=run, said=said, wait=ForPrompt(barge_in=self.barge_in))

    def given(self, run: FlowRun, given: Given, moment: Moment) -> Decision | None:
        match given:
            case PromptOver(heard=False) if self.on_failure is not None:
                return Leave(run=run, to=self.on_failure, after="failure")
            case PromptOver():
                return Leave(run=run, to=self.next)
            case Digit(digit=digit) if self.barge_in:
                said = (StopSaying(),)
                return Leave(run=run.keeping(digit), said=said, to=self.next, after="key")
            case Digit(digit=digit):
                return Stay(run=run.keeping(digit), wait=run.wait)
            case _:
                return None
