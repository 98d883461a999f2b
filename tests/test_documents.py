"""What is written for people is true: files, settings, commands and rooms that are named exist."""

from __future__ import annotations

import json
import re
import tomllib
from pathlib import Path

import pytest
import typer.main
from typer.core import TyperGroup

from router.adapters.roster_yaml import read_roster
from router.cli.exits import Exit
from router.cli.main import app, run
from router.config import SETTINGS, load
from router.setting_sources import NOT_SETTINGS

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text()
ARCHITECTURE = (ROOT / "ARCHITECTURE.md").read_text()
OF_ALARMS = {"HOTLINE_ALARM", "HOTLINE_ALARM_TEXT"}
"""What alarm.command finds in its environment."""


def blocks(language: str) -> list[str]:
    """The README's examples in one language."""
    return re.findall(rf"^ *```{language}\n(.*?)^ *```$", README, re.M | re.S)


def commands() -> set[str]:
    """`agents login` and the like."""
    group = typer.main.get_command(app())
    assert isinstance(group, TyperGroup)
    found = set()
    for name, command in group.commands.items():
        found.add(name)
        if isinstance(command, TyperGroup):
            found |= {f"{name} {below}" for below in command.commands}
    return found


@pytest.mark.parametrize(
    "name", ["README.md", "ARCHITECTURE.md", "CHANGELOG.md", "CONTRIBUTING.md"]
)
def test_every_link_leads_to_a_file_of_this_repository(name: str) -> None:
    for target in re.findall(r"\]\(([^)#]+)\)", (ROOT / name).read_text()):
        assert target.startswith("https://") or (ROOT / target).is_file(), target


@pytest.mark.parametrize(
    "name", ["README.md", *(f"docs/{page}.md" for page in ("ivr", "probe", "routing", "survival"))]
)
def test_every_command_that_a_document_names_exists(name: str) -> None:
    text = " ".join((ROOT / name).read_text().split())
    word = r"[a-z]+(?:-[a-z]+)*"
    words = re.findall(rf"(?:`|bin/|engine |\$ )hotline ({word}(?: {word})?)", text)
    known = commands()
    assert words
    for said in words:
        first = said.split()[0]
        assert said in known or first in known, said
        assert first != "agents" or said in known, said


def test_every_variable_that_the_readme_names_is_a_setting() -> None:
    variables = {each.variable for each in SETTINGS.values()} | NOT_SETTINGS | OF_ALARMS
    for said in re.findall(r"HOTLINE_[A-Z_]*[A-Z]", README):
        assert said.removesuffix("_FILE") in variables, said


def test_the_readmes_settings_file_is_read_as_it_stands(tmp_path: Path) -> None:
    (example,) = blocks("toml")
    file = tmp_path / "hotline.toml"
    file.write_text(example)
    settings = load(file=file, environment={"HOME": str(tmp_path)}).settings
    assert settings.media_address == "192.0.2.10"
    assert settings.alarm_command == "/usr/local/bin/tell-someone"


def test_the_readmes_rosters_are_imported_as_they_stand() -> None:
    small = next(each for each in blocks("sh") if "<<'YAML'" in each)
    heredoc = small.split("<<'YAML'\n")[1].split("\nYAML")[0]
    assert [agent.id for agent in read_roster(heredoc, "README.md")] == ["ana"]
    (example,) = blocks("yaml")
    assert [agent.id for agent in read_roster(example, "README.md")] == ["ana", "luis"]


def test_the_readmes_caller_holds_the_line_until_a_telephone_rings(
    capsys: pytest.CaptureFixture[str],
) -> None:
    (held,) = re.findall(r"sipp -sn uac .* -d (\d+)", README)
    words = ["try", "5555335533", "--keys", "", "--at", "2026-11-25 10:00", "--json"]
    assert run(words) == Exit.DONE
    silent = json.loads(capsys.readouterr().out)
    assert silent["queue"] == "crisis"
    assert int(held) / 1000 > silent["seconds"] + 30


def test_the_readme_tells_every_exit_code_that_a_command_ends_with() -> None:
    (told,) = re.findall(r"\*\*Exit codes\*\*: (.*?)\n\n", README, re.S)
    codes = {int(code) for code in re.findall(r"(?:^|; )\s*(\d+) ", told.replace("\n", " "))}
    assert codes == {code.value for code in Exit} - {Exit.INTERRUPTED.value}


def test_the_map_shows_every_room_of_the_house() -> None:
    layers = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]
    for contract in layers["contracts"]:
        if contract["type"] != "layers" or contract["containers"][0] not in (
            "router",
            "router.core",
        ):
            continue
        for room in re.findall(r"\w+", " ".join(contract["layers"])):
            where = re.sub(r"setting_\w+", "setting*", room)
            assert re.search(rf"`(?:\w+/)*{re.escape(where)}\*?(?:/|\.py)`", ARCHITECTURE), room


def test_the_map_gives_a_reason_for_every_library() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    for needed in project["dependencies"]:
        name = re.split(r"[=<>~]", needed)[0]
        assert name in ARCHITECTURE.lower(), name


def test_every_alarm_that_can_be_raised_is_told_with_what_to_do() -> None:
    """Each is raised by a name that is written there, or by a constant of the module."""
    raised = set()
    for file in (ROOT / "router").rglob("*.py"):
        text = file.read_text()
        constants = dict(re.findall(r'^([A-Z]+) = "(\w+)"$', text, re.M))
        calls = r'(?:raise_alarm|on_trouble)\(\s*(?:f?"(\w+)(?::\{[^"]*)?"|([A-Z]+))\s*,'
        for written, constant in re.findall(calls, text):
            raised.add(written or constants[constant])
        raised |= set(re.findall(r'(?:name|alarm) = .*f"(\w+):\{', text))
        for each in re.findall(r'_alarms\.stand\(\s*"(\w+)"', text):
            raised.add(f"journal_{each}")
        if "_tell_trouble" in text:
            raised.add(constants["TROUBLE"])
        raised |= {constants[each] for each in re.findall(r"_tell_trouble\(([A-Z]+),", text)}
    assert {
        "policy",
        "node",
        "bug",
        "journal_full",
        "ari",
        "restless",
        "rest_due",
        "missed_offers",
    } <= raised
    survival = (ROOT / "docs/survival.md").read_text()
    (table,) = re.findall(r"## Alarms.*?(?=\n## )", survival, re.S)
    told = {name for row in table.splitlines() for name in re.findall(r"`([a-z_]+)(?=[`:])", row)}
    assert raised - told == set()
