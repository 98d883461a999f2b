"""The step that only leads on: a name for a place in the flow."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from router.core.ivr.flow_run import FlowRun
from router.core.ivr.steps.decision import Decision, Leave, Moment
from router.core.ivr.steps.kind import Exit, StepKind
from router.core.vocabulary import StepName


@dataclass(frozen=True, slots=True, kw_only=True)
class NextStep(StepKind):
    """Keys of several menus can lead to it, and it is changed in one place.

    ```yaml
    next: orientacion
    ```
    """

    kind: ClassVar[str] = "next"

    next: StepName

    def exits(self) -> tuple[Exit, ...]:
        """Onwards."""
        return (Exit(field=("next",), to=self.next),)

    def enter(self, run: FlowRun, moment: Moment) -> Decision:
        """Decided at once."""
        return Leave(run=run, to=self.next)
