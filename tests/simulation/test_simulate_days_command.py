"""`hotline simulate --roster`: tables, JSON, plots, and two policies beside each other."""

from __future__ import annotations

import json
import re
import shutil
import sys
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest

from router.cli.exits import Exit
from router.cli.main import run

ROOT = Path(__file__).parents[2]
ROSTER = str(ROOT / "docs/examples/roster.yaml")
SUNDAY = ("--from", "2026-11-29", "--days", "1", "--replications", "2", "--seed", "3")


def command(*words: str) -> int:
    policy = () if "--policy" in words else ("--policy", str(ROOT / "ivr"))
    return run(["simulate", "--roster", ROSTER, *SUNDAY, *policy, *words])


def silos(folder: Path) -> Path:
    """The shipped policy without any widening."""
    copy = folder / "silos"
    shutil.copytree(ROOT / "ivr", copy)
    queues = copy / "queues.yaml"
    text = queues.read_text(encoding="utf-8")
    text = re.sub(r"^    widen:\n(?:      - .*\n)+", "", text, flags=re.MULTILINE)
    queues.write_text(text, encoding="utf-8")
    return copy


def test_a_sunday_is_told_in_tables_json_and_plots(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert command("--plots", str(tmp_path)) == Exit.DONE
    shown = capsys.readouterr().out
    assert "1 day from 2026-11-29, 2 replications" in shown
    for head in ("to a voice", "most in a row", "occupancy"):
        assert head in shown
    for name in ("service_level", "waits", "occupancy"):
        drawn = ElementTree.parse(tmp_path / f"{name}.svg").getroot()
        assert drawn.tag.endswith("svg")
        assert (tmp_path / f"{name}.png").read_bytes().startswith(b"\x89PNG")


def test_without_matplotlib_it_is_said_before_the_days_are_simulated(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delitem(sys.modules, "router.cli.simulate_plots", raising=False)
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    assert command("--plots", str(tmp_path)) == Exit.SURROUNDINGS
    assert "pip install 'hotline[plots]'" in capsys.readouterr().err


def test_json_has_every_queue_hour_and_agent(capsys: pytest.CaptureFixture[str]) -> None:
    assert command("--json") == Exit.DONE
    found: Any = json.loads(capsys.readouterr().out)
    assert set(found) == {"overall", "queues", "by_hour", "hours", "agents"}
    assert len(found["hours"]["crisis"]) == len(found["by_hour"]) == 24
    level = found["queues"]["crisis"]["service_level"]
    assert level["low"] <= level["mean"] <= level["high"]
    assert found["agents"]["noche.02"]["heavy_calls"]["mean"] > 0


def test_silos_cost_the_callers_whom_widening_helped(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert command("--compare", str(silos(tmp_path)), "--json") == Exit.DONE
    found: Any = json.loads(capsys.readouterr().out)
    assert next(iter(found["queues"])) == "crisis"
    change = found["queues"]["violencia"]["differences"]["abandonment"]["change"]
    assert change["mean"] > 0.02
    assert found["queues"]["violencia"]["sentence"].startswith("violencia: ")


def test_a_policy_beside_itself_makes_no_difference(capsys: pytest.CaptureFixture[str]) -> None:
    assert command("--compare", str(ROOT / "ivr")) == Exit.DONE
    shown = capsys.readouterr().out
    assert "crisis: no difference that these replications could tell from chance." in shown


def test_options_of_a_model_and_of_days_do_not_mix(capsys: pytest.CaptureFixture[str]) -> None:
    assert command("--calls", "10") == Exit.WRONG_USE
    assert "need a --model" in capsys.readouterr().err
    assert command("--compare", str(ROOT / "ivr"), "--plots", "somewhere") == Exit.WRONG_USE
    assert "--plots draws one policy" in capsys.readouterr().err
    assert run(["simulate"]) == Exit.WRONG_USE
    assert "Name a --roster" in capsys.readouterr().err


def test_a_file_that_is_not_there_is_one_sentence(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["simulate", "--roster", "nobody.yaml"]) == Exit.WRONG_USE
    assert "nobody.yaml cannot be read" in capsys.readouterr().err
    assert command("--traffic", "nothing.json") == Exit.WRONG_USE
    assert "nothing.json: it cannot be read" in capsys.readouterr().err
