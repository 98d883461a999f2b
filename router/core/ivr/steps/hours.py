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
    """The hours are those of hours.yaml. `holiday` is the way of who calls while they are closed on
    a holiday or another day that is an exception; without it, that of `closed`.

    ```yaml
    hours: oficina
    open: menu
    closed: cerrado
    holiday: festivo
    ```
    """

    kind: ClassVar[str] = "hours"

    hours: str
    open: StepName
    closed: StepName
    holiday: StepName | None = None

    def exits(self) -> tuple[Exit, ...]:
        """Either."""
        ways = (Exit(field=("open",), to=self.open), Exit(field=("closed",), to=self.closed))
        if self.holiday is None:
            return ways
        return (*ways, Exit(field=("holiday",), to=self.holiday))

    def enter(self, run: FlowRun, moment: Moment) -> Decision:
        """Decided at once."""
        hours = moment.hours[self.hours]
        if hours.is_open(moment.at):
            return Leave(run=run, to=self.open, after="open")
        if self.holiday is not None and hours.is_exceptional(moment.at):
            return Leave(run=run, to=self.holiday, after="holiday")
        return Leave(run=run, to=self.closed, after="closed")
