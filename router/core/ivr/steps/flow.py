"""The step that goes through another flow and comes back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import ClassVar

from router.core.ivr.expressions import Source, names_read, worth
from router.core.ivr.flow_run import FlowRun, fleeting_among
from router.core.ivr.steps.decision import Decision, Descend, Leave, Moment
from router.core.ivr.steps.kind import Exit, Needed, StepKind
from router.core.ivr.values import Value, ValueKind
from router.core.vocabulary import FlowName, StepName


@dataclass(frozen=True, slots=True, kw_only=True)
class FlowStep(StepKind):
    """The other flow knows nothing but its `parameters`, which `with` fills, and ends with a step
    `return`. `result` names, on the left, the variables that its results go into.

    A value that cannot be computed leads to `on_failure`.

    ```yaml
    flow: pide_edad
    with: {intentos: 2}
    result: {edad: anos}
    next: menu
    on_failure: orientacion
    ```
    """

    kind: ClassVar[str] = "flow"

    flow: FlowName
    values: Mapping[str, Source] = field(default_factory=dict)
    results: Mapping[str, str] = field(default_factory=dict)
    kinds: Mapping[str, ValueKind] = field(default_factory=dict)
    """Of the results, once the other flow is known."""
    next: StepName
    on_failure: StepName

    def exits(self) -> tuple[Exit, ...]:
        """Onwards; what happens in between is the other flow's."""
        return (
            Exit(field=("next",), to=self.next),
            Exit(field=("on_failure",), to=self.on_failure, fills=False),
        )

    def needs(self) -> tuple[Needed, ...]:
        return tuple(
            Needed(field=("with", parameter), name=name)
            for parameter, source in self.values.items()
            for name in names_read(source)
        )

    def sets(self, known: Mapping[str, ValueKind]) -> Mapping[str, ValueKind]:
        return {
            ours: self.kinds[theirs]
            for ours, theirs in self.results.items()
            if theirs in self.kinds
        }

    def enter(self, run: FlowRun, moment: Moment) -> Decision:
        """Into the other flow."""
        values: dict[str, Value] = {}
        for parameter, source in self.values.items():
            value = worth(source, run.known)
            if value is None:
                return Leave(run=run, to=self.on_failure, after="failure")
            values[parameter] = value
        fleeting = fleeting_among(self.values, run)
        return Descend(run=run, flow=self.flow, values=values, fleeting=fleeting)

    def back(self, run: FlowRun, values: Mapping[str, Value], fleeting: frozenset[str]) -> Leave:
        """The other flow returned; `run` is where it was left."""
        found = {ours: values[theirs] for ours, theirs in self.results.items() if theirs in values}
        if len(found) < len(self.results):
            return Leave(run=run, to=self.on_failure, after="failure")
        again = {ours: self.name for ours, theirs in self.results.items() if theirs in fleeting}
        return Leave(run=run.remembering(found, again), to=self.next, after="returned")

    def cannot(self, run: FlowRun) -> Leave:
        """The other flow is not there, or too deep."""
        return Leave(run=run, to=self.on_failure, after="failure")
