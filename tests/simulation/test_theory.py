"""The simulator's 99.9 % intervals hold what queueing theory says exactly."""

from __future__ import annotations

import math
from collections.abc import Sequence

import pytest

from router.core.routing.skills import SkillSet
from router.core.vocabulary import SkillName
from router.simulator.chance import (
    Deterministic,
    Duration,
    Exponential,
    Gamma,
    Lognormal,
    Uniform,
)
from router.simulator.intervals import Estimate
from router.simulator.model import CallKind, Group, Model, Widen
from router.simulator.model_report import ModelReport, Trial, simulate_model
from tests.simulation.theory import (
    cobham,
    erlang_a,
    erlang_c,
    erlang_c_wait,
    pollaczek_khinchine,
)


def group(count: int, *skills: str, name: str = "g", speed: float = 1.0) -> Group:
    levels = {SkillName(skill): 1 for skill in skills or ("a",)}
    return Group(name=name, counts=(count,), skills=levels, speed=speed)


def kind(
    rate: float,
    service: Duration,
    *,
    name: str = "a",
    needs: str = "a",
    order_class: int = 1,
    patience: Duration | None = None,
    widen: tuple[Widen, ...] = (),
) -> CallKind:
    return CallKind(
        name=name,
        rates=(rate,),
        require=SkillSet.of({SkillName(needs): 1}),
        order_class=order_class,
        service=service,
        patience=patience,
        widen=widen,
    )


