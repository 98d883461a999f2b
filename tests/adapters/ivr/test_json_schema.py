"""An editor completes the flow files and shows a mistake where it is, by the shipped schemas."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from router.adapters.ivr.json_schema import schemas
from router.adapters.ivr.steps import KINDS
from router.cli.exits import Exit
from router.cli.main import run
from router.cli.schema import written
from tests.adapters.ivr.language_server import LanguageServer, installed, language_server

IVR = Path(__file__).parents[3] / "ivr"
FILES = sorted(path for path in IVR.rglob("*.yaml") if "stories" not in path.parts)
LINEA = IVR / "flows/linea.yaml"


@pytest.fixture
async def editor(cache: pytest.Cache) -> AsyncIterator[LanguageServer]:
    program = await installed(cache.mkdir("yaml-language-server"))
    async with language_server(program, IVR) as spoken:
        yield spoken


def test_the_shipped_schemas_are_those_of_this_version() -> None:
    shipped = {path.stem: path.read_text(encoding="utf-8") for path in IVR.glob("schema/*.json")}
    assert shipped == {name: written(each) for name, each in schemas().items()}, (
        "hotline schema --output ivr/schema"
    )


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(IVR)))
def test_every_shipped_file_names_its_schema(path: Path) -> None:
    first = path.read_text(encoding="utf-8").splitlines()[0]
    hint, _, target = first.partition("=")
    assert hint == "# yaml-language-server: $schema"
    schema = (path.parent / target).resolve()
    assert schema.is_file()
    kind = {"flows": "flow", "prompts": "prompts"}.get(path.parent.name, path.stem)
    assert schema == IVR / f"schema/{kind}.json"


async def test_the_editor_finds_nothing_wrong_in_any_shipped_file(editor: LanguageServer) -> None:
    for path in FILES:
        found = await editor.opens(path, path.read_text(encoding="utf-8"))
        assert not found, f"{path}: {found[0]['message']}"


@pytest.mark.parametrize(
    ("right", "wrong", "says"),
    [
        ("    on_timeout: crisis\n", "    on_timeot: crisis\n", "on_timeot is not allowed"),
        ("    wait: 4s\n", "    wait: four\n", "does not match the pattern"),
        ('    repeat: "*"\n', "    repeat: again\n", "does not match the pattern"),
    ],
)
async def test_the_editor_shows_a_mistake_in_its_place(
    editor: LanguageServer, right: str, wrong: str, says: str
) -> None:
    text = LINEA.read_text(encoding="utf-8")
    assert text.count(right) == 1
    line = text[: text.index(right)].count("\n")
    found = await editor.opens(LINEA, text.replace(right, wrong))
    here = [each for each in found if each["range"]["start"]["line"] == line]
    assert any(says in each["message"] for each in here), found


async def test_the_editor_completes_step_kinds_and_their_keys(editor: LanguageServer) -> None:
    hint = "# yaml-language-server: $schema=../schema/flow.json\n"
    file = IVR / "flows/otra.yaml"
    offered = await editor.completes(file, f"{hint}start: a\nsteps:\n  a:\n    \n", 4, 4)
    assert set(KINDS) <= offered
    menu = f"{hint}start: a\nsteps:\n  a:\n    menu: hola\n    \n"
    offered = await editor.completes(file, menu, 5, 4)
    assert {"keys", "on_timeout", "wait", "repeat"} <= offered


def test_the_command_prints_one(capfd: pytest.CaptureFixture[str]) -> None:
    assert run(["schema", "queues"]) == Exit.DONE
    assert json.loads(capfd.readouterr().out) == schemas()["queues"]
    assert run(["schema", "quees"]) == Exit.WRONG_USE
