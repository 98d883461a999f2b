"""The step that offers to call back."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta
from typing import ClassVar

from router.core.ivr.flow_run import STARTED_AGAIN_AT_MOST, FlowRun
from router.core.ivr.sayings import CallbackAsked, Saying, StopSaying
from router.core.ivr.steps.decision import Decision, Leave, Moment, Stay
from router.core.ivr.steps.kind import Exit, Spoken, StepKind, each
from router.core.ivr.waits import Digit, ForDigit, ForPrompt, Given, PromptOver, TimeIsUp
from router.core.vocabulary import PromptId, QueueName, StepName

NUMBER, CONFIRM, SAFE = "number", "confirm", "safe"
START_AGAIN, DONE = "*", "#"
GAP = "number"
"""What the `confirm` prompt calls the digits that it reads back: `{number:digits}`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CallbackStep(StepKind):
    """A person decides on it later (`hotline callbacks`), with the caller's arrival kept.

    `callback` asks: 1 for the telephone that is calling, 2 for another. Whoever hides their number,
    or presses 2, hears `ask_number` and types one, which `confirm` reads back: 1 yes, 2 again.
    `safe` asks whether it is safe to call: 1 yes, 2 no; nobody is called without a yes.
    `on_unsafe` leads on after a no, `on_timeout` after silence, or the `tries`-th answer that is
    none.

    ```yaml
    callback: ofrece_llamada
    queue: juridico
    ask_number: pide_telefono
    confirm: confirma_telefono
    safe: es_seguro
    min: 10
    max: 10
    wait: 6s
    tries: 3
    wrong: no_entendi
    next: gracias
    on_unsafe: juridico
    on_timeout: juridico
    ```
    """

    kind: ClassVar[str] = "callback"

    prompts: tuple[PromptId, ...]
    queue: QueueName
    ask_number: tuple[PromptId, ...]
    confirm: tuple[PromptId, ...]
    safe: tuple[PromptId, ...]
    least: int = 10
    most: int = 10
    wait: timedelta = timedelta(seconds=6)
    tries: int = 3
    wrong: tuple[PromptId, ...] = ()
    next: StepName
    on_unsafe: StepName
    on_timeout: StepName

    def exits(self) -> tuple[Exit, ...]:
        """With a promise, and without."""
        return (
            Exit(field=("next",), to=self.next, silent=False),
            Exit(field=("on_unsafe",), to=self.on_unsafe, silent=False),
            Exit(field=("on_timeout",), to=self.on_timeout),
        )

    def spoken(self) -> tuple[Spoken, ...]:
        return (
            *each("callback", self.prompts),
            *each("ask_number", self.ask_number),
            *each("confirm", self.confirm, also=(GAP,)),
            *each("safe", self.safe),
            *each("wrong", self.wrong),
        )

    def enter(self, run: FlowRun, moment: Moment) -> Decision:
        """A hidden number is asked for at once."""
        run = run.but(typed_ahead="")
        return self._ask(run, NUMBER if run.anonymous else "", moment)

    def given(self, run: FlowRun, given: Given, moment: Moment) -> Decision | None:
        match given, run.wait:
            case Digit(digit=digit), ForPrompt():
                decision = self._pressed(run, digit, moment)
                return replace(decision, said=(StopSaying(), *decision.said))
            case Digit(digit=digit), ForDigit():
                return self._pressed(run, digit, moment)
            case PromptOver(), ForPrompt():
                return Stay(run=run, wait=ForDigit(within=self.wait))
            case TimeIsUp(), ForDigit() if run.phase == NUMBER and run.collected:
                return self._judge(run, moment)
            case TimeIsUp(), ForDigit():
                return Leave(run=run, to=self.on_timeout, after="silence")
            case _:
                return None

    def _ask(
        self, run: FlowRun, phase: str, moment: Moment, before: tuple[PromptId, ...] = ()
    ) -> Stay:
        if phase == NUMBER:
            run = run.but(collected="")
        asked = {NUMBER: self.ask_number, CONFIRM: self.confirm, SAFE: self.safe}
        prompts = (*before, *asked.get(phase, self.prompts))
        heard_as = run.remembering({GAP: run.collected}) if phase == CONFIRM else run
        said: tuple[Saying, ...] = (moment.say(heard_as, prompts),)
        return Stay(run=run.but(phase=phase), said=said, wait=ForPrompt())

    def _pressed(self, run: FlowRun, digit: str, moment: Moment) -> Decision:
        match run.phase, digit:
            case "number", _:
                return self._digit(run, digit, moment)
            case (("" | "confirm"), "1"):
                return self._ask(run, SAFE, moment)
            case "", "2":
                return self._ask(run, NUMBER, moment)
            case "safe", "1":
                asked = CallbackAsked(queue=self.queue, number=run.collected or None)
                run = run.but(collected="")
                return Leave(run=run, said=(asked,), to=self.next, after="key")
            case "safe", "2":
                return Leave(run=run, to=self.on_unsafe, after="key")
            case "confirm", "2":
                return self._again(run, NUMBER, moment, ())
            case _:
                return self._again(run, run.phase, moment, self.wrong)

    def _digit(self, run: FlowRun, digit: str, moment: Moment) -> Decision:
        if digit == START_AGAIN:
            run = run.but(collected="", repeats=run.repeats + 1)
            if run.repeats > STARTED_AGAIN_AT_MOST:
                return self._again(run, NUMBER, moment, self.wrong)
            return Stay(run=run, wait=ForDigit(within=self.wait))
        if digit == DONE:
            return self._judge(run, moment)
        run = run.but(collected=run.collected + digit)
        if len(run.collected) >= self.most:
            return self._judge(run, moment)
        return Stay(run=run, wait=ForDigit(within=self.wait))

    def _judge(self, run: FlowRun, moment: Moment) -> Decision:
        if len(run.collected) < self.least:
            return self._again(run, NUMBER, moment, self.wrong)
        return self._ask(run, CONFIRM, moment)

    def _again(
        self, run: FlowRun, phase: str, moment: Moment, before: tuple[PromptId, ...]
    ) -> Decision:
        run = run.but(wrong=run.wrong + 1)
        if run.wrong >= self.tries:
            return Leave(run=run, to=self.on_timeout, after="wrong_key")
        return self._ask(run, phase, moment, before)
