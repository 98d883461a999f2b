"""How many agents of which skills each hour needs: a first guess by Erlang, then simulation."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import ceil, exp

from router.core.policy import Policy
from router.core.routing.queue import Queue
from router.core.vocabulary import QueueName
from router.simulator.chance import Exponential, Lognormal
from router.simulator.hotline_plan import Plan
from router.simulator.model import CallKind, Group, Model, Widen
from router.simulator.model_run import ModelRun
from router.simulator.reached import queue_reached
from router.simulator.replications import Progress, replicate
from router.simulator.traffic import HOUR, HOURS, Traffic

CALLS = 2000
WARMUP = 200
SLACK = 0.01
"""A simulated service level so little below the target still counts as met."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Demand:
    """Calls of a queue in an hour. Seconds; `rate` per second, `handled` with the wrap-up."""

    queue: QueueName
    rate: float
    handled: float
    patience: float

    @property
    def load(self) -> float:
        """In erlang."""
        return self.rate * self.handled


@dataclass(frozen=True, slots=True, kw_only=True)
class Need:
    """`erlang`: agents of the queue's own skills if nobody helps another queue; `simulated`: with
    the policy's widening, as few as still reach every target."""

    load: float
    erlang: int
    simulated: int


@dataclass(frozen=True, slots=True, kw_only=True)
class HourNeeds:
    """From local time `start` on, for an hour."""

    start: datetime
    queues: Mapping[QueueName, Need]


@dataclass(frozen=True, slots=True, kw_only=True)
class Needs:
    """The needs of one hour of the plan's first day."""

    plan: Plan

    def __call__(self, hour: int) -> HourNeeds:
        plan = self.plan
        start = (plan.begins + hour * HOUR).astimezone(plan.zone)
        demands = demands_at(plan.policy, plan.traffic, start)
        guess = {d.queue: by_erlang(d, plan.policy.queues[d.queue]) for d in demands}
        fewest = by_simulation(plan, demands, guess, hour)
        return HourNeeds(
            start=start,
            queues={
                d.queue: Need(load=d.load, erlang=guess[d.queue], simulated=fewest[d.queue])
                for d in demands
            },
        )


def staff(plan: Plan, *, workers: int | None = None, progress: Progress) -> list[HourNeeds]:
    """For each hour of the plan's first day."""
    return replicate(Needs(plan=plan), HOURS, workers=workers, progress=progress)


def demands_at(policy: Policy, traffic: Traffic, start: datetime) -> list[Demand]:
    """By the queue that callers reach then, not the one they want; the highest class first."""
    rates: dict[QueueName, list[tuple[float, float, float]]] = {}
    odd = traffic.oddities
    for need in traffic.needs:
        rate = need.rate(start) / 3600
        handled = need.wrap_mean + need.talk_mean * (1 - odd.fraction)
        handled += odd.talk_mean * odd.fraction
        if rate > 0:
            reached = queue_reached(policy, need.queue, start)
            rates.setdefault(reached, []).append((rate, handled, need.patience_mean))
    found = []
    for queue, parts in rates.items():
        total = sum(rate for rate, _, _ in parts)
        found.append(
            Demand(
                queue=queue,
                rate=total,
                handled=sum(rate * handled for rate, handled, _ in parts) / total,
                patience=sum(rate * patience for rate, _, patience in parts) / total,
            )
        )
    return sorted(found, key=lambda each: -policy.queues[each.queue].order_class)


def by_erlang(demand: Demand, queue: Queue) -> int:
    """The fewest agents for whom Erlang C promises the target (no patience: a safe guess)."""
    agents = max(1, ceil(demand.load + 1e-9))
    while service_level(agents, demand, queue.target.within) < queue.target.share:
        agents += 1
    return agents


def service_level(agents: int, demand: Demand, within: timedelta) -> float:
    """P(W <= t) = 1 - C(c, a) exp(-(c - a) t / h), Erlang 1917; C by the recursion of Erlang B."""
    load = demand.load
    if agents <= load:
        return 0.0
    blocked = 1.0
    for number in range(1, agents + 1):
        blocked = load * blocked / (number + load * blocked)
    delayed = agents * blocked / (agents - load * (1 - blocked))
    return 1 - delayed * exp(-(agents - load) * within.total_seconds() / demand.handled)


def by_simulation(
    plan: Plan, demands: list[Demand], guess: Mapping[QueueName, int], hour: int
) -> dict[QueueName, int]:
    """Take agents away from the guess, one by one from the queue with the most, while all targets
    are reached; callers of one queue reach the agents of another as the policy widens."""
    counts = dict(guess)
    fixed: set[QueueName] = set()
    while not _reaches(plan, demands, counts, hour):
        worst = max(counts, key=lambda queue: (counts[queue], queue))
        counts[worst] += 1
        fixed.add(worst)
    while len(fixed) < len(counts):
        queue = max((q for q in counts if q not in fixed), key=lambda q: (counts[q], q))
        fewer = {**counts, queue: counts[queue] - 1}
        if counts[queue] > 0 and any(fewer.values()) and _reaches(plan, demands, fewer, hour):
            counts = fewer
        else:
            fixed.add(queue)
    return counts


def _reaches(plan: Plan, demands: list[Demand], counts: Mapping[QueueName, int], hour: int) -> bool:
    queues = plan.policy.queues
    model = Model(
        groups=tuple(
            Group(
                name=each.queue,
                counts=(counts[each.queue],),
                skills=dict(queues[each.queue].require.levels),
            )
            for each in demands
        ),
        calls=tuple(_kind(each, queues[each.queue], plan.traffic) for each in demands),
    )
    run = ModelRun(
        model,
        seed=plan.seed,
        number=hour,
        calls=CALLS,
        warmup=WARMUP,
        threshold={
            each.queue: queues[each.queue].target.within.total_seconds() for each in demands
        },
    )
    run.run()
    return all(
        source.tally.in_time >= (queues[each.queue].target.share - SLACK) * source.tally.offered
        for source, each in zip(run.sources, demands, strict=True)
    )


def _kind(demand: Demand, queue: Queue, traffic: Traffic) -> CallKind:
    asked = queue.demand()
    first = asked.circles[0]
    return CallKind(
        name=demand.queue,
        rates=(demand.rate,),
        require=first[0],
        order_class=queue.order_class,
        service=Lognormal(demand.handled, traffic.talk_sigma),
        patience=Exponential(demand.patience),
        widen=tuple(
            Widen(after=step.after.total_seconds(), also=also)
            for step, also in zip(queue.widen, asked.circles[-1][1:], strict=True)
        ),
    )
