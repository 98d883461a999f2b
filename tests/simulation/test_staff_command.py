"""`hotline staff` and `hotline coverage`: who is needed when, and when nobody is there."""

from __future__ import annotations

import json
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from router.adapters import flow_files
from router.cli.exits import Exit
from router.cli.main import run
from router.core.policy import Policy
from router.core.vocabulary import QueueName
from router.planning.traffic_json import read_traffic
from router.simulator.reached import queue_reached
from router.simulator.staffing import Demand, by_erlang, demands_at, service_level
from tests.simulation.theory import erlang_c

ROOT = Path(__file__).parents[2]
IVR = str(ROOT / "ivr")
ROSTER = str(ROOT / "docs/examples/roster.yaml")
MEXICO = ZoneInfo("America/Mexico_City")
NOON = datetime(2026, 11, 23, 12, tzinfo=MEXICO)
NIGHT = datetime(2026, 11, 23, 3, tzinfo=MEXICO)
CRISIS, JURIDICO = QueueName("crisis"), QueueName("juridico")


@pytest.fixture(scope="module")
def policy() -> Policy:
    return flow_files.load(Path(IVR))


def test_every_half_hour_has_its_needs_beside_the_roster(
    capsys: pytest.CaptureFixture[str],
) -> None:
    words = ("--roster", ROSTER, "--policy", IVR, "--day", "2026-11-23")
    assert run(["staff", *words, "--json"]) == Exit.DONE
    halves: list[dict[str, Any]] = json.loads(capsys.readouterr().out)
    assert len({half["start"] for half in halves}) == 48
    noon = [half for half in halves if half["start"].startswith("2026-11-23T12:00")]
    assert noon[0]["queue"] == "crisis"
    alone, together = (sum(half[key] for half in noon) for key in ("erlang", "needed"))
    # domain.md: separate queues need 23 agents in the peak hour, one cross-trained pool 15.
    assert 20 <= alone <= 25
    assert 12 <= together <= 18
    assert {half["queue"] for half in halves if "T03:" in half["start"]} == {"crisis"}


def test_at_night_everybody_reaches_crisis_and_by_day_what_they_choose(policy: Policy) -> None:
    assert queue_reached(policy, JURIDICO, NIGHT) == CRISIS
    assert queue_reached(policy, JURIDICO, NOON) == JURIDICO
    assert queue_reached(policy, QueueName("nobody_knows"), NOON) == CRISIS


def test_calls_of_the_night_keep_their_number_and_length(policy: Policy) -> None:
    traffic = read_traffic()
    night = demands_at(policy, traffic, NIGHT)
    assert [each.queue for each in night] == [CRISIS]
    assert night[0].rate * 3600 == pytest.approx(sum(need.rate(NIGHT) for need in traffic.needs))


def test_the_first_guess_is_erlangs(policy: Policy) -> None:
    demand = Demand(queue=CRISIS, rate=8.0 / 300, handled=300.0, patience=400.0)
    queue = policy.queues[CRISIS]
    assert service_level(10, demand, 0 * queue.target.within) == pytest.approx(
        1 - erlang_c(10, 8.0)
    )
    agents = by_erlang(demand, queue)
    assert service_level(agents, demand, queue.target.within) >= queue.target.share
    assert service_level(agents - 1, demand, queue.target.within) < queue.target.share


SMALL = """\
shifts:
  dia: {from: "08:00", to: "20:00"}
agents:
  - {id: ana, skills: {psicologia: 3, crisis: 3}, works: {daily: dia}}
"""


def test_coverage_tells_when_nobody_is_eligible(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "r.yaml"
    file.write_text(SMALL, encoding="utf-8")
    words = ["coverage", "--roster", str(file), "--policy", IVR]
    assert run([*words, "--json"]) == Exit.NOT_SO
    found = json.loads(capsys.readouterr().out)
    crisis = [gap for gap in found if gap["queue"] == "crisis"]
    assert [(gap["start"] / 3600, gap["end"] / 3600) for gap in crisis[:2]] == [(0, 8), (20, 32)]
    assert all(gap["eligible_later"] == 0 for gap in crisis)
    by_day = [gap for gap in found if gap["queue"] == "violencia" and gap["start"] == 8 * 3600]
    assert by_day[0]["eligible_later"] == 1
    assert run(words) == Exit.NOT_SO
    assert "nobody" in capsys.readouterr().out


def test_a_roster_that_covers_everything_is_said_to(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    all_skills = "psicologia: 3, crisis: 3, juridico: 3, extorsion: 3, trata: 1"
    text = SMALL.replace("psicologia: 3, crisis: 3", all_skills)
    text = text.replace('{from: "08:00", to: "20:00"}', '{from: "08:00", to: "08:00"}')
    file = tmp_path / "r.yaml"
    file.write_text(text, encoding="utf-8")
    assert run(["coverage", "--roster", str(file), "--policy", IVR]) == Exit.DONE
    assert "Somebody is eligible for every queue" in capsys.readouterr().out


def test_a_queue_that_nobody_is_ever_eligible_for_is_told_as_always(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "r.yaml"
    file.write_text(SMALL.replace('to: "20:00"', 'to: "08:00"'), encoding="utf-8")
    assert run(["coverage", "--roster", str(file), "--policy", IVR]) == Exit.NOT_SO
    (row,) = [row for row in capsys.readouterr().out.splitlines() if row.startswith("trata")]
    assert " ".join(row.split()) == (
        "trata 80 siempre / always 1 o más, al ampliarse / 1 or more, once widened"
    )
