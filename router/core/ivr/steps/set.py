"""The step that remembers something."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

from router.core.ivr.expressions import Expression, Source, names_read, worth
from router.core.ivr.flow_run import FlowRun
from router.core.ivr.steps.decision import Decision, Leave, Moment
from router.core.ivr.steps.kind import Exit, Needed, StepKind
from router.core.ivr.trials import kind_of_expression
from router.core.ivr.values import Value, ValueKind, kind_of
from router.core.vocabulary import StepName


@dataclass(frozen=True, slots=True, kw_only=True)
class SetStep(StepKind):
    """`=` begins what is computed of the variables as they were before the step.

    What cannot be computed stays as it was; `on_failure` leads elsewhere then.

    ```yaml
    set: {tema: vivienda, vueltas: =0 + 1, urgente: true}
    next: menu
    on_failure: crisis
    ```
    """

    kind: ClassVar[str] = "set"

    values: Mapping[str, Source]
    next: StepName
    on_failure: StepName | None = None

    def exits(self) -> tuple[Exit, ...]:
        """Onwards, and where to if a value cannot be computed."""
        onwards = (Exit(field=("next",), to=self.next),)
        if self.on_failure is None:
            return onwards
        return (*onwards, Exit(field=("on_failure",), to=self.on_failure, fills=False))

    def needs(self) -> tuple[Needed, ...]:
        return tuple(
            Needed(field=("set", variable), name=name)
            for variable, source in self.values.items()
            for name in names_read(source)
        )

    def sets(self, known: Mapping[str, ValueKind]) -> Mapping[str, ValueKind]:
        """An expression that has no one kind sets nothing that one can count on."""
        found = {}
        for variable, source in self.values.items():
            kind = (
                kind_of_expression(source, known)
                if isinstance(source, Expression)
                else kind_of(source)
            )
            if kind is not None:
                found[variable] = kind
        return found

    def writes(self) -> frozenset[str]:
        return frozenset(self.values)

    def enter(self, run: FlowRun, moment: Moment) -> Decision:
        """Decided at once."""
        known = run.known
        found: dict[str, Value] = {}
        fleeting: dict[str, StepName] = {}
        for variable, source in self.values.items():
            value = worth(source, known)
            if value is not None:
                found[variable] = value
                if (again_at := run.again_at(names_read(source))) is not None:
                    fleeting[variable] = again_at
        run = run.remembering(found, fleeting)
        if len(found) < len(self.values):
            return Leave(run=run, to=self.on_failure or self.next, after="failure")
        return Leave(run=run, to=self.next)
