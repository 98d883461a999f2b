"""The step that notes what a call is about."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from router.core.ivr.flow_run import FlowRun
from router.core.ivr.steps.decision import Decision, Leave, Moment
from router.core.ivr.steps.kind import Exit, StepKind
from router.core.vocabulary import StepName


@dataclass(frozen=True, slots=True, kw_only=True)
class TagStep(StepKind):
    """Words of the admin's, for the reports: never what a caller typed.

    ```yaml
    tag: [estafa, vivienda]
    next: juridico
    ```
    """

    kind: ClassVar[str] = "tag"

    tags: tuple[str, ...]
    next: StepName

    def exits(self) -> tuple[Exit, ...]:
        """Onwards."""
        return (Exit(field=("next",), to=self.next),)

    def enter(self, run: FlowRun, moment: Moment) -> Decision:
        """Decided at once."""
        return Leave(run=run.tagged(self.tags), to=self.next)
