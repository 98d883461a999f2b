"""Steps that callers do not notice: set, tag, next, branch, hours."""

from __future__ import annotations

from pydantic import Field

from router.adapters.ivr.expressions import Condition, SourceWord, Variable
from router.adapters.ivr.kinds.step import StepShape, perhaps
from router.adapters.ivr.shapes import Shape
from router.adapters.ivr.words import Name, Names
from router.core.ivr.model import Step
from router.core.ivr.steps.branch import BranchStep, Case
from router.core.ivr.steps.hours import HoursStep
from router.core.ivr.steps.next import NextStep
from router.core.ivr.steps.set import SetStep
from router.core.ivr.steps.tag import TagStep
from router.core.vocabulary import StepName


class SetShape(StepShape):
    """Remembers something."""

    values: dict[Variable, SourceWord] = Field(alias="set", min_length=1)
    next: Name
    on_failure: Name | None = None

    def step(self, name: StepName) -> Step:
        return SetStep(
            name=name,
            values=self.values,
            next=StepName(self.next),
            on_failure=perhaps(self.on_failure),
        )


class TagShape(StepShape):
    """Notes what a call is about."""

    tag: Names
    next: Name

    def step(self, name: StepName) -> Step:
        return TagStep(name=name, tags=self.tag, next=StepName(self.next))


class NextShape(StepShape):
    """Leads on."""

    next: Name

    def step(self, name: StepName) -> Step:
        return NextStep(name=name, next=StepName(self.next))


class CaseShape(Shape):
    """One condition, and where it leads."""

    condition: Condition = Field(alias="if")
    to: Name


class BranchShape(StepShape):
    """Decides by what is known."""

    branch: list[CaseShape] = Field(min_length=1)
    otherwise: Name

    def step(self, name: StepName) -> Step:
        return BranchStep(
            name=name,
            cases=tuple(
                Case(condition=case.condition, to=StepName(case.to)) for case in self.branch
            ),
            otherwise=StepName(self.otherwise),
        )


class HoursShape(StepShape):
    """Looks at the clock."""

    hours: Name
    open: Name
    closed: Name
    holiday: Name | None = None

    def step(self, name: StepName) -> Step:
        return HoursStep(
            name=name,
            hours=self.hours,
            open=StepName(self.open),
            closed=StepName(self.closed),
            holiday=perhaps(self.holiday),
        )
