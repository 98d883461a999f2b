"""A caller in a flow of a few steps."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest

from router.core.ivr.hours import DAY, Hours, Range
from router.core.ivr.model import Flow, FlowBook, Line, Step
from router.core.vocabulary import FlowName, Language, QueueName
from tests.core.ivr.caller import Caller

NOON = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)
NIGHT = Hours(
    name="noche", tz=UTC, week=((Range(start=timedelta(0), end=timedelta(hours=7)),),) * 7
)
ALWAYS = Hours(name="siempre", tz=UTC, week=((Range(start=timedelta(0), end=DAY),),) * 7)


def book_of(*steps: Step) -> FlowBook:
    """One line that begins at the first step."""
    flow = Flow(
        name=FlowName("linea"), start=steps[0].name, steps={step.name: step for step in steps}
    )
    line = Line(number="55", name="Línea", flow=flow.name, language=Language("es"))
    return FlowBook(
        lines={line.number: line},
        default_line=line.number,
        flows={flow.name: flow},
        hours={hours.name: hours for hours in (NIGHT, ALWAYS)},
        first_resort=QueueName("crisis"),
    )


@pytest.fixture
def calls() -> Callable[..., Caller]:
    """A caller at noon, or at another time, in the flow of these steps."""

    def call(*steps: Step, at: datetime = NOON) -> Caller:
        return Caller(book_of(*steps), at)

    return call
