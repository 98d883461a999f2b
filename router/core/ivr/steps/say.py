"""The step that says a value: a number, digits, a date, a time, a duration, letters."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from router.core.ivr.expressions import Source, names_read, worth
from router.core.ivr.flow_run import FlowRun
from router.core.ivr.sayings import Say, StopSaying
from router.core.ivr.speaking.gender import Gender
from router.core.ivr.speaking.grammar import Form, Unspeakable, spoken
from router.core.ivr.steps.decision import Decision, Leave, Moment, Stay
from router.core.ivr.steps.kind import Exit, Needed, StepKind
from router.core.ivr.waits import Digit, ForPrompt, Given, PromptOver
from router.core.vocabulary import PromptId, StepName


@dataclass(frozen=True, slots=True, kw_only=True)
class SayStep(StepKind):
    """`=` begins what is computed of variables; anything else is said as it stands.

    `gender` is that of what a number counts: un, una, veintiún, doscientas.

    ```yaml
    say: =21 + 200
    as: number
    gender: feminine
    next: menu
    barge_in: true
    on_failure: crisis
    ```
    """

    kind: ClassVar[str] = "say"

    value: Source
    form: Form
    gender: Gender | None = None
    next: StepName
    barge_in: bool = True
    on_failure: StepName | None = None

    def exits(self) -> tuple[Exit, ...]:
        """Onwards, and where to if it cannot be said."""
        onwards = (Exit(field=("next",), to=self.next),)
        if self.on_failure is None:
            return onwards
        return (*onwards, Exit(field=("on_failure",), to=self.on_failure))

    def needs(self) -> tuple[Needed, ...]:
        names = names_read(self.value)
        return tuple(Needed(field=("say",), name=name, aloud=True) for name in names)

    def enter(self, run: FlowRun, moment: Moment) -> Decision:
        """Whoever has typed ahead does not want to hear it."""
        if self.barge_in and run.typed_ahead:
            return Leave(run=run, to=self.next, after="key")
        parts = self._parts(run)
        if not parts:
            return self._fail(run)
        said = (Say(prompts=parts, language=run.language),)
        return Stay(run=run, said=said, wait=ForPrompt(barge_in=self.barge_in))

    def given(self, run: FlowRun, given: Given, moment: Moment) -> Decision | None:
        match given:
            case PromptOver(heard=False):
                return self._fail(run)
            case PromptOver():
                return Leave(run=run, to=self.next)
            case Digit(digit=digit) if self.barge_in:
                said = (StopSaying(),)
                return Leave(run=run.keeping(digit), said=said, to=self.next, after="key")
            case Digit(digit=digit):
                return Stay(run=run.keeping(digit), wait=run.wait)
            case _:
                return None

    def _fail(self, run: FlowRun) -> Leave:
        return Leave(run=run, to=self.on_failure or self.next, after="failure")

    def _parts(self, run: FlowRun) -> tuple[PromptId, ...]:
        value = worth(self.value, run.known)
        if value is None:
            return ()
        try:
            return spoken(value, self.form, run.language, self.gender)
        except Unspeakable:
            return ()
