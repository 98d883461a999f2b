"""The step that looks at the clock."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from router.core.ivr.flow_run import FlowRun
from router.core.ivr.steps.decision import Decision, Leave, Moment
from router.core.ivr.steps.kind import Exit, StepKind
from router.core.vocabulary import StepName


@dataclass(frozen=True, slots=True, kw_only=True)
class HoursStep(StepKind):
    """The hours are those of hours.yaml.

    ```yaml
    hours: noche
    open: crisis
    closed: menu
    ```
    """

    kind: ClassVar[str] = "hours"

    hours: str
    open: StepName
    closed: StepName

    def exits(self) -> tuple[Exit, ...]:
        """Either."""
        return (Exit(field=("open",), to=self.open), Exit(field=("closed",), to=self.closed))

    def enter(self, run: FlowRun, moment: Moment) -> Decision:
        """Decided at once."""
        if moment.hours[self.hours].is_open(moment.at):
            return Leave(run=run, to=self.open, after="open")
        return Leave(run=run, to=self.closed, after="closed")
