"""How quick the simulator is, beside simpy and ciw in the same run (C3.2)."""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Generator, Iterator
from datetime import date
from pathlib import Path
from random import Random
from typing import Any
from zoneinfo import ZoneInfo

from router.cli.planned import plan_from
from router.config import SHIPPED_FLOWS
from router.core.routing.skills import SkillSet
from router.core.vocabulary import SkillName
from router.planning.model_yaml import read_model
from router.simulator.chance import Exponential, Lognormal
from router.simulator.hotline_run import HotlineRun
from router.simulator.model import CallKind, Group, Model
from router.simulator.model_report import Trial, simulate_model
from router.simulator.model_run import ModelRun
from router.simulator.replications import cores
from tests.bench.figures import Figure

AGENTS, LOAD = 20, 0.9
MODEL = f"""\
agent_order: [longest_idle]
agents:
  - {{group: g, count: {AGENTS}, skills: {{a: 1}}}}
calls:
  - {{name: a, rate: {AGENTS * LOAD}, require: {{a: 1}}, class: 1, service: {{exponential: 1}}}}
"""
CUSTOMERS = 40_000
ROUNDS = 5
OVER_SIMPY = 2.0
BIG_WITHIN = 10.0
MONTH_WITHIN = 10.0
ROSTER = Path(__file__).parents[2] / "docs/examples/roster.yaml"
MONTH = 28


async def measure(*, quick: bool) -> list[Figure]:
    """M/M/20 at load 0.9, 500 agents with 20 skills, and a month of the hotline."""
    customers = CUSTOMERS // 4 if quick else CUSTOMERS
    return [*_beside_peers(customers), _big(quick), _month(quick)]


def _beside_peers(customers: int) -> Iterator[Figure]:
    """In turns, the best of five each: what else the machine does hits all alike.

    One core beside one core is what counts, in processor time. That a model file uses all cores,
    and simpy one, is told as well, by the clock on the wall.
    """
    model, _ = read_model(MODEL.encode(), "mm20.yaml")
    replications = cores()
    runs: dict[str, Callable[[], int]] = {
        "one core": lambda: _one_core(model, customers),
        "all cores": lambda: _all_cores(model, customers, replications),
        "simpy": lambda: _simpy(customers),
        "ciw": lambda: _ciw(customers // 4),
    }
    on_core, on_wall = dict.fromkeys(runs, 0.0), dict.fromkeys(runs, 0.0)
    for _ in range(ROUNDS):
        for name, run in runs.items():
            began, busy = time.perf_counter(), time.process_time()
            served = run()
            on_core[name] = max(on_core[name], served / (time.process_time() - busy))
            on_wall[name] = max(on_wall[name], served / (time.perf_counter() - began))
    for name, best in (("one core", on_core), ("all cores", on_wall)):
        ours, simpy, ciw = best[name], best["simpy"], best["ciw"]
        judged = name == "one core"
        yield Figure(
            name=f"M/M/20 at load 0.9, {name if name == 'one core' else f'{replications} cores'}",
            samples=customers,
            ours=f"{ours:,.0f} customers/s",
            versus=f"simpy {simpy:,.0f}, ciw {ciw:,.0f} on one",
            ratio=f"{ours / simpy:.2f}",
            target=f">= {OVER_SIMPY:g} x simpy" if judged else "",
            holds=ours >= OVER_SIMPY * simpy if judged else None,
        )


def _one_core(model: Model, customers: int) -> int:
    ModelRun(model, seed=1, number=0, calls=customers, warmup=0, threshold=0.5).run()
    return customers


def _all_cores(model: Model, customers: int, replications: int) -> int:
    trial = Trial(model=model, seed=1, calls=customers, warmup=0, threshold=0.5)
    simulate_model(trial, 2 * replications, progress=lambda _: None)
    return 2 * customers * replications


def _simpy(customers: int) -> int:
    import simpy

    environment = simpy.Environment()
    agents = simpy.Resource(environment, AGENTS)
    chance = random.Random(1)
    waits: list[float] = []

    def customer() -> Generator[Any, Any, None]:
        arrived = environment.now
        with agents.request() as granted:
            yield granted
            waits.append(environment.now - arrived)
            yield environment.timeout(chance.expovariate(1.0))

    def arrivals() -> Generator[Any, Any, None]:
        for _ in range(customers):
            yield environment.timeout(chance.expovariate(AGENTS * LOAD))
            environment.process(customer())

    environment.process(arrivals())
    environment.run()
    return len(waits)


def _ciw(customers: int) -> int:
    import ciw

    network = ciw.create_network(
        arrival_distributions=[ciw.dists.Exponential(AGENTS * LOAD)],
        service_distributions=[ciw.dists.Exponential(1.0)],
        number_of_servers=[AGENTS],
    )
    ciw.seed(1)
    simulation = ciw.Simulation(network)
    simulation.simulate_until_max_customers(customers)
    return customers


def _big(quick: bool) -> Figure:
    """500 agents, 20 skills, 50,000 calls, on one core."""
    calls = 10_000 if quick else 50_000
    chance = Random(1)
    skills = [SkillName(f"s{number:02d}") for number in range(20)]
    groups = tuple(
        Group(
            name=f"g{number:02d}",
            counts=(10,),
            skills={s: chance.randint(1, 5) for s in chance.sample(skills, chance.randint(3, 6))},
        )
        for number in range(50)
    )
    kinds = tuple(
        CallKind(
            name=skill,
            rates=(450 / 20,),
            require=SkillSet.of({skill: 1}),
            order_class=number % 5,
            service=Lognormal(1.0, 0.8),
            patience=Exponential(1.0),
        )
        for number, skill in enumerate(skills)
    )
    model = Model(groups=groups, calls=kinds)
    began = time.process_time()
    ModelRun(model, seed=1, number=0, calls=calls, warmup=0, threshold=0.1).run()
    lasted = time.process_time() - began
    return Figure(
        name=f"500 agents x 20 skills x {calls:,} calls, one core",
        samples=calls,
        ours=f"{lasted:.1f} s of processor time",
        versus="",
        target=f"<= {BIG_WITHIN:g} s for 50,000",
        holds=lasted * 50_000 / calls <= BIG_WITHIN,
    )


def _month(quick: bool) -> Figure:
    """28 days through the whole engine, on one core, the better of two times."""
    days = 7 if quick else MONTH
    planned = plan_from(
        roster=ROSTER,
        first=date(2026, 11, 23),
        days=days,
        policy=SHIPPED_FLOWS,
        traffic=None,
        zone=ZoneInfo("America/Mexico_City"),
        seed=1,
    )
    lines = 0

    def count(_: object) -> None:
        nonlocal lines
        lines += 1

    took = []
    for _ in range(2):
        lines, began = 0, time.process_time()
        HotlineRun(planned.plan, 0, count).run()
        took.append(time.process_time() - began)
    lasted = min(took)
    return Figure(
        name=f"{days} days of the hotline through the engine, one core",
        samples=lines,
        ours=f"{lasted:.1f} s of processor time",
        versus="",
        target=f"<= {MONTH_WITHIN:g} s for a month",
        holds=lasted * MONTH / days <= MONTH_WITHIN,
    )
