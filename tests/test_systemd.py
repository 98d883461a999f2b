"""The units start commands that exist, behind walls; systemd reads them where it is there."""

from __future__ import annotations

import shutil
import subprocess
from configparser import RawConfigParser
from pathlib import Path

import pytest
import typer.main
from typer.core import TyperGroup

from router.cli.main import app

UNITS = sorted((Path(__file__).parents[1] / "docker/systemd").glob("*.service"))
WALLS = {
    "NoNewPrivileges": "yes",
    "ProtectSystem": "strict",
    "ProtectHome": "yes",
    "PrivateTmp": "yes",
    "RestrictAddressFamilies": "AF_INET AF_INET6 AF_UNIX AF_NETLINK",
    "CapabilityBoundingSet": "",
    "Restart": "always",
}
STATE = {"StateDirectory": "hotline", "StateDirectoryMode": "0700"}
OURS = [unit for unit in UNITS if unit.stem != "asterisk"]


def read(unit: Path) -> RawConfigParser:
    parser = RawConfigParser()
    parser.optionxform = str  # type: ignore[assignment,method-assign]
    parser.read_string(unit.read_text())
    return parser


def test_there_is_a_unit_for_asterisk_the_engines_their_guard_and_its_test_calls() -> None:
    assert {unit.stem for unit in UNITS} == {
        "asterisk",
        "hotline",
        "hotline-guard",
        "hotline-probe",
        "hotline-standby",
    }


@pytest.mark.parametrize("unit", UNITS, ids=lambda unit: unit.stem)
def test_a_unit_stands_behind_walls_and_is_started_again_however_often_it_dies(unit: Path) -> None:
    parser = read(unit)
    assert {name: parser["Service"][name] for name in WALLS} == WALLS
    assert parser["Unit"]["StartLimitIntervalSec"] == "0"
    if unit.stem != "asterisk":
        assert {name: parser["Service"][name] for name in STATE} == STATE


@pytest.mark.parametrize("unit", OURS, ids=lambda unit: unit.stem)
def test_a_unit_starts_a_command_that_exists(unit: Path) -> None:
    group = typer.main.get_command(app())
    assert isinstance(group, TyperGroup)
    program, command, *options = read(unit)["Service"]["ExecStart"].split()
    assert program.endswith("/bin/hotline")
    known = {name for each in group.commands[command].params for name in each.opts}
    assert {each for each in options if each.startswith("--")} <= known


@pytest.mark.skipif(not shutil.which("systemd-analyze"), reason="needs Debian's package systemd")
@pytest.mark.parametrize("unit", UNITS, ids=lambda unit: unit.stem)
def test_systemd_reads_a_unit_without_a_complaint(unit: Path, tmp_path: Path) -> None:
    here = tmp_path / unit.name
    text = unit.read_text().replace("/opt/hotline/.venv/bin/hotline", "/bin/true")
    here.write_text(text.replace("/usr/sbin/asterisk", "/bin/true"))
    told = subprocess.run(
        ["systemd-analyze", "verify", str(here)], capture_output=True, text=True, check=False
    )
    assert (told.returncode, told.stderr) == (0, "")