def simulated(
    groups: Sequence[Group],
    kinds: Sequence[CallKind],
    *,
    calls: int = 5000,
    replications: int = 10,
    threshold: float = 0.1,
    seed: int = 20261124,
) -> ModelReport:
    model = Model(groups=tuple(groups), calls=tuple(kinds))
    trial = Trial(model=model, seed=seed, calls=calls, warmup=calls // 5, threshold=threshold)
    return simulate_model(trial, replications, workers=1, progress=lambda _: None)


def mean(found: Estimate) -> float:
    assert found.mean is not None
    return found.mean


def test_equal_agents_and_patient_callers_wait_as_erlang_c_says() -> None:
    report = simulated([group(10)], [kind(8.0, Exponential(1.0))])
    delayed, wait = erlang_c(10, 8.0), erlang_c_wait(10, 8.0, 1.0)
    figures = report.calls["a"]
    assert delayed in figures["p_wait"]
    assert wait in figures["mean_wait"]
    assert 8.0 * wait in figures["mean_queue"]
    # P(W > t) = C exp(-(c mu - lambda) t), Cooper 3.4.
    assert 1 - delayed * math.exp(-2.0 * 0.1) in figures["service_level"]
    assert 0.8 in report.groups["g"]["occupancy"]


def test_impatient_callers_wait_and_give_up_as_erlang_a_says() -> None:
    report = simulated([group(10)], [kind(11.0, Exponential(1.0), patience=Exponential(0.5))])
    exact = erlang_a(10, 11.0, 1.0, 0.5)
    figures = report.calls["a"]
    assert exact.p_wait in figures["p_wait"]
    assert exact.mean_wait in figures["mean_wait"]
    abandoned, offered = mean(figures["abandoned"]), mean(figures["offered"])
    assert abandoned / offered == pytest.approx(exact.p_abandon, rel=0.03)
    # P(abandon) = theta E[W], in the simulated figures themselves.
    assert abandoned / offered == pytest.approx(mean(figures["mean_wait"]) / 0.5, rel=0.03)


def test_classes_wait_as_cobham_says_whatever_comes_first_in_the_file() -> None:
    rates = {"high": 2.0, "middle": 3.0, "low": 3.0}
    kinds = [
        kind(rate, Exponential(1.0), name=name, order_class=place)
        for place, (name, rate) in enumerate(reversed(rates.items()))
    ]
    report = simulated([group(10)], kinds, calls=8000)
    for name, wait in zip(rates, cobham(10, list(rates.values()), 1.0), strict=True):
        assert wait in report.calls[name]["mean_wait"], name


SERVICES: dict[str, tuple[Duration, float]] = {
    "exponential": (Exponential(1.0), 2.0),
    "deterministic": (Deterministic(1.0), 1.0),
    "lognormal": (Lognormal(1.0, 0.8), math.exp(0.8**2)),
    "gamma": (Gamma(1.0, 2.0), 1.5),
    "uniform": (Uniform(0.5, 1.5), 1.0 + 1 / 12),
}


@pytest.mark.parametrize("name", SERVICES)
def test_one_agent_with_any_service_keeps_callers_as_pollaczek_and_khinchine_say(
    name: str,
) -> None:
    service, second_moment = SERVICES[name]
    report = simulated([group(1)], [kind(0.6, service)])
    assert pollaczek_khinchine(0.6, 1.0, second_moment) in report.calls["a"]["mean_wait"]
    assert 0.6 in report.groups["g"]["occupancy"]


def test_agents_twice_as_quick_are_as_good_as_services_half_as_long() -> None:
    report = simulated([group(5, speed=2.0)], [kind(8.0, Exponential(1.0))])
    assert erlang_c_wait(5, 8.0, 0.5) in report.calls["a"]["mean_wait"]


def test_the_number_who_wait_is_the_rate_times_their_wait() -> None:
    """Little 1961, for callers who are served and callers who give up alike."""
    kinds = [
        kind(4.0, Lognormal(1.0, 1.0), name="a", patience=Uniform(0, 2)),
        kind(4.0, Gamma(1.0, 0.5), name="b", order_class=2),
    ]
    report = simulated([group(8)], kinds)
    for name in ("a", "b"):
        queue, wait = report.calls[name]["mean_queue"], report.calls[name]["mean_wait"]
        assert mean(queue) == pytest.approx(4.0 * mean(wait), rel=0.05)


def test_which_class_is_first_moves_waits_between_classes_and_makes_no_more_of_them() -> None:
    """Kleinrock's conservation law (1965): sum of rho_i W_i, one service, any class order."""

    def total(first: int, second: int) -> tuple[Estimate, float]:
        kinds = [
            kind(3.0, Exponential(1.0), name="a", order_class=first),
            kind(5.0, Exponential(1.0), name="b", order_class=second),
        ]
        report = simulated([group(10)], kinds)
        return report.overall["mean_wait"], mean(report.calls["a"]["mean_wait"])

    (one, a_first), (other, a_last), (neither, _) = total(2, 1), total(1, 2), total(1, 1)
    assert mean(one) == pytest.approx(mean(other), rel=0.02)
    assert mean(one) == pytest.approx(mean(neither), rel=0.02)
    assert a_first < 0.6 * a_last


def _two_teams(after: float | None) -> ModelReport:
    def steps(other: str) -> tuple[Widen, ...]:
        if after is None:
            return ()
        return (Widen(after=after, also=SkillSet.of({SkillName(other): 1})),)

    kinds = [
        kind(4.0, Exponential(1.0), name="a", needs="a", widen=steps("b")),
        kind(4.0, Exponential(1.0), name="b", needs="b", widen=steps("a")),
    ]
    return simulated([group(5, "a", name="ga"), group(5, "b", name="gb")], kinds, calls=3000)


def test_widening_at_once_is_one_team_for_all() -> None:
    report = _two_teams(0.0)
    assert erlang_c_wait(10, 8.0, 1.0) in report.overall["mean_wait"]


def test_widening_that_never_comes_is_two_silos() -> None:
    never, silos = _two_teams(1e12), _two_teams(None)
    assert never == silos
    assert erlang_c_wait(5, 4.0, 1.0) in never.calls["a"]["mean_wait"]


def test_widening_in_between_is_better_than_silos_and_worse_than_one_team() -> None:
    waits = [mean(_two_teams(after).overall["mean_wait"]) for after in (0.0, 0.3, 1e12)]
    assert waits == sorted(waits)
    assert waits[0] < 0.9 * waits[1] < 0.8 * waits[2]
