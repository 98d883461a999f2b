"""The step that asks how it was."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import ClassVar

from router.core.ivr.flow_run import FlowRun
from router.core.ivr.sayings import Answer, StopSaying
from router.core.ivr.steps.decision import Decision, Leave, Moment, Stay
from router.core.ivr.steps.kind import Exit, Spoken, StepKind, each
from router.core.ivr.values import ValueKind
from router.core.ivr.waits import Digit, ForDigit, ForPrompt, Given, PromptOver, TimeIsUp
from router.core.vocabulary import PromptId, StepName

UNANSWERED = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class SurveyStep(StepKind):
    """A key from 1 to `scale` answers `question`, the name that reports know it by; usually at the
    `next` of a queue, once the agent has hung up. Nobody is pressed: silence, and the second wrong
    key, go on without an answer. `into` keeps the answer for a branch, 0 if there was none.

    ```yaml
    survey: pregunta_trato
    question: trato
    scale: 5
    wait: 5s
    wrong: no_entendi
    into: nota
    next: gracias
    ```
    """

    kind: ClassVar[str] = "survey"

    prompts: tuple[PromptId, ...]
    question: str
    scale: int = 5
    wait: timedelta = timedelta(seconds=5)
    wrong: tuple[PromptId, ...] = ()
    into: str | None = None
    next: StepName

    def exits(self) -> tuple[Exit, ...]:
        """Onwards, with an answer or without."""
        return (Exit(field=("next",), to=self.next),)

    def spoken(self) -> tuple[Spoken, ...]:
        return (*each("survey", self.prompts), *each("wrong", self.wrong))

    def sets(self, known: Mapping[str, ValueKind]) -> Mapping[str, ValueKind]:
        return {} if self.into is None else {self.into: ValueKind.NUMBER}

    def enter(self, run: FlowRun, moment: Moment) -> Decision:
        """Keys pressed in the conversation answered nothing."""
        run = run.but(typed_ahead="")
        return Stay(run=run, said=(moment.say(run, self.prompts),), wait=ForPrompt())

    def given(self, run: FlowRun, given: Given, moment: Moment) -> Decision | None:
        match given, run.wait:
            case Digit(digit=digit), ForPrompt():
                decision = self._pressed(run, digit, moment)
                return replace(decision, said=(StopSaying(), *decision.said))
            case Digit(digit=digit), ForDigit():
                return self._pressed(run, digit, moment)
            case PromptOver(), ForPrompt():
                return Stay(run=run, wait=ForDigit(within=self.wait))
            case TimeIsUp(), ForDigit():
                return self._leave(run, UNANSWERED, "silence")
            case _:
                return None

    def _pressed(self, run: FlowRun, digit: str, moment: Moment) -> Decision:
        figure = int(digit) if digit in "123456789" else UNANSWERED
        if UNANSWERED < figure <= self.scale:
            left = self._leave(run, figure, "key")
            return replace(left, said=(Answer(question=self.question, figure=figure),))
        run = run.but(wrong=run.wrong + 1)
        if run.wrong > 1:
            return self._leave(run, UNANSWERED, "wrong_key")
        said = (moment.say(run, (*self.wrong, *self.prompts)),)
        return Stay(run=run, said=said, wait=ForPrompt())

    def _leave(self, run: FlowRun, figure: int, after: str) -> Leave:
        if self.into is not None:
            run = run.remembering({self.into: figure}, {self.into: self.name})
        return Leave(run=run, to=self.next, after=after)
