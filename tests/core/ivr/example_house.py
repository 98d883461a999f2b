"""A hotline around the example in a step kind's docstring: whoever adds a kind gets one for it."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from router.adapters.ivr.problems import Place, Problems
from router.adapters.ivr.steps import read_step
from router.adapters.ivr.tree import Entries, Items, Node, read
from router.core.ivr.hours import Hours, Range
from router.core.ivr.model import Flow, Line, Step
from router.core.ivr.steps.callback import CallbackStep
from router.core.ivr.steps.collect import CollectStep
from router.core.ivr.steps.flow import FlowStep
from router.core.ivr.steps.goodbye import GoodbyeStep
from router.core.ivr.steps.menu import MenuStep
from router.core.ivr.steps.queue import QueueStep
from router.core.ivr.steps.return_ import ReturnStep
from router.core.ivr.steps.set import SetStep
from router.core.ivr.values import GIVEN, ValueKind
from router.core.policy import Policy
from router.core.vocabulary import (
    CallerKey,
    ContactName,
    FlowName,
    Language,
    QueueName,
    StepName,
)
from tests.core.driver import NOON
from tests.core.house import CRISIS, JURIDICO, LINE, policy, prompts, seconds

EXAMPLE = StepName("example")
INSIDE = FlowName("inside")
PARTNER = "8009112000"
NIGHT, HOLIDAY = NOON + timedelta(hours=12), NOON + timedelta(days=2)


@dataclass(frozen=True, slots=True, kw_only=True)
class World:
    """When a caller calls whom, and who is on shift."""

    at: datetime
    line: str
    language: str
    caller: CallerKey | None
    staffed: bool


WORLDS = (
    World(at=NOON, line=LINE, language="es", caller=CallerKey("k"), staffed=True),
    World(at=NIGHT, line=LINE, language="en", caller=None, staffed=True),
    World(at=HOLIDAY, line="8005533000", language="es", caller=None, staffed=False),
)


def example_of(kind: type[Step]) -> Entries:
    """As it stands in the docstring."""
    (text,) = re.findall(r"```yaml\n(.*?)```", kind.__doc__ or "", re.DOTALL)
    root = read(textwrap.dedent(text).encode(), "example", Problems())
    assert root is not None
    return root


def house_of(kind: type[Step], world: World) -> Policy:
    """Its line begins with the example; each way out leads to a goodbye or to the crisis queue."""
    root, problems = example_of(kind), Problems()
    step = read_step(EXAMPLE, Place(file="example"), root, problems)
    problems.raise_if_any()
    assert step is not None
    if isinstance(step, CollectStep | CallbackStep):
        # Two digits show all that ten do.
        step = replace(step, least=2, most=2)
    words = set(_words(root))
    usual = policy(replace(JURIDICO, gives_up_after=seconds(120)), replace(CRISIS, order_class=40))
    flows = _flows(step)
    book = replace(
        usual.book,
        lines={
            world.line: Line(
                number=world.line,
                name="ejemplo",
                flow=FlowName("linea"),
                language=Language(world.language),
            )
        },
        default_line=world.line,
        flows={flow.name: flow for flow in flows},
        hours={word: _office() for word in words},
        contacts={ContactName(word): PARTNER for word in words},
    )
    return replace(usual, book=book)


def ways_out(kind: type[Step]) -> set[str]:
    """The steps that the example may lead to, whatever is decided."""
    step = read_step(EXAMPLE, Place(file="example"), example_of(kind), Problems())
    assert step is not None
    return {way.to for way in step.exits()}


def _words(node: Node) -> Iterator[str]:
    match node:
        case Entries(items=items):
            for key, item in items.items():
                yield key
                yield from _words(item)
        case Items(items=listed):
            for item in listed:
                yield from _words(item)
        case _:
            yield node.text


def _flows(step: Step) -> tuple[Flow, ...]:
    match step:
        case FlowStep(flow=name, results=results):
            kinds = dict.fromkeys(results.values(), ValueKind.NUMBER)
            step = replace(step, kinds=kinds)
            ask = _menu("dentro", StepName("vuelve"))
            back = ReturnStep(name=StepName("vuelve"), values=dict.fromkeys(kinds, 18))
            return _flow("linea", step), _flow(name, ask, back)
        case ReturnStep(values=values):
            asker = FlowStep(
                name=StepName("fuera"),
                flow=INSIDE,
                results={name: name for name in values},
                next=StepName("gracias"),
                on_failure=StepName("crisis"),
            )
            return _flow("linea", asker), _flow(INSIDE, step)
        case _:
            return (_flow("linea", step),)


def _flow(name: str, *steps: Step) -> Flow:
    """Begins with the first; what it needs is set before, and what it leads to is there."""
    first, known = steps[0], {each.name: each for each in steps}
    needed = {need.name for need in first.needs()} - GIVEN.keys()
    before = SetStep(
        name=StepName("antes"), values=dict.fromkeys(sorted(needed), "1"), next=first.name
    )
    for way in first.exits():
        known.setdefault(way.to, _end(way.to))
    known.setdefault(StepName("gracias"), _end(StepName("gracias")))
    return Flow(
        name=FlowName(name),
        start=before.name if needed else first.name,
        steps={**known, before.name: before},
    )


def _end(name: StepName) -> Step:
    if name == "gracias":
        return GoodbyeStep(name=name, prompts=prompts("gracias"))
    return QueueStep(name=name, queue=QueueName("crisis"), next=StepName("gracias"))


def _menu(name: str, to: StepName) -> MenuStep:
    return MenuStep(
        name=StepName(name), prompts=prompts(name), keys={"1": to}, on_timeout=to, on_wrong=to
    )


def _office() -> Hours:
    by_day = (Range(start=timedelta(hours=9), end=timedelta(hours=20)),)
    return Hours(name="oficina", tz=UTC, week=(by_day,) * 7, days={HOLIDAY.date(): ()})
