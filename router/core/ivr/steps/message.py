"""The step that records what a caller wants to say."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta
from typing import ClassVar

from router.core.ivr.flow_run import FlowRun
from router.core.ivr.sayings import StopSaying
from router.core.ivr.steps.decision import Decision, Leave, Moment, Stay
from router.core.ivr.steps.kind import Exit, Spoken, StepKind, each
from router.core.ivr.waits import (
    Digit,
    ForDigit,
    ForKeeping,
    ForMessage,
    ForPrompt,
    Given,
    MessageKept,
    MessageOver,
    PromptOver,
    TimeIsUp,
)
from router.core.vocabulary import PromptId, StepName

CONFIRMING = "confirm"
AGAIN = "2"
A_PERSON = StepName("")
"""No step: the first resort takes the caller."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageStep(StepKind):
    """Says the prompt, sounds a tone and records: to the key `ends_with`, to so much `silence`, or
    for `longest`. A caller who hangs up has left what they said. `hotline messages` lists them.

    Less than `shortest` says `wrong` and asks again, `tries` times in all; then `on_timeout` leads
    on. With `confirm` the caller decides: 2 records anew, any other key and silence keep it.
    What cannot be recorded or kept leads to `on_failure`, or to the first resort. Nobody in crisis
    may come to a message instead of a person: the files are then not put in force.

    ```yaml
    message: deje_mensaje
    longest: 2min
    shortest: 2s
    silence: 5s
    ends_with: "#"
    confirm: confirma_mensaje
    wait: 5s
    wrong: no_entendi
    tries: 2
    next: gracias
    on_timeout: juridico
    on_failure: juridico
    ```
    """

    kind: ClassVar[str] = "message"

    prompts: tuple[PromptId, ...]
    longest: timedelta = timedelta(minutes=2)
    shortest: timedelta = timedelta(seconds=2)
    silence: timedelta = timedelta(seconds=5)
    ends_with: str | None = "#"
    confirm: tuple[PromptId, ...] = ()
    wait: timedelta = timedelta(seconds=5)
    wrong: tuple[PromptId, ...] = ()
    tries: int = 2
    next: StepName
    on_timeout: StepName
    on_failure: StepName | None = None

    def exits(self) -> tuple[Exit, ...]:
        """With a message, and without; whoever only listens may come to each."""
        ways = (
            Exit(field=("next",), to=self.next),
            Exit(field=("on_timeout",), to=self.on_timeout),
        )
        if self.on_failure is None:
            return ways
        return (*ways, Exit(field=("on_failure",), to=self.on_failure))

    def spoken(self) -> tuple[Spoken, ...]:
        return (
            *each("message", self.prompts),
            *each("confirm", self.confirm),
            *each("wrong", self.wrong),
        )

    def enter(self, run: FlowRun, moment: Moment) -> Decision:
        """Keys typed ahead were meant for a menu."""
        return self._ask(replace(run, typed_ahead=""), moment)

    def given(self, run: FlowRun, given: Given, moment: Moment) -> Decision | None:
        """The key that ended the recording is no answer to `confirm`, though it may come after."""
        match given, run.wait:
            case PromptOver(heard=False), ForPrompt() if run.phase != CONFIRMING:
                return self._fail(run)
            case PromptOver(), ForPrompt() if run.phase != CONFIRMING:
                return self._record(run)
            case Digit(), ForPrompt() if run.phase != CONFIRMING:
                return replace(self._record(run), said=(StopSaying(),))
            case MessageOver(lasted=None), ForMessage():
                return self._fail(run)
            case MessageOver(lasted=timedelta() as lasted), ForMessage():
                return self._judge(run, lasted, moment)
            case PromptOver(), ForPrompt():
                return Stay(run=run, wait=ForDigit(within=self.wait))
            case Digit(digit=digit), ForPrompt() | ForDigit() if digit == self.ends_with:
                return None
            case Digit(digit=digit), ForPrompt():
                decision = self._confirmed(run, digit, moment)
                return replace(decision, said=(StopSaying(), *decision.said))
            case Digit(digit=digit), ForDigit():
                return self._confirmed(run, digit, moment)
            case TimeIsUp(), ForDigit():
                return Stay(run=run, wait=ForKeeping())
            case MessageKept(kept=True), ForKeeping():
                return Leave(run=run, to=self.next)
            case MessageKept(), ForKeeping():
                return self._fail(run)
            case _:
                return None

    def _ask(self, run: FlowRun, moment: Moment, before: tuple[PromptId, ...] = ()) -> Stay:
        said = (moment.say(run, (*before, *self.prompts)),)
        return Stay(run=replace(run, phase=""), said=said, wait=ForPrompt())

    def _record(self, run: FlowRun) -> Stay:
        wait = ForMessage(
            longest=self.longest,
            shortest=self.shortest,
            silence=self.silence,
            ends_with=self.ends_with,
        )
        return Stay(run=run, wait=wait)

    def _judge(self, run: FlowRun, lasted: timedelta, moment: Moment) -> Decision:
        if lasted < self.shortest:
            run = replace(run, wrong=run.wrong + 1)
            if run.wrong >= self.tries:
                return Leave(run=run, to=self.on_timeout, after="silence")
            return self._ask(run, moment, self.wrong)
        if not self.confirm:
            return Stay(run=run, wait=ForKeeping())
        said = (moment.say(run, self.confirm),)
        return Stay(run=replace(run, phase=CONFIRMING), said=said, wait=ForPrompt())

    def _confirmed(self, run: FlowRun, digit: str, moment: Moment) -> Stay:
        if digit == AGAIN:
            return self._ask(run, moment)
        return Stay(run=run, wait=ForKeeping())

    def _fail(self, run: FlowRun) -> Leave:
        return Leave(run=run, to=self.on_failure or A_PERSON, after="failure")
