"""Which queue a caller reaches at a given time, whatever they want: at night there is no menu."""

from __future__ import annotations

from datetime import datetime

from router.core.ivr.steps.hours import HoursStep
from router.core.ivr.steps.menu import MenuStep
from router.core.ivr.steps.queue import QueueStep
from router.core.policy import Policy
from router.core.vocabulary import QueueName
from router.simulator.keys import keys_of

STEPS_AT_MOST = 50


def queue_reached(policy: Policy, wanted: QueueName, at: datetime) -> QueueName:
    """Along the flow of the default line, with the key of the queue they want in every menu."""
    book = policy.book
    flow = book.flows[book.lines[book.default_line].flow]
    keys = keys_of(book)
    name = flow.start
    for _ in range(STEPS_AT_MOST):
        step = flow.steps.get(name)
        if step is None:
            break
        if isinstance(step, QueueStep):
            return step.queue
        if isinstance(step, HoursStep):
            name = step.open if book.hours[step.hours].is_open(at) else step.closed
        elif isinstance(step, MenuStep):
            key = keys[(flow.name, step.name)].get(wanted)
            name = step.on_timeout if key is None else step.keys[key]
        else:
            ways = step.exits()
            if not ways:
                break
            name = ways[0].to
    return policy.first_resort
