"""The step that insists on a skill: whoever answers has it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

from router.core.ivr.flow_run import FlowRun
from router.core.ivr.steps.decision import Decision, Leave, Moment
from router.core.ivr.steps.kind import Exit, StepKind
from router.core.vocabulary import SkillName, StepName


@dataclass(frozen=True, slots=True, kw_only=True)
class RequireStep(StepKind):
    """Asked for besides what the queue asks for, and in every circle of it: never relaxed
    (routing.md S2). Where a queue may have nobody for it, its step says `on_nobody_staffed`.

    ```yaml
    require: english and juridico>=3
    next: juridico
    ```
    """

    kind: ClassVar[str] = "require"

    skills: Mapping[SkillName, int]
    next: StepName

    def exits(self) -> tuple[Exit, ...]:
        """Onwards."""
        return (Exit(field=("next",), to=self.next),)

    def enter(self, run: FlowRun, moment: Moment) -> Decision:
        """Added to what was required before; of two levels the higher holds."""
        levels = dict(run.require)
        for skill, level in self.skills.items():
            levels[skill] = max(level, levels.get(skill, 0))
        return Leave(run=run.but(require=tuple(sorted(levels.items()))), to=self.next)
