"""What all step kinds have in common as a flow file writes them."""

from __future__ import annotations

from router.adapters.ivr.shapes import Shape
from router.core.ivr.model import Step
from router.core.vocabulary import StepName


class StepShape(Shape):
    """One step of a flow."""

    def step(self, name: StepName) -> Step:
        """Compiled."""
        raise NotImplementedError


def perhaps(to: str | None) -> StepName | None:
    """A way that need not be written."""
    return None if to is None else StepName(to)
