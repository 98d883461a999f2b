"""The step that asks for agents with a skill, without insisting."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

from router.core.ivr.flow_run import FlowRun
from router.core.ivr.steps.decision import Decision, Leave, Moment
from router.core.ivr.steps.kind import Exit, StepKind
from router.core.vocabulary import SkillName, StepName


@dataclass(frozen=True, slots=True, kw_only=True)
class PreferStep(StepKind):
    """A weight never keeps a caller waiting (routing.md S2). One skill weighs 1.

    ```yaml
    prefer: {nahuatl: 2}
    next: orientacion
    ```
    """

    kind: ClassVar[str] = "prefer"

    skills: Mapping[SkillName, int]
    next: StepName

    def exits(self) -> tuple[Exit, ...]:
        """Onwards."""
        return (Exit(field=("next",), to=self.next),)

    def enter(self, run: FlowRun, moment: Moment) -> Decision:
        """Added to what was preferred before; for the same skill the later weight holds."""
        prefer = tuple(sorted((dict(run.prefer) | dict(self.skills)).items()))
        return Leave(run=run.but(prefer=prefer), to=self.next)
