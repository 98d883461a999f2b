"""All flows as one map: where each step may lead, through other flows and back."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from router.core.ivr.model import Flow, Step
from router.core.ivr.steps.collect import CollectStep
from router.core.ivr.steps.flow import FlowStep
from router.core.ivr.steps.kind import Exit
from router.core.ivr.steps.queue import QueueStep
from router.core.ivr.steps.return_ import ReturnStep
from router.core.routing.queue import Queue
from router.core.vocabulary import FlowName, QueueName, StepName

Spot = tuple[FlowName, StepName]
"""A step, among all flows."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Road:
    """`keys`: how many a caller presses who takes it; none if it is silent."""

    to: Spot
    exit: Exit
    keys: int

    @property
    def silent(self) -> bool:
        return self.keys == 0


class Roads:
    """Where a flow returns to is every step that goes through it."""

    def __init__(self, flows: Iterable[Flow], queues: Mapping[QueueName, Queue]) -> None:
        self._queues = queues
        self.flows: Mapping[FlowName, Flow] = {flow.name: flow for flow in flows}
        self._returns: dict[FlowName, list[Spot]] = {}
        self._roads: dict[Spot, tuple[Road, ...]] = {}
        for flow in self.flows.values():
            for step in flow.steps.values():
                if isinstance(step, FlowStep):
                    self._returns.setdefault(step.flow, []).append((flow.name, step.next))

    def step(self, spot: Spot) -> Step:
        return self.flows[spot[0]].steps[spot[1]]

    def start(self, flow: FlowName) -> Spot:
        return flow, self.flows[flow].start

    def of(self, spot: Spot) -> tuple[Road, ...]:
        """The roads from a step."""
        if spot not in self._roads:
            self._roads[spot] = tuple(self._from(spot))
        return self._roads[spot]

    def reached(self, starts: Iterable[Spot]) -> set[Spot]:
        """Every step that callers who begin there may come to."""
        ahead = list(starts)
        seen = set(ahead)
        while ahead:
            fresh = {road.to for road in self.of(ahead.pop())} - seen
            seen |= fresh
            ahead.extend(fresh)
        return seen

    def _from(self, spot: Spot) -> Iterable[Road]:
        step = self.step(spot)
        if isinstance(step, ReturnStep):
            back = Exit(field=("return",), to=step.name)
            for after in self._returns.get(spot[0], ()):
                yield Road(to=after, exit=back, keys=0)
            return
        if isinstance(step, FlowStep):
            into = Exit(field=("flow",), to=step.name)
            yield Road(to=self.start(step.flow), exit=into, keys=0)
        if isinstance(step, QueueStep) and step.queue in self._queues:
            for overflow in self._queues[step.queue].overflow:
                if overflow.step is not None:
                    out = Exit(field=("queue",), to=overflow.step)
                    yield Road(to=(spot[0], overflow.step), exit=out, keys=0)
        for way in step.exits():
            if isinstance(step, FlowStep) and way.to == step.next:
                continue  # the other flow leads there
            yield Road(to=(spot[0], way.to), exit=way, keys=_keys(step, way))


def _keys(step: Step, way: Exit) -> int:
    if way.silent:
        return 0
    return step.least if isinstance(step, CollectStep) and way.fills else 1
