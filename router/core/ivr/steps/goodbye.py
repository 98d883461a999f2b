"""The step that ends the call: the one way in which the system does."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from router.core.ivr.flow_run import FlowRun
from router.core.ivr.steps.decision import Decision, Moment, Stay
from router.core.ivr.steps.kind import Spoken, StepKind, each
from router.core.ivr.waits import ForPrompt, Given, Over, PromptOver
from router.core.vocabulary import PromptId


@dataclass(frozen=True, slots=True, kw_only=True)
class GoodbyeStep(StepKind):
    """Say it to its end, then hang up.

    ```yaml
    goodbye: gracias
    ```
    """

    kind: ClassVar[str] = "goodbye"

    prompts: tuple[PromptId, ...]

    def spoken(self) -> tuple[Spoken, ...]:
        return each("goodbye", self.prompts)

    def enter(self, run: FlowRun, moment: Moment) -> Decision:
        """A key does not cut it: nobody is hung up on for pressing one."""
        said = (moment.say(run, self.prompts),)
        run = run.but(typed_ahead="")
        return Stay(run=run, said=said, wait=ForPrompt(barge_in=False))

    def given(self, run: FlowRun, given: Given, moment: Moment) -> Decision | None:
        """Said, or impossible to say."""
        return Stay(run=run, wait=Over()) if isinstance(given, PromptOver) else None
