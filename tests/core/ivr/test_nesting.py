"""A flow goes through another, which knows only what it was given."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from router.adapters.ivr.expressions import read_source
from router.core.ivr.model import Flow, Step
from router.core.ivr.run import DEEPEST
from router.core.ivr.steps.flow import FlowStep
from router.core.ivr.steps.return_ import ReturnStep
from router.core.ivr.steps.set import SetStep
from router.core.ivr.values import ValueKind
from router.core.ivr.waits import ForAgent
from router.core.vocabulary import FlowName, QueueName, StepName
from tests.core.ivr.caller import Caller, goodbye, menu, queue
from tests.core.ivr.conftest import NOON, book_of

ENDS = (queue("crisis"), queue("juridico"), goodbye())


def goes(values: Mapping[str, str], results: Mapping[str, str], to: str = "juridico") -> FlowStep:
    return FlowStep(
        name=StepName("otro"),
        flow=FlowName("otro"),
        values={name: read_source(value) for name, value in values.items()},
        results=results,
        next=StepName(to),
        on_failure=StepName("gracias"),
    )


def returns(**values: str) -> ReturnStep:
    written = {name: read_source(value) for name, value in values.items()}
    return ReturnStep(name=StepName("fin"), values=written)


def caller(step: FlowStep, *inner: Step, before: SetStep | None = None) -> Caller:
    book = book_of(*((before,) if before else ()), step, *ENDS)
    other = Flow(
        name=FlowName("otro"),
        start=inner[0].name,
        steps={each.name: each for each in inner},
        parameters={"veces": ValueKind.NUMBER},
        results={"doble": ValueKind.NUMBER},
    )
    return Caller(replace(book, flows={**book.flows, other.name: other}), NOON)


def test_values_go_in_and_results_come_back() -> None:
    mine = SetStep(name=StepName("mio"), values={"x": 3, "y": 1}, next=StepName("otro"))
    there = caller(goes({"veces": "=x"}, {"y": "doble"}), returns(doble="=veces * 2"), before=mine)
    assert there.run.variables == {"x": 3, "y": 6}
    assert there.path == ["mio", "otro", "fin", "juridico"]
    assert [note.flow for note in there.notes] == ["linea", "linea", "otro", "linea"]


def test_the_other_flow_knows_nothing_else() -> None:
    mine = SetStep(name=StepName("mio"), values={"x": 3}, next=StepName("otro"))
    there = caller(goes({}, {"y": "doble"}), returns(doble="=x"), before=mine)
    assert there.run.variables == {"x": 3}
    assert there.run.step == "gracias"


def test_a_caller_may_be_asked_in_the_other_flow() -> None:
    there = caller(
        goes({"veces": "2"}, {"y": "doble"}), menu(k1="fin"), returns(doble="=veces * 2")
    )
    assert there.heard() == ["menu"]
    there.presses("1")
    assert there.run.variables == {"y": 4}


def test_a_caller_may_stay_with_a_person_of_the_other_flow() -> None:
    there = caller(goes({"veces": "2"}, {}), queue("crisis", "fin"), returns(doble="1"))
    assert there.wait == ForAgent(queue=QueueName("crisis"))
    there.talks_to_the_end()
    assert there.run.step == "juridico"


def test_what_cannot_be_computed_leads_where_the_step_says() -> None:
    assert caller(goes({"veces": "=nada"}, {}), returns(doble="1")).run.step == "gracias"


def test_a_flow_without_end_comes_out_where_the_first_step_says() -> None:
    inner = goes({"veces": "1"}, {}, to="gracias")
    there = caller(goes({"veces": "1"}, {}), inner, goodbye())
    assert there.path.count("otro") == DEEPEST + 1
    assert there.run.flow == "otro"
    assert there.run.step == "gracias"


def test_a_return_from_nowhere_reaches_a_person() -> None:
    there = Caller(book_of(returns(doble="1"), *ENDS), NOON)
    assert there.wait == ForAgent(queue=QueueName("crisis"))


def test_a_flow_that_has_vanished_leads_where_the_step_says() -> None:
    assert Caller(book_of(goes({}, {}), *ENDS), NOON).run.step == "gracias"
