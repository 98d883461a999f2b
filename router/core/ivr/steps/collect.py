"""The step that asks for digits."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import ClassVar

from router.core.ivr.flow_run import STARTED_AGAIN_AT_MOST, FlowRun
from router.core.ivr.sayings import Saying, StopSaying
from router.core.ivr.steps.decision import Decision, Leave, Moment, Stay
from router.core.ivr.steps.kind import Exit, Spoken, StepKind, each
from router.core.ivr.values import ValueKind
from router.core.ivr.waits import Digit, ForDigit, ForPrompt, Given, PromptOver, TimeIsUp
from router.core.vocabulary import PromptId, StepName

START_AGAIN = "*"
CONFIRMING = "confirm"
YES, NO = "1", "2"


@dataclass(frozen=True, slots=True, kw_only=True)
class CollectStep(StepKind):
    """Digits into a variable: at the `max`-th, at `ends_with`, or when no more come for `between`.

    `*` starts again, 10 times; then it is a wrong answer. Too few digits say `wrong` and ask again,
    `tries` times in all; then `on_wrong` leads on. With `confirm` the digits are read back (the
    prompt has a gap such as `{telefono:digits}`): 1 takes them, 2 asks again, silence leads to
    `on_timeout`.
    `secret` digits are never spoken.

    ```yaml
    collect: pide_telefono
    into: telefono
    min: 10
    max: 10
    ends_with: "#"
    wait: 6s
    between: 4s
    tries: 3
    confirm: confirma_telefono
    secret: false
    wrong: no_entendi
    next: gracias
    on_timeout: orientacion
    on_wrong: orientacion
    barge_in: true
    ```
    """

    kind: ClassVar[str] = "collect"

    prompts: tuple[PromptId, ...]
    into: str
    least: int = 1
    most: int
    ends_with: str | None = "#"
    wait: timedelta = timedelta(seconds=6)
    between: timedelta = timedelta(seconds=4)
    tries: int = 3
    confirm: tuple[PromptId, ...] = ()
    secret: bool = False
    wrong: tuple[PromptId, ...] = ()
    next: StepName
    on_timeout: StepName
    on_wrong: StepName
    barge_in: bool = True

    def exits(self) -> tuple[Exit, ...]:
        """With the digits, and without."""
        return (
            Exit(field=("next",), to=self.next, silent=False),
            Exit(field=("on_timeout",), to=self.on_timeout, fills=False),
            Exit(field=("on_wrong",), to=self.on_wrong, silent=False, fills=False),
        )

    def spoken(self) -> tuple[Spoken, ...]:
        return (
            *each("collect", self.prompts),
            *each("confirm", self.confirm, also=() if self.secret else (self.into,)),
            *each("wrong", self.wrong),
        )

    def sets(self, known: Mapping[str, ValueKind]) -> Mapping[str, ValueKind]:
        return {self.into: ValueKind.SECRET if self.secret else ValueKind.TEXT}

    def enter(self, run: FlowRun, moment: Moment) -> Stay | Leave:
        """Ask, unless digits were typed ahead."""
        ahead = run.typed_ahead
        if not ahead:
            return self._ask(run, moment)
        run = run.but(typed_ahead="")
        decision: Stay | Leave = Stay(run=run, wait=ForDigit(within=self.between))
        for digit in ahead:
            if isinstance(decision, Leave):
                decision = replace(decision, run=decision.run.keeping(digit))
            else:
                run = replace(decision.run, wait=decision.wait)
                after = self._pressed(run, digit, moment)
                decision = replace(after, said=(*decision.said, *after.said))
        return decision

    def given(self, run: FlowRun, given: Given, moment: Moment) -> Decision | None:
        """A digit counts during the prompt and after it."""
        match given, run.wait:
            case Digit(digit=digit), ForPrompt(barge_in=True):
                decision = self._pressed(run, digit, moment)
                return replace(decision, said=(StopSaying(), *decision.said))
            case Digit(digit=digit), ForPrompt():
                return Stay(run=run.keeping(digit), wait=run.wait)
            case Digit(digit=digit), ForDigit():
                return self._pressed(run, digit, moment)
            case PromptOver(), ForPrompt():
                return self._prompt_ends(run, moment)
            case TimeIsUp(), ForDigit() if run.collected and run.phase != CONFIRMING:
                return self._judge(run, moment)
            case TimeIsUp(), ForDigit():
                return Leave(run=run, to=self.on_timeout, after="silence")
            case _:
                return None

    def _ask(self, run: FlowRun, moment: Moment, before: tuple[PromptId, ...] = ()) -> Stay:
        run = run.but(collected="", phase="")
        said: tuple[Saying, ...] = (moment.say(run, (*before, *self.prompts)),)
        return Stay(run=run, said=said, wait=ForPrompt(barge_in=self.barge_in))

    def _prompt_ends(self, run: FlowRun, moment: Moment) -> Stay | Leave:
        """Digits typed while it could not be cut count now."""
        if run.typed_ahead and run.phase != CONFIRMING:
            return self.enter(run, moment)
        return Stay(run=run, wait=ForDigit(within=self.wait))

    def _pressed(self, run: FlowRun, digit: str, moment: Moment) -> Stay | Leave:
        if run.phase == CONFIRMING:
            return self._confirmed(run, digit, moment)
        if digit == self.ends_with:
            return self._judge(run, moment)
        if digit not in "0123456789":
            return self._no_digit(run, digit, moment)
        run = run.but(collected=run.collected + digit)
        if len(run.collected) >= self.most:
            return self._judge(run, moment)
        return Stay(run=run, wait=ForDigit(within=self.between))

    def _no_digit(self, run: FlowRun, digit: str, moment: Moment) -> Stay | Leave:
        run = run.but(repeats=run.repeats + 1)
        if run.repeats > STARTED_AGAIN_AT_MOST:
            return self._again(run, moment)
        if digit == START_AGAIN:
            return Stay(run=run.but(collected=""), wait=ForDigit(within=self.wait))
        return Stay(run=run, wait=ForDigit(within=self.between))

    def _judge(self, run: FlowRun, moment: Moment) -> Stay | Leave:
        """They are all there, or no more come."""
        if len(run.collected) < self.least:
            return self._again(run, moment)
        if not self.confirm:
            return Leave(run=self._filled(run), to=self.next, after="key")
        return self._read_back(run, moment)

    def _read_back(self, run: FlowRun, moment: Moment) -> Stay:
        said = (moment.say(self._filled(run), self.confirm),)
        return Stay(run=run.but(phase=CONFIRMING), said=said, wait=ForPrompt())

    def _confirmed(self, run: FlowRun, digit: str, moment: Moment) -> Stay | Leave:
        if digit == YES:
            return Leave(run=self._filled(run), to=self.next, after="key")
        return self._again(run, moment, () if digit == NO else self.wrong)

    def _again(
        self, run: FlowRun, moment: Moment, before: tuple[PromptId, ...] | None = None
    ) -> Stay | Leave:
        run = run.but(wrong=run.wrong + 1)
        if run.wrong >= self.tries:
            return Leave(run=run, to=self.on_wrong, after="wrong_key")
        return self._ask(run, moment, self.wrong if before is None else before)

    def _filled(self, run: FlowRun) -> FlowRun:
        fleeting = {self.into: self.name}
        return run.but(collected="").remembering({self.into: run.collected}, fleeting)
