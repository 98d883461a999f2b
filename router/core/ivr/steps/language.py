"""The step that changes the language of what is said from here on."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from router.core.ivr.flow_run import FlowRun
from router.core.ivr.steps.decision import Decision, Leave, Moment
from router.core.ivr.steps.kind import Exit, StepKind
from router.core.vocabulary import Language, StepName


@dataclass(frozen=True, slots=True, kw_only=True)
class LanguageStep(StepKind):
    """Prompts only: who speaks the language is asked for with `prefer`.

    ```yaml
    language: en
    next: menu
    ```
    """

    kind: ClassVar[str] = "language"

    language: Language
    next: StepName

    def exits(self) -> tuple[Exit, ...]:
        """Onwards."""
        return (Exit(field=("next",), to=self.next),)

    def enter(self, run: FlowRun, moment: Moment) -> Decision:
        """Decided at once."""
        return Leave(run=run.but(language=self.language), to=self.next)
