"""Steps that ask other systems, as flow files write them."""

from __future__ import annotations

from pathlib import Path

import pytest

from router.adapters.flow_files import load
from tests.adapters.ivr.flow_mistakes import Edit, told_of

STEP = """\
  padron:
    http: https://padron.example/api
    send: {linea: =line}
    schema:
      type: object
      required: [edad]
      properties:
        edad: {type: integer, minimum: 0}
        activo: {type: boolean}
        casa: {type: object}
    into: {anos: edad}
    next: decide
    on_failure: crisis
  decide:
    branch: [{if: anos < 18, to: crisis}]
    otherwise: menu
"""


def write(edit: Edit, old: str = "", new: str = "") -> None:
    edit("flows/linea.yaml", "steps:\n", f"steps:\n{STEP.replace(old, new, 1)}")
    edit("flows/linea.yaml", "    closed: menu\n", "    closed: padron\n")


def test_what_is_answered_is_known_after_the_step(flow_folder: Path, edit: Edit) -> None:
    write(edit)
    load(flow_folder)


@pytest.mark.parametrize(
    ("old", "new", "sentence"),
    [
        ("https://padron.example/api", "ftp://padron.example", "an address such as https"),
        ("https://padron.example/api", "https://u:p@padron.example", "an address such as https"),
        ("https://padron.example/api", "https://padron.example/?a=1", "without a query"),
        ("type: object", "type: objeto", "a JSON schema of an object"),
        ("{anos: edad}", "{anos: eda}", "takes 'eda', which is no text, number or truth"),
        ("{anos: edad}", "{anos: casa}", "takes 'casa', which is no text, number or truth"),
        ("{anos: edad}", "{anos: activo}", "mixes kinds of values: anos is a truth"),
        ("=line", "=linea", "reads 'linea', which is not set"),
        ("on_failure: crisis", "on_failure: nadie", "leads to 'nadie'"),
        ("    on_failure: crisis\n", "", "has no `on_failure`"),
    ],
)
def test_a_question_that_cannot_be_asked(
    flow_folder: Path, edit: Edit, old: str, new: str, sentence: str
) -> None:
    write(edit, old, new)
    told = told_of(flow_folder)
    assert any(sentence in line for line in told), told
