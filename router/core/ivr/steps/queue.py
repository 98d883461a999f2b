"""The step that brings the caller to a person."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import ClassVar

from router.core.ivr.flow_run import FlowRun
from router.core.ivr.sayings import Saying
from router.core.ivr.steps.decision import Decision, Leave, Moment, Stay
from router.core.ivr.steps.kind import Exit, Spoken, StepKind
from router.core.ivr.waits import (
    ConversationOver,
    Digit,
    ForAgent,
    Given,
    NobodyStaffed,
    QueueGaveUp,
    QueueOverflowed,
)
from router.core.vocabulary import PromptId, QueueName, StepName


@dataclass(frozen=True, slots=True, kw_only=True)
class Aside:
    """What a key does for a caller who keeps their place."""

    prompts: tuple[PromptId, ...] = ()
    tags: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class QueueStep(StepKind):
    """The flow goes on at `next` when the agent hangs up first, at `on_timeout` when the queue
    gives up, at `on_nobody_staffed` while nobody on shift could ever answer. Without the last two
    the caller waits.

    `keys` count while waiting: one leads to another step and gives up the place, or plays or tags
    something and keeps it. What callers hear meanwhile is said in queues.yaml.

    ```yaml
    queue: juridico
    keys:
      1: pide_llamada
      8: {play: aviso_completo}
      9: {tag: sin_grabacion, play: sin_grabacion}
    next: gracias
    on_timeout: crisis
    on_nobody_staffed: pide_llamada
    ```
    """

    kind: ClassVar[str] = "queue"

    queue: QueueName
    keys: Mapping[str, StepName] = field(default_factory=dict)
    asides: Mapping[str, Aside] = field(default_factory=dict)
    next: StepName
    on_timeout: StepName | None = None
    on_nobody_staffed: StepName | None = None

    def exits(self) -> tuple[Exit, ...]:
        """After the conversation, and without one."""
        ways = [Exit(field=("next",), to=self.next)]
        if self.on_timeout is not None:
            ways.append(Exit(field=("on_timeout",), to=self.on_timeout))
        if self.on_nobody_staffed is not None:
            ways.append(Exit(field=("on_nobody_staffed",), to=self.on_nobody_staffed))
        ways.extend(Exit(field=("keys", k), to=to, silent=False) for k, to in self.keys.items())
        return tuple(ways)

    def spoken(self) -> tuple[Spoken, ...]:
        return tuple(
            Spoken(field=("keys", key, "play", n), prompt=prompt)
            for key, aside in self.asides.items()
            for n, prompt in enumerate(aside.prompts)
        )

    def enter(self, run: FlowRun, moment: Moment) -> Decision:
        """Keys typed ahead were meant for a menu, not for the person."""
        return Stay(
            run=run.but(typed_ahead="") if run.typed_ahead else run,
            wait=ForAgent(
                queue=self.queue,
                prefer=run.prefer,
                require=run.require,
                unless_nobody=self.on_nobody_staffed is not None,
            ),
        )

    def given(self, run: FlowRun, given: Given, moment: Moment) -> Decision | None:
        """Keys that mean nothing here are the caller's own affair."""
        match given:
            case ConversationOver():
                return Leave(run=run, to=self.next)
            case QueueGaveUp() if self.on_timeout is not None:
                return Leave(run=run, to=self.on_timeout, after="gave_up")
            case QueueGaveUp():
                return self.enter(run, moment)
            case QueueOverflowed(to=to):
                return Leave(run=run, to=to, after="overflow")
            case NobodyStaffed() if self.on_nobody_staffed is not None:
                return Leave(run=run, to=self.on_nobody_staffed, after="nobody")
            case Digit(digit=digit) if digit in self.keys:
                return Leave(run=run, to=self.keys[digit], after="key")
            case Digit(digit=digit) if digit in self.asides:
                return self._aside(run, self.asides[digit], moment)
            case _:
                return None

    def _aside(self, run: FlowRun, aside: Aside, moment: Moment) -> Stay:
        said: tuple[Saying, ...] = ()
        if aside.prompts:
            said = (moment.say(run, aside.prompts),)
        return Stay(run=run.tagged(aside.tags), said=said, wait=run.wait)
