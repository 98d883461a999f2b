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
    "StateDirectory": "hotline",
    "StateDirectoryMode": "0700",
    "RestrictAddressFamilies": "AF_INET AF_INET6 AF_UNIX AF_NETLINK",
    "CapabilityBoundingSet": "",
    "Restart": "always",
}


def read(unit: Path) -> RawConfigParser:
    parser = RawConfigParser()
    parser.optionxform = str  # type: ignore[assignment,method-assign]
    parser.read_string(unit.read_text())
    return parser


def test_there_is_a_unit_for_the_engine_and_one_for_the_guard() -> None:
    assert [unit.stem for unit in UNITS] == ["hotline-guard", "hotline"]


@pytest.mark.parametrize("unit", UNITS, ids=lambda unit: unit.stem)
def test_a_unit_starts_a_command_that_exists_behind_walls(unit: Path) -> None:
    service = read(unit)["Service"]
    group = typer.main.get_command(app)
    assert isinstance(group, TyperGroup)
    program, command = service["ExecStart"].split()
    assert program.endswith("/bin/hotline")
    assert command in group.commands
    assert {name: service[name] for name in WALLS} == WALLS


@pytest.mark.skipif(not shutil.which("systemd-analyze"), reason="needs Debian's package systemd")
@pytest.mark.parametrize("unit", UNITS, ids=lambda unit: unit.stem)
def test_systemd_reads_a_unit_without_a_complaint(unit: Path, tmp_path: Path) -> None:
    here = tmp_path / unit.name
    here.write_text(unit.read_text().replace("/opt/hotline/.venv/bin/hotline", "/bin/true"))
    told = subprocess.run(
        ["systemd-analyze", "verify", str(here)], capture_output=True, text=True, check=False
    )
    assert (told.returncode, told.stderr) == (0, "")
