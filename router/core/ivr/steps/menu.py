"""The step that asks for a key."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import ClassVar

from router.core.ivr.flow_run import TYPED_AHEAD_AT_MOST, FlowRun
from router.core.ivr.sayings import Saying, StopSaying
from router.core.ivr.steps.decision import Decision, Leave, Moment, Stay
from router.core.ivr.steps.kind import Exit, Spoken, StepKind, each
from router.core.ivr.waits import Digit, ForDigit, ForPrompt, Given, PromptOver, TimeIsUp
from router.core.vocabulary import PromptId, StepName


@dataclass(frozen=True, slots=True, kw_only=True)
class MenuStep(StepKind):
    """Silence and wrong keys lead somewhere, so that nobody is lost in it.

    A key that leads nowhere says `wrong` and the menu again; the `wrong_keys`-th goes to
    `on_wrong`. `repeat` says the menu again, `repeats` times; after that it is taken as silence.
    A menu that cannot be played waits for a key all the same, unless `on_failure` leads elsewhere.

    ```yaml
    menu: menu
    keys:
      1: crisis
      4: juridico
      0: orientacion
    repeat: "*"
    repeats: 3
    wait: 4s
    on_timeout: crisis
    wrong: no_entendi
    wrong_keys: 2
    on_wrong: crisis
    on_failure: crisis
    barge_in: true
    ```
    """

    kind: ClassVar[str] = "menu"

    prompts: tuple[PromptId, ...]
    keys: Mapping[str, StepName]
    repeat: str | None = None
    repeats: int = 3
    wait: timedelta = timedelta(seconds=4)
    on_timeout: StepName
    wrong: tuple[PromptId, ...] = ()
    wrong_keys: int = 2
    on_wrong: StepName
    on_failure: StepName | None = None
    barge_in: bool = True

    def exits(self) -> tuple[Exit, ...]:
        """One per key, and those for who presses none or a wrong one."""
        ways = (
            *(Exit(field=("keys", key), to=to, silent=False) for key, to in self.keys.items()),
            Exit(field=("on_timeout",), to=self.on_timeout),
            Exit(field=("on_wrong",), to=self.on_wrong, silent=False),
        )
        if self.on_failure is None:
            return ways
        return (*ways, Exit(field=("on_failure",), to=self.on_failure))

    def spoken(self) -> tuple[Spoken, ...]:
        return (*each("menu", self.prompts), *each("wrong", self.wrong))

    def enter(self, run: FlowRun, moment: Moment) -> Decision:
        """Say the menu, unless the key has been pressed already."""
        return self._listen(run, moment)

    def given(self, run: FlowRun, given: Given, moment: Moment) -> Decision | None:
        """A key counts during the menu and after it."""
        match given, run.wait:
            case Digit(digit=digit), ForPrompt(barge_in=True):
                return self._listen(run, moment, StopSaying(), digit=digit)
            case Digit(digit=digit), ForPrompt():
                return Stay(run=run.keeping(digit), wait=run.wait)
            case Digit(digit=digit), ForDigit():
                return self._listen(run, moment, digit=digit)
            case PromptOver(heard=False), ForPrompt() if self.on_failure is not None:
                return Leave(run=run, to=self.on_failure, after="failure")
            case PromptOver(), ForPrompt():
                if run.typed_ahead:
                    return self._listen(run, moment)
                return Stay(run=run, wait=ForDigit(within=self.wait))
            case TimeIsUp(), ForDigit():
                return Leave(run=run, to=self.on_timeout, after="silence")
            case _:
                return None

    def _listen(self, run: FlowRun, moment: Moment, *said: Saying, digit: str = "") -> Decision:
        """Take the keys in their order, `digit` last; what is left counts for the next menu."""
        before: tuple[PromptId, ...] = ()
        typed, left = run.typed_ahead, (run.typed_ahead + digit)[:TYPED_AHEAD_AT_MOST]
        repeats, wrong = run.repeats, run.wrong
        while left:
            key, left = left[0], left[1:]
            if key in self.keys:
                leaves = run.but(typed_ahead=left) if left != typed else run
                return Leave(run=leaves, said=said, to=self.keys[key], after="key")
            if key == self.repeat:
                repeats += 1
                if repeats > self.repeats:
                    run = run.but(typed_ahead=left, repeats=repeats, wrong=wrong)
                    return Leave(run=run, said=said, to=self.on_timeout, after="silence")
                before = ()
            else:
                wrong += 1
                if wrong >= self.wrong_keys:
                    run = run.but(typed_ahead=left, repeats=repeats, wrong=wrong)
                    return Leave(run=run, said=said, to=self.on_wrong, after="wrong_key")
                before = self.wrong
        if typed or digit:
            run = run.but(typed_ahead="", repeats=repeats, wrong=wrong)
        say = moment.say(run, (*before, *self.prompts))
        return Stay(run=run, said=(*said, say), wait=ForPrompt(barge_in=self.barge_in))
