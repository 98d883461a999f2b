"""`hotline simulate --model`: what a planner types, and the figures that come back."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from router.cli.exits import Exit
from router.cli.main import run
from router.core.routing.skills import SkillSet
from router.core.vocabulary import SkillName
from router.simulator.chance import Deterministic, Exponential
from router.simulator.intervals import t_quantile
from router.simulator.model import CallKind, Group, Model
from router.simulator.model_report import ModelReport, Trial, simulate_model
from router.simulator.model_run import ModelRun

MODEL = """\
agent_order: [longest_idle]
call_order: arrival
wrap_up: 0.1
agents:
  - {group: g1, count: 4, skills: {a: 1, b: 1}}
  - {group: g2, count: 2, skills: {a: 1}, speed: 1.5}
calls:
  - {name: a, rate: 3, require: {a: 1}, class: 50, service: {exponential: 1}, patience: never}
  - name: b
    rate: 1.5
    require: {b: 1}
    class: 30
    service: {gamma: {mean: 1, shape: 2}}
    patience: {exponential: 2}
"""
SERVICE = Exponential(0.8)
FEW = ("--calls", "400", "--warmup", "50", "--replications", "3", "--threshold", "0.5", "--json")


def model_file(folder: Path, text: str = MODEL) -> str:
    file = folder / "m.yaml"
    file.write_text(text, encoding="utf-8")
    return str(file)


def figures(capture: pytest.CaptureFixture[str], *words: str) -> Any:
    assert run(["simulate", *words]) == Exit.DONE
    return json.loads(capture.readouterr().out)


def test_every_figure_has_a_mean_and_an_interval(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    found = figures(capsys, "--model", model_file(tmp_path), *FEW)
    assert set(found) == {"calls", "overall", "groups"}
    assert set(found["calls"]) == {"a", "b"}
    assert set(found["groups"]) == {"g1", "g2"}
    names = {"offered", "answered", "abandoned"} | {
        "p_wait",
        "mean_wait",
        "service_level",
        "mean_queue",
    }
    for each in (*found["calls"].values(), found["overall"]):
        assert set(each) == names
        for leaf in each.values():
            assert leaf["low"] <= leaf["mean"] <= leaf["high"]
    assert found["groups"]["g1"].keys() == {"occupancy"}
    assert found["overall"]["offered"]["mean"] == 400
    for each in found["calls"].values():
        ended = each["answered"]["mean"] + each["abandoned"]["mean"]
        assert ended == pytest.approx(each["offered"]["mean"])


def test_the_same_seed_gives_the_same_bits_on_one_core_and_on_two() -> None:
    def report(seed: int, workers: int) -> ModelReport:
        trial = Trial(model=_model(), seed=seed, calls=300, warmup=0, threshold=0.1)
        return simulate_model(trial, 4, workers=workers, progress=lambda _: None)

    assert report(7, 1) == report(7, 2)
    assert report(7, 1) != report(8, 1)


def test_lists_are_one_pass_over_the_periods(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    text = MODEL.replace("rate: 3,", "rate: [0, 50, 0],").replace("wrap_up", "period: 10\nwrap_up")
    file = model_file(tmp_path, text.replace("count: 4", "count: [4, 60, 4]"))
    found = figures(capsys, "--model", file, "--replications", "3", "--json")
    assert found["calls"]["a"]["offered"]["mean"] == pytest.approx(500, rel=0.2)
    assert found["calls"]["b"]["offered"]["mean"] == pytest.approx(45, rel=0.4)
    assert run(["simulate", "--model", file, "--calls", "5"]) == Exit.WRONG_USE
    assert "Leave --calls and --warmup out" in capsys.readouterr().err


def test_agents_who_leave_finish_their_call_and_take_no_other() -> None:
    model = _model(counts=(3, 1), rates=(40.0, 0.0), service=Deterministic(0.75), period=1.0)
    run_once = ModelRun(model, seed=3, number=0, calls=0, warmup=0, threshold=0)
    run_once.run()
    tally, group = run_once.sources[0].tally, run_once.crew.squads[0].tally
    assert tally.offered == tally.answered > 30
    # Two who would have left at 1 talk until 1.5 and more; then one serves all others.
    assert 3 + 1 < group.staffed < 3 + 1 + 2 * 0.75
    assert group.busy == pytest.approx(group.staffed, rel=0.02)


def test_callers_whom_nobody_will_ever_serve_have_waited_to_the_end() -> None:
    model = _model(counts=(1, 0), rates=(0.0, 20.0), service=Exponential(1.0), period=1.0)
    run_once = ModelRun(model, seed=3, number=0, calls=0, warmup=0, threshold=0)
    run_once.run()
    tally = run_once.sources[0].tally
    assert (tally.answered, tally.abandoned) == (0, 0)
    assert tally.waits == pytest.approx(tally.queue_area)


def test_a_figure_for_people_names_the_interval(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["simulate", "--model", model_file(tmp_path), *FEW[:-1]]) == Exit.DONE
    shown = capsys.readouterr().out
    assert "99.9 % interval" in shown
    assert "within 0.5" in shown


def test_a_wrong_model_is_wrong_use_in_one_sentence(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = model_file(tmp_path, MODEL.replace("rate: 3", "rate: -3"))
    assert run(["simulate", "--model", file]) == Exit.WRONG_USE
    assert f"{file}:8:21: `rate` is -3" in capsys.readouterr().err.replace("\n", "")
    assert run(["simulate", "--model", str(tmp_path / "none.yaml")]) == Exit.WRONG_USE


def test_students_quantiles_are_those_of_the_tables() -> None:
    """Abramowitz and Stegun, table 26.10."""
    assert t_quantile(0.975, 1) == pytest.approx(12.706, abs=0.001)
    assert t_quantile(0.9995, 2) == pytest.approx(31.598, abs=0.0015)
    assert t_quantile(0.9995, 19) == pytest.approx(3.883, abs=0.001)
    assert t_quantile(0.975, 30) == pytest.approx(2.042, abs=0.001)


def _model(
    counts: tuple[int, ...] = (2,),
    rates: tuple[float, ...] = (2.0,),
    service: Exponential | Deterministic = SERVICE,
    period: float | None = None,
) -> Model:
    skills = {SkillName("a"): 1}
    kind = CallKind(
        name="a", rates=rates, require=SkillSet.of(skills), order_class=1, service=service
    )
    return Model(
        groups=(Group(name="g", counts=counts, skills=skills),), calls=(kind,), period=period
    )
