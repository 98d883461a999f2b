"""The step that says something and goes on."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from router.core.ivr.flow_run import FlowRun
from router.core.ivr.sayings import Say, StopSaying
from router.core.ivr.steps.decision import Decision, Exit, Leave, Moment, Stay
from router.core.ivr.waits import Digit, ForPrompt, Given, PromptOver
from router.core.vocabulary import PromptId, StepName


@dataclass(frozen=True, slots=True, kw_only=True)
class PlayStep:
    """One prompt, or several in a row. A key cuts it and counts for the menu that follows.

    ```yaml
    play: saludo
    next: menu
    barge_in: true
    ```
    """

    kind: ClassVar[str] = "play"

    name: StepName
    prompts: tuple[PromptId, ...]
    next: StepName
    barge_in: bool = True

    def exits(self) -> tuple[Exit, ...]:
        """Onwards."""
        return (Exit(field=("next",), to=self.next),)

    def enter(self, run: FlowRun, moment: Moment) -> Decision:
        """Whoever has typed ahead knows the prompt."""
        if self.barge_in and run.typed_ahead:
            return Leave(run=run, to=self.next, after="key")
        said = (Say(prompts=self.prompts, language=run.language),)
        return Stay(run=run, said=said, wait=ForPrompt(barge_in=self.barge_in))

    def given(self, run: FlowRun, given: Given, moment: Moment) -> Decision | None:
        """A prompt that could not be played is over as well."""
        match given:
            case PromptOver():
                return Leave(run=run, to=self.next)
            case Digit(digit=digit) if self.barge_in:
                said = (StopSaying(),)
                return Leave(run=run.keeping(digit), said=said, to=self.next, after="key")
            case Digit(digit=digit):
                return Stay(run=run.keeping(digit), wait=run.wait)
            case _:
                return None
