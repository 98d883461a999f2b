"""How quickly it is decided who gets whom, with a hundred and with a hundred thousand of each."""

from __future__ import annotations

import gc
import random
import time
import tracemalloc
from collections.abc import Callable

from router.core.routing.explain import Exclusion
from router.core.vocabulary import AgentId, CallId
from tests.bench.figures import Figure, quantile
from tests.bench.routing_house import SECOND, House
from tests.core.routing.oracle import Oracle, Person, Worker

SIZES = (100, 1_000, 10_000, 100_000)
AT_LEAST = {1_000: 100_000, 100_000: 60_000}
"""Decisions a second."""
SLOWEST_US = 50.0
GROWS_AT_MOST = 3.0
WAVE = 10_000
STRETCH = 500
"""Events that are timed together."""
ROUNDS = 4
"""What a neighbour on the machine takes from the caches is not the routing's: it comes and goes,
while what an event costs is there in every round, its share of the garbage collection too."""


async def measure(*, quick: bool = False) -> list[Figure]:
    """Processor time of one thread, so that neighbours count for little."""
    events = 20_000 if quick else 60_000
    per_decision: dict[int, float] = {}
    figures: list[Figure] = []
    for size in SIZES:
        figures += _busy_hour(size, events, per_decision)
    figures.append(_growth(per_decision))
    figures.append(_oracle(per_decision[1_000], 60 if quick else 200))
    figures.append(_with_reasons(events // 4))
    figures += [_mass_log_in(), _wave(), _reconnect(), *_bytes()]
    return figures


def _opened(size: int, *, explained: bool = False) -> House:
    house = House(size, explained=explained)
    house.open()
    # As the engine does once it is up: what stays is not looked through again and again.
    gc.collect()
    gc.freeze()
    for _ in range(2_000):
        house.something_happens()
    return house


def _timed(doing: Callable[[], None]) -> float:
    """Seconds of processor time."""
    began = time.process_time()
    doing()
    return time.process_time() - began


def _busy_hour(size: int, events: int, per_decision: dict[int, float]) -> list[Figure]:
    """The same hour several times: of each stretch, and of each event, the least that it took."""
    rounds = [_an_hour(size, events) for _ in range(ROUNDS)]
    decisions = rounds[0][0]
    assert all(each[0] == decisions for each in rounds), "the same hour, the same decisions"
    took = sum(map(min, *(each[1] for each in rounds)))
    per_decision[size] = took / decisions
    samples = sorted(map(min, *(each[2] for each in rounds)))
    p50, p99 = quantile(samples, 0.5), quantile(samples, 0.99)
    at_least = AT_LEAST.get(size)
    return [
        Figure(
            name=f"routing: decisions, {size} agents, {size} callers wait",
            samples=decisions,
            ours=f"{decisions / took:,.0f} /s",
            versus="",
            target="" if at_least is None else f">= {at_least:,} /s",
            holds=None if at_least is None else decisions / took >= at_least,
        ),
        Figure(
            name=f"routing: one event, {size} agents, {size} callers wait",
            samples=len(samples),
            ours=f"p50 {p50:.0f}  p99 {p99:.0f} us",
            versus="",
            target=f"p99 <= {SLOWEST_US:.0f} us",
            holds=p99 <= SLOWEST_US,
        ),
    ]


def _an_hour(size: int, events: int) -> tuple[int, list[float], list[float]]:
    """Decisions, the seconds of each stretch, and the microseconds of each of some more events."""
    house = _opened(size)
    before = house.decisions
    took = [
        _timed(lambda: _repeat(house.something_happens, STRETCH)) for _ in range(events // STRETCH)
    ]
    decisions = house.decisions - before
    samples = []
    for _ in range(events // 3):
        began = time.thread_time_ns()
        house.something_happens()
        samples.append((time.thread_time_ns() - began) / 1000)
    gc.unfreeze()
    return decisions, took, samples


def _repeat(doing: Callable[[], None], times: int) -> None:
    for _ in range(times):
        doing()


def _growth(per_decision: dict[int, float]) -> Figure:
    ratio = per_decision[100_000] / per_decision[1_000]
    return Figure(
        name="routing: a decision with 100,000 against 1,000",
        samples=0,
        ours=f"{1e6 * per_decision[100_000]:.1f} us",
        versus=f"{1e6 * per_decision[1_000]:.1f} us",
        ratio=f"{ratio:.2f}",
        target=f"<= {GROWS_AT_MOST:.0f} times",
        holds=ratio <= GROWS_AT_MOST,
    )


def _oracle(ours: float, events: int) -> Figure:
    """The same house for the scan that follows routing.md word for word: somebody is free."""
    house, oracle, chance = House(1_000), Oracle(), random.Random(7)
    for n in range(house.size):
        skills = house.kinds[chance.randrange(len(house.kinds))]
        agent = AgentId(f"a{n}")
        oracle.workers[agent] = Worker(id=agent, skills=skills, idle_since=0, idle=False)
        call, line = CallId(f"c{n}"), chance.choice(house.lines)
        oracle.people[call] = Person(id=call, demand=line.demand, since=n, arrived=n)
    oracle.decide(SECOND)

    def serve() -> None:
        for _ in range(events):
            worker = oracle.workers[AgentId(f"a{chance.randrange(house.size)}")]
            worker.idle = True
            for call, _ in oracle.decide(SECOND):
                oracle.people[call].first = True  # somebody alike comes after them

    theirs = _timed(serve) / events
    return Figure(
        name="routing: a decision against the naive scan, 1,000 of each",
        samples=events,
        ours=f"{1e6 * ours:.1f} us",
        versus=f"{1e6 * theirs:,.0f} us",
        ratio=f"{theirs / ours:.0f}",
        target=">= 10 times",
        holds=theirs >= 10 * ours,
    )


def _with_reasons(events: int) -> Figure:
    """What the engine runs: every pairing says why."""
    house = _opened(1_000, explained=True)
    before = house.decisions
    took = _timed(lambda: _repeat(house.something_happens, events))
    gc.unfreeze()
    decisions = house.decisions - before
    return Figure(
        name="routing: decisions that say why, 1,000 of each",
        samples=decisions,
        ours=f"{decisions / took:,.0f} /s",
        versus="",
    )


def _mass_log_in() -> Figure:
    """Ten thousand agents log in, one after the other, and ten thousand callers wait for them."""
    house = House(WAVE)
    house.at = 30 * SECOND
    for _ in range(WAVE):
        house.comes(house.at)
    house.decides()

    def log_in() -> None:
        for n in range(WAVE):
            house.logs_in(AgentId(f"a{n}"), None)
            house.decides()

    return _each("routing: a mass log-in, per agent", WAVE, _timed(log_in))


def _wave() -> Figure:
    """All of ten thousand callers widen at the same instant."""
    house = House(WAVE)
    for n in range(house.size):
        house.logs_in(AgentId(f"a{n}"), Exclusion.BUSY)
    for _ in range(WAVE):
        house.comes(0)
    house.decides()
    house.at = 20 * SECOND
    return _each("routing: a wave of 10,000 widenings, per call", WAVE, _timed(house.decides))


def _reconnect() -> Figure:
    """Everybody is told anew, as after a lost connection or another policy."""
    house = House(WAVE)
    return _each("routing: told anew, per agent and caller", 2 * WAVE, _timed(house.open))


def _each(name: str, count: int, took: float) -> Figure:
    return Figure(name=name, samples=count, ours=f"{1e6 * took / count:.1f} us", versus="")


def _bytes() -> list[Figure]:
    """What one more agent and one more caller hold in memory, within the routing."""
    house = House(WAVE)
    tracemalloc.start()
    try:
        empty = tracemalloc.get_traced_memory()[0]
        for n in range(WAVE):
            house.exchange.log_in(AgentId(f"a{n}"), house.kinds[n % len(house.kinds)], idle_since=n)
        agents = tracemalloc.get_traced_memory()[0]
        for agent in list(house.exchange.staff.members):
            house.exchange.busy(agent, Exclusion.BUSY)
        emptied = tracemalloc.get_traced_memory()[0]
        for n in range(WAVE):
            line = house.lines[n % len(house.lines)]
            house.exchange.arrive(CallId(f"c{n}"), line, since=n, arrived=n)
        callers = tracemalloc.get_traced_memory()[0]
    finally:
        tracemalloc.stop()
    return [
        Figure(name=f"routing: memory of {who}", samples=WAVE, ours=f"{size:.0f} bytes", versus="")
        for who, size in (
            ("an agent", (agents - empty) / WAVE),
            ("a caller who waits", (callers - emptied) / WAVE),
        )
    ]
