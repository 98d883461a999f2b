"""Which key of which menu brings a caller to the queue they want."""

from __future__ import annotations

from collections.abc import Mapping

from router.core.ivr.model import FlowBook, Step
from router.core.ivr.steps.menu import MenuStep
from router.core.ivr.steps.queue import QueueStep
from router.core.vocabulary import FlowName, QueueName, StepName

Keys = Mapping[tuple[FlowName, StepName], Mapping[QueueName, str]]


def keys_of(book: FlowBook) -> Keys:
    """For each menu, the first key that leads to each queue without another menu between."""
    found: dict[tuple[FlowName, StepName], Mapping[QueueName, str]] = {}
    for flow in book.flows.values():
        for step in flow.steps.values():
            if isinstance(step, MenuStep):
                keys: dict[QueueName, str] = {}
                for key, to in step.keys.items():
                    for queue in _queues(flow.steps, to):
                        keys.setdefault(queue, key)
                found[(flow.name, step.name)] = keys
    return found


def _queues(steps: Mapping[StepName, Step], first: StepName) -> list[QueueName]:
    found: list[QueueName] = []
    todo, seen = [first], {first}
    while todo:
        step = steps.get(todo.pop())
        if isinstance(step, QueueStep):
            found.append(step.queue)
        elif step is not None and not isinstance(step, MenuStep):
            for exit_ in step.exits():
                if exit_.to not in seen:
                    seen.add(exit_.to)
                    todo.append(exit_.to)
    return found
