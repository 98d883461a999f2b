"""Flows that go through other flows, and what is told of those that do not fit."""

from __future__ import annotations

from pathlib import Path

import pytest

from router.adapters.flow_files import load
from router.core.vocabulary import StepName
from tests.adapters.ivr.flow_mistakes import Edit, told_of

OTHER = """\
parameters: {intentos: number}
results: {edad: text}
start: pide
steps:
  pide:
    collect: menu
    into: anos
    max: 3
    tries: 2
    next: fin
    on_timeout: nada
    on_wrong: nada
  fin:
    return: {edad: =anos}
  nada:
    return: {edad: nada}
"""
STEP = """\
  pregunta:
    flow: edad
    with: {intentos: 2}
    result: {cuantos: edad}
    next: decide
    on_failure: crisis
  decide:
    branch: [{if: "cuantos == 'nada'", to: crisis}]
    otherwise: menu
"""


def write(flow_folder: Path, edit: Edit, *, other: str = OTHER, step: str = STEP) -> None:
    (flow_folder / "flows/edad.yaml").write_text(other, encoding="utf-8")
    edit("flows/linea.yaml", "steps:\n", f"steps:\n{step}")
    edit("flows/linea.yaml", "    closed: menu\n", "    closed: pregunta\n")


def test_results_are_known_after_the_step(flow_folder: Path, edit: Edit) -> None:
    write(flow_folder, edit)
    flow = load(flow_folder).book.flows
    assert set(flow) == {"linea", "edad"}
    assert StepName("pregunta") in next(iter(f.steps for n, f in flow.items() if n == "linea"))


@pytest.mark.parametrize(
    ("old", "new", "sentence"),
    [
        ("flow: edad", "flow: edat", "goes through 'edat', which is no flow"),
        ("{intentos: 2}", "{intento: 2}", "gives 'intento', which is no parameter of 'edad'"),
        ("{intentos: 2}", "{}", "does not give 'intentos' to 'edad'"),
        ("{cuantos: edad}", "{cuantos: ed}", "takes 'ed', which is no result of 'edad'"),
    ],
)
def test_a_step_that_does_not_fit_the_other_flow(
    flow_folder: Path, edit: Edit, old: str, new: str, sentence: str
) -> None:
    write(flow_folder, edit, step=STEP.replace(old, new, 1))
    assert any(sentence in line for line in told_of(flow_folder))


@pytest.mark.parametrize(
    ("old", "new", "sentence"),
    [
        ("{edad: nada}", "{ed: nada}", "returns 'ed', which is no result of this flow"),
        ("{edad: nada}", "{}", "does not return 'edad'"),
        ("{edad: text}", "{edad: letters}", "'edad' is 'letters'"),
        ("{edad: =anos}", "{edad: =ano}", "reads 'ano', which is not set"),
        (
            "return: {edad: nada}",
            "flow: edad\n    with: {intentos: 1}\n    next: fin\n    on_failure: fin",
            "leads through 'edad' back to this flow",
        ),
    ],
)
def test_another_flow_that_does_not_fit(
    flow_folder: Path, edit: Edit, old: str, new: str, sentence: str
) -> None:
    write(flow_folder, edit, other=OTHER.replace(old, new, 1))
    told = told_of(flow_folder)
    assert any(sentence in line for line in told), told


def test_a_line_begins_no_flow_that_returns(flow_folder: Path, edit: Edit) -> None:
    write(flow_folder, edit)
    edit("lines.yaml", "    flow: linea\n", "    flow: edad\n")
    told = told_of(flow_folder)
    assert any("begins on a line, where nobody fills its parameters" in line for line in told)
    assert any("returns, and the flow begins on a line" in line for line in told)


def test_a_callback_is_for_a_queue_that_exists(flow_folder: Path, edit: Edit) -> None:
    step = """\
  pregunta:
    callback: menu
    queue: juridicos
    ask_number: menu
    confirm: menu
    safe: menu
    next: gracias
    on_unsafe: crisis
    on_timeout: crisis
"""
    edit("flows/linea.yaml", "steps:\n", f"steps:\n{step}")
    (told,) = told_of(flow_folder)
    assert "the step 'pregunta' is for 'juridicos', which is no queue" in told
    assert told.endswith("did you mean juridico?")
