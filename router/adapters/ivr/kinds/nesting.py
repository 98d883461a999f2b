"""Steps of flows within flows: flow, return."""

from __future__ import annotations

from pydantic import Field

from router.adapters.ivr.expressions import SourceWord, Variable
from router.adapters.ivr.kinds.step import StepShape
from router.adapters.ivr.words import Name
from router.core.ivr.model import Step
from router.core.ivr.steps.flow import FlowStep
from router.core.ivr.steps.return_ import ReturnStep
from router.core.vocabulary import FlowName, StepName


class FlowShape(StepShape):
    """Goes through another flow and comes back."""

    flow: Name
    values: dict[Name, SourceWord] = Field(default_factory=dict, alias="with")
    results: dict[Variable, Name] = Field(default_factory=dict, alias="result")
    next: Name
    on_failure: Name

    def step(self, name: StepName) -> Step:
        return FlowStep(
            name=name,
            flow=FlowName(self.flow),
            values=self.values,
            results=self.results,
            next=StepName(self.next),
            on_failure=StepName(self.on_failure),
        )


class ReturnShape(StepShape):
    """Ends a flow within another."""

    values: dict[Name, SourceWord] = Field(alias="return")

    def step(self, name: StepName) -> Step:
        return ReturnStep(name=name, values=self.values)
