"""The step that brings the caller to a person."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import ClassVar

from router.core.ivr.flow_run import FlowRun
from router.core.ivr.steps.decision import Decision, Leave, Moment, Stay
from router.core.ivr.steps.kind import Exit, StepKind
from router.core.ivr.waits import ConversationOver, ForAgent, Given, QueueGaveUp
from router.core.vocabulary import QueueName, StepName


@dataclass(frozen=True, slots=True, kw_only=True)
class QueueStep(StepKind):
    """The flow goes on at `next` when the agent hangs up first, at `on_timeout` when the queue
    gives up; without `on_timeout` the caller takes a place again.

    ```yaml
    queue: juridico
    next: gracias
    on_timeout: crisis
    ```
    """

    kind: ClassVar[str] = "queue"

    queue: QueueName
    next: StepName
    on_timeout: StepName | None = None

    def exits(self) -> tuple[Exit, ...]:
        """After the conversation, and without one."""
        after = (Exit(field=("next",), to=self.next),)
        if self.on_timeout is None:
            return after
        return (*after, Exit(field=("on_timeout",), to=self.on_timeout))

    def enter(self, run: FlowRun, moment: Moment) -> Decision:
        """Keys typed ahead were meant for a menu, not for the person."""
        run = replace(run, typed_ahead="")
        return Stay(
            run=run, wait=ForAgent(queue=self.queue, prefer=run.prefer, require=run.require)
        )

    def given(self, run: FlowRun, given: Given, moment: Moment) -> Decision | None:
        """Keys pressed while waiting or talking are none of the flow's business."""
        match given:
            case ConversationOver():
                return Leave(run=run, to=self.next)
            case QueueGaveUp() if self.on_timeout is not None:
                return Leave(run=run, to=self.on_timeout, after="gave_up")
            case QueueGaveUp():
                return self.enter(run, moment)
            case _:
                return None
