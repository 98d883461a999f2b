"""Which variables a step can count on, and of which kind they are."""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping

from router.core.ivr.model import Flow
from router.core.ivr.values import GIVEN, ValueKind
from router.core.vocabulary import StepName

Known = Mapping[str, ValueKind]


def known_at(flow: Flow) -> Mapping[StepName, Known]:
    """For every step that can be reached, what is set on each way that leads to it.

    A variable that has another kind on another way cannot be counted on.
    """
    known: dict[StepName, Known] = {flow.start: {**GIVEN, **flow.parameters}}
    ahead = deque([flow.start])
    while ahead:
        name = ahead.popleft()
        step, before = flow.steps[name], known[name]
        filled = {**before, **step.sets(before)}
        for way in step.exits():
            after = filled if way.fills else before
            there = known.get(way.to)
            both = after if there is None else _shared(there, after)
            if both != there:
                known[way.to] = both
                ahead.append(way.to)
    return known


def _shared(one: Known, other: Known) -> Known:
    return {name: kind for name, kind in one.items() if other.get(name) is kind}
