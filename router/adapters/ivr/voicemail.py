"""No caller in crisis comes to a recorder instead of a person."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping

from router.adapters.ivr.checks.roads import Roads, Spot
from router.adapters.ivr.flows import FlowFile
from router.adapters.ivr.lines import LinesFile
from router.adapters.ivr.problems import Problems, shown
from router.adapters.ivr.queues import QueuesFile
from router.adapters.ivr.tree import place_of
from router.core.ivr.steps.message import MessageStep
from router.core.ivr.steps.queue import QueueStep
from router.core.vocabulary import FlowName, QueueName, StepName


def look_at_voicemail(
    flows: Mapping[str, FlowFile], lines: LinesFile, queues: QueuesFile, problems: Problems
) -> None:
    """Of files that say what they mean. Crisis is the first resort, and what is served before it.

    A message must not follow a queue of crisis (but for its `next`, after a conversation), nor lead
    on to one by its own `next`, nor stand on the way there of a caller who presses nothing.
    """
    messages = {
        (flow.name, step.name)
        for flow in flows.values()
        for step in flow.steps.values()
        if isinstance(step, MessageStep)
    }
    if not messages:
        return
    roads = Roads((flow.flow for flow in flows.values()), queues.queues)
    crisis = _crisis(queues)
    told: dict[Spot, str] = {}
    for spot in sorted(messages & _without_a_person(roads, crisis)):
        told[spot] = "a caller whom nobody in the queue of crisis has answered comes to"
    silent = _in_silence(roads, [roads.start(line.flow) for line in lines.lines.values()])
    for spot in sorted(messages):
        step = roads.step(spot)
        assert isinstance(step, MessageStep)
        if _lead_to_crisis(roads, spot[0], [step.next], crisis):
            told.setdefault(spot, "a caller who comes to crisis has first to go through")
        elif spot in silent and _lead_to_crisis(roads, spot[0], [step.on_timeout], crisis):
            told.setdefault(spot, "a caller who presses nothing comes, before crisis, to")
    for (flow, name), who in told.items():
        problems.add(
            place_of(flows[flow].root, "steps", name, "message", key=True),
            f"{who} {shown(name)}, which records a message",
            "a way to a queue: a person in crisis is answered by a person",
            code="IVR015",
        )


def _crisis(queues: QueuesFile) -> frozenset[QueueName]:
    first = queues.first_resort
    least = queues.queues[first].order_class if first is not None else 0
    return frozenset(each.name for each in queues.queues.values() if each.order_class >= least)


def _without_a_person(roads: Roads, crisis: frozenset[QueueName]) -> set[Spot]:
    """Where callers get to whom a queue of crisis gave up, or who pressed a key there."""

    def onwards(spot: Spot) -> Iterator[Spot]:
        talked = isinstance(roads.step(spot), QueueStep)
        for road in roads.of(spot):
            if not (talked and road.exit.field == ("next",)):
                yield road.to

    starts = [
        to
        for flow in roads.flows.values()
        for step in flow.steps.values()
        if isinstance(step, QueueStep) and step.queue in crisis
        for to in onwards((flow.name, step.name))
    ]
    return _walked(starts, onwards)


def _in_silence(roads: Roads, starts: Iterable[Spot]) -> set[Spot]:
    """Where callers get to who press nothing, as far as the first queue."""

    def onwards(spot: Spot) -> Iterator[Spot]:
        if not isinstance(roads.step(spot), QueueStep):
            yield from (road.to for road in roads.of(spot) if road.silent)

    return _walked(starts, onwards)


def _lead_to_crisis(
    roads: Roads, flow: FlowName, steps: Iterable[StepName], crisis: frozenset[QueueName]
) -> bool:
    """Without a key, and with no other queue between."""
    found = (roads.step(spot) for spot in _in_silence(roads, [(flow, step) for step in steps]))
    return any(isinstance(each, QueueStep) and each.queue in crisis for each in found)


def _walked(starts: Iterable[Spot], ways: Callable[[Spot], Iterable[Spot]]) -> set[Spot]:
    ahead = list(starts)
    seen = set(ahead)
    while ahead:
        fresh = set(ways(ahead.pop())) - seen
        seen |= fresh
        ahead.extend(fresh)
    return seen
