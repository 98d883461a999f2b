"""The step that decides by what is known of the call."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from router.core.ivr.expressions import Expression
from router.core.ivr.flow_run import FlowRun
from router.core.ivr.steps.decision import Decision, Leave, Moment
from router.core.ivr.steps.kind import Exit, Needed, StepKind
from router.core.vocabulary import StepName


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """`condition` is true or false of the variables that exist at the step."""

    condition: Expression
    to: StepName


@dataclass(frozen=True, slots=True, kw_only=True)
class BranchStep(StepKind):
    """The first condition that is true leads; without one, and if one cannot be computed,
    `otherwise` does.

    Conditions are written in CEL (https://cel.dev): ==, <, &&, ||, !, in, size(), startsWith().

    ```yaml
    branch:
      - {if: "language == 'en'", to: ingles}
      - {if: "anonymous && line.startsWith('800')", to: trata}
    otherwise: menu
    ```
    """

    kind: ClassVar[str] = "branch"

    cases: tuple[Case, ...]
    otherwise: StepName

    def exits(self) -> tuple[Exit, ...]:
        """One per condition, and the other."""
        return (
            *(Exit(field=("branch", n, "to"), to=case.to) for n, case in enumerate(self.cases)),
            Exit(field=("otherwise",), to=self.otherwise),
        )

    def needs(self) -> tuple[Needed, ...]:
        return tuple(
            Needed(field=("branch", n, "if"), name=name)
            for n, case in enumerate(self.cases)
            for name in case.condition.names
        )

    def enter(self, run: FlowRun, moment: Moment) -> Decision:
        """Decided at once; whether by the first condition or the last is not written down."""
        known = run.known
        for case in self.cases:
            worth = case.condition.worth(known)
            if worth is True:
                return Leave(run=run, to=case.to, after="true")
            if worth is None:
                return Leave(run=run, to=self.otherwise, after="failure")
        return Leave(run=run, to=self.otherwise, after="otherwise")
