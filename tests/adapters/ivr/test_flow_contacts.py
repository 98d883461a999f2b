"""contacts.yaml, and the steps that call somebody outside."""

from __future__ import annotations

from pathlib import Path

import pytest

from router.adapters.flow_files import load
from tests.adapters.ivr.flow_mistakes import Edit, told_of

CONTACTS = "contacts:\n  vida:\n    name: Línea de la Vida\n    number: 8009112000\n"
STEP = """\
  vida:
    dial: vida
    next: gracias
    on_unreached: crisis
"""


def write(flow_folder: Path, edit: Edit, contacts: str = CONTACTS, step: str = STEP) -> None:
    (flow_folder / "contacts.yaml").write_text(contacts, encoding="utf-8")
    edit("flows/linea.yaml", "steps:\n", f"steps:\n{step}")


def test_a_contact_is_dialled_as_it_is_written(flow_folder: Path, edit: Edit) -> None:
    write(flow_folder, edit)
    assert load(flow_folder).book.contacts == {"vida": "8009112000"}


@pytest.mark.parametrize(
    ("old", "new", "sentence"),
    [
        ("8009112000", "800-911-2000", "expected a telephone number in digits"),
        ("  vida:", "  La Vida:", "the contact 'La Vida' cannot be named so"),
        ("number:", "numbre:", "did you mean number?"),
        ("contacts:", "contact:", "did you mean contacts?"),
    ],
)
def test_a_contact_that_cannot_be_called(
    flow_folder: Path, edit: Edit, old: str, new: str, sentence: str
) -> None:
    write(flow_folder, edit, CONTACTS.replace(old, new, 1))
    told = told_of(flow_folder)
    assert any(sentence in line for line in told), told


def test_a_step_calls_a_contact_that_exists(flow_folder: Path, edit: Edit) -> None:
    write(flow_folder, edit, step=STEP.replace("dial: vida", "dial: vide"))
    (told,) = told_of(flow_folder)
    assert "the step 'vida' calls 'vide', which is no entry of contacts.yaml" in told
    assert told.endswith("did you mean vida?")


def test_without_the_file_there_is_nobody_to_call(flow_folder: Path, edit: Edit) -> None:
    edit("flows/linea.yaml", "steps:\n", f"steps:\n{STEP}")
    (told,) = told_of(flow_folder)
    assert "'vida', which is no entry of contacts.yaml" in told
