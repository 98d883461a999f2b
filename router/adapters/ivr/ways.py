"""Whether callers get through a flow: to a person, and never round and round."""

from __future__ import annotations

from collections.abc import Iterator

from router.adapters.ivr.flows import FlowFile
from router.adapters.ivr.problems import Problems, shown
from router.adapters.ivr.tree import place_of
from router.core.ivr.steps.dial import DialStep
from router.core.ivr.steps.kind import Exit
from router.core.ivr.steps.queue import QueueStep
from router.core.ivr.steps.return_ import ReturnStep
from router.core.vocabulary import StepName


def look_at_ways(flow: FlowFile, problems: Problems) -> None:
    """Of a flow whose steps all exist."""
    if flow.start is not None and not _reaches_a_person(flow, flow.start):
        problems.add(
            place_of(flow.root, "start"),
            f"no way leads from {shown(flow.start)} to a person",
            "a step with `queue` on the way",
            code="IVR005",
        )
    for here, way in _rounds(flow):
        problems.add(
            place_of(flow.root, "steps", here, *way.field),
            f"a caller who presses nothing is led round: {shown(here)} leads back to"
            f" {shown(way.to)}",
            "a way to a queue or a goodbye",
            code="IVR004",
        )


def _reaches_a_person(flow: FlowFile, start: StepName) -> bool:
    seen, ahead = {start}, [start]
    while ahead:
        step = flow.steps[ahead.pop()]
        if isinstance(step, QueueStep | DialStep | ReturnStep):
            return True
        fresh = {way.to for way in step.exits()} - seen
        seen |= fresh
        ahead.extend(fresh)
    return False


def _rounds(flow: FlowFile) -> Iterator[tuple[StepName, Exit]]:
    """Where a silent caller comes back; depth first, without recursion in flows of any length."""
    on_the_way, done = set[StepName](), set[StepName]()
    for first in flow.steps:
        if first in done:
            continue
        on_the_way.add(first)
        stack = [(first, _silent_ways(flow, first))]
        while stack:
            here, ways = stack[-1]
            way = next(ways, None)
            if way is None:
                stack.pop()
                on_the_way.discard(here)
                done.add(here)
            elif way.to in on_the_way:
                yield here, way
            elif way.to not in done:
                on_the_way.add(way.to)
                stack.append((way.to, _silent_ways(flow, way.to)))


def _silent_ways(flow: FlowFile, name: StepName) -> Iterator[Exit]:
    """At a queue the search ends: a person is being looked for."""
    step = flow.steps[name]
    if not isinstance(step, QueueStep):
        yield from (way for way in step.exits() if way.silent)
