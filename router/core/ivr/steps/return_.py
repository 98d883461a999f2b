"""The step that ends a flow within another."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import ClassVar

from router.core.ivr.expressions import Source, names_read, worth
from router.core.ivr.flow_run import FlowRun, fleeting_among
from router.core.ivr.steps.decision import Ascend, Decision, Moment
from router.core.ivr.steps.kind import Needed, StepKind
from router.core.ivr.values import Value


@dataclass(frozen=True, slots=True, kw_only=True)
class ReturnStep(StepKind):
    """With the flow's `results`, for the step that went through it.

    ```yaml
    return: {anos: 18, dicho: true}
    ```
    """

    kind: ClassVar[str] = "return"

    values: Mapping[str, Source] = field(default_factory=dict)

    def needs(self) -> tuple[Needed, ...]:
        return tuple(
            Needed(field=("return", result), name=name)
            for result, source in self.values.items()
            for name in names_read(source)
        )

    def enter(self, run: FlowRun, moment: Moment) -> Decision:
        """Back; what cannot be computed is missing there."""
        values: dict[str, Value] = {}
        for result, source in self.values.items():
            value = worth(source, run.known)
            if value is not None:
                values[result] = value
        return Ascend(run=run, values=values, fleeting=fleeting_among(self.values, run))
