"""What all step kinds have in common, so that whoever walks a flow need not know them."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

from router.core.ivr.flow_run import FlowRun
from router.core.ivr.steps.decision import Decision, Moment
from router.core.ivr.values import ValueKind
from router.core.ivr.waits import Given
from router.core.vocabulary import PromptId, StepName

Field = tuple[str | int, ...]
"""Keys and numbers from the step's own mapping in the flow file to something in it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Exit:
    """A way out of a step. `field` is where the flow file writes it, `silent` whether a caller who
    presses nothing may take it, `fills` whether what the step sets is set then."""

    field: Field
    to: StepName
    silent: bool = True
    fills: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Spoken:
    """A prompt that a step says, and where the flow file writes it. `also`: variables for its gaps
    that the step itself provides."""

    field: Field
    prompt: PromptId
    also: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Needed:
    """A variable that a step reads. `aloud`: it is spoken, so it must be no secret."""

    field: Field
    name: str
    aloud: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class StepKind:
    """One step of a flow; `kind` is the key that the flow file knows it by."""

    kind: ClassVar[str]

    name: StepName

    def exits(self) -> tuple[Exit, ...]:
        """The steps that may follow."""
        return ()

    def spoken(self) -> tuple[Spoken, ...]:
        """The prompts it says."""
        return ()

    def needs(self) -> tuple[Needed, ...]:
        """The variables it reads."""
        return ()

    def sets(self, known: Mapping[str, ValueKind]) -> Mapping[str, ValueKind]:
        """The variables it leaves by the exits that fill them, given those that it finds."""
        return {}

    def writes(self) -> frozenset[str]:
        """The names of what it sets, whatever it finds."""
        return frozenset(self.sets({}))

    @abstractmethod
    def enter(self, run: FlowRun, moment: Moment) -> Decision:
        """The flow reached the step."""

    def given(self, run: FlowRun, given: Given, moment: Moment) -> Decision | None:
        """What the step waited for; None if it is none of its business."""
        return None


def each(
    field: str, prompts: tuple[PromptId, ...], *, also: tuple[str, ...] = ()
) -> tuple[Spoken, ...]:
    """The prompts of a field that holds one or a list."""
    return tuple(
        Spoken(field=(field, n), prompt=prompt, also=also) for n, prompt in enumerate(prompts)
    )
