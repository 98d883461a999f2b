"""docs/ivr.md teaches what is true: its files make a hotline, and its steps fit into it."""

from __future__ import annotations

import re
import textwrap
from pathlib import Path

import pytest

from router.adapters.flow_files import load
from router.adapters.ivr.steps import KINDS
from router.core.ivr.steps.next import NextStep
from router.core.vocabulary import FlowName

ROOT = Path(__file__).parent.parent
DOCUMENT = (ROOT / "docs/ivr.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"```yaml\n(.*?)```", DOCUMENT, re.S)
FILES = {b.split("\n")[0].removeprefix("# ivr/"): b for b in BLOCKS if b.startswith("# ivr/")}
STEPS = "".join(block for block in BLOCKS if not block.startswith("# ivr/"))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The files of the document, its steps in the flow."""
    for name, text in FILES.items():
        file = tmp_path / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")
    return tmp_path


def test_the_files_make_a_hotline(folder: Path) -> None:
    assert set(load(folder).book.flows) == {"linea", "pide_edad"}


def test_every_step_fits_into_it(folder: Path) -> None:
    flow = folder / "flows/linea.yaml"
    text = FILES["flows/linea.yaml"]
    # Keys lead to where each part of the document begins.
    names = re.findall(r"^(\w+):", STEPS, re.M)
    begins = ("horario", "edad", "cuenta", "pregunta", "padron", "aliada", "emergencias", "buzon")
    keys = "".join(f"      {key}: {name}\n" for key, name in enumerate(begins, start=1))
    text = text.replace("start: crisis", "start: entra") + (
        "  entra:\n    menu: menu\n    keys:\n" + keys + "    on_timeout: saludo\n"
        "    on_wrong: saludo\n"
    )
    flow.write_text(text + textwrap.indent(STEPS, "  "), encoding="utf-8")
    flows = load(folder).book.flows
    assert set(names) <= set(flows[FlowName("linea")].steps)


def test_every_step_kind_is_taught() -> None:
    taught = STEPS + "".join(FILES.values()) + DOCUMENT
    missing = [k for k in KINDS if k != NextStep.kind and not re.search(rf"\b{k}\b:?", taught)]
    assert not missing


def test_every_link_leads_somewhere() -> None:
    for target in re.findall(r"\]\(([^)#]+)\)", DOCUMENT):
        assert target.startswith("https://") or (ROOT / "docs" / target).exists(), target
