"""Everything that can happen on a floor, in any order, told to the exchange and to the oracle."""

from __future__ import annotations

import random
from collections.abc import Callable
from datetime import timedelta
from itertools import product

from router.core.routing.choice import AGENT_ORDER, Term
from router.core.routing.demand import Demand, Instant
from router.core.routing.exchange import Exchange
from router.core.routing.expiry import Expire, expiring
from router.core.routing.explain import Exclusion
from router.core.routing.queue import Queue, Target, WidenStep
from router.core.routing.skills import SkillSet
from router.core.vocabulary import AgentId, CallId, PromptId, QueueName, SkillName
from tests.core.routing.oracle import Oracle, Person, Worker

SKILLS = [SkillName(s) for s in ("psicologia", "crisis", "juridico", "english")]
LEVELS = [
    {skill: level for skill, level in zip(SKILLS, levels, strict=True) if level}
    for levels in product((0, 1, 3), (0, 2), (0, 1, 3), (0, 1))
]
SETS = [SkillSet.of(levels) for levels in LEVELS if len(levels) < 3]
ORDERS: list[tuple[Term, ...]] = [
    AGENT_ORDER,
    AGENT_ORDER,
    (Term.LONGEST_IDLE,),
    (Term.LONGEST_IDLE, Term.PREFERRED, Term.ID),
    (Term.LEAST_SCARCE, Term.STICKY, Term.LONGEST_IDLE),
    (Term.PREFERRED, Term.ID, Term.LONGEST_IDLE),
    (Term.ID,),
    (Term.LONGEST_IDLE, Term.LEAST_SCARCE),
]


def demands(chance: random.Random, count: int) -> list[Demand]:
    """A policy: some of its lines share classes, circles and nothing at all."""
    return [_demand(chance, f"q{n}") for n in range(count)]


def _demand(chance: random.Random, name: str) -> Demand:
    steps = chance.choice([0, 0, 1, 2, 3])
    after = sorted(chance.choice([0, 5, 20, 20, 60]) for _ in range(steps))
    asked = Queue(
        name=QueueName(name),
        order_class=50,
        require=chance.choice(SETS),
        widen=tuple(
            WidenStep(after=timedelta(microseconds=each), also=chance.choice(SETS))
            for each in after
        ),
        target=Target(share=0.9, within=timedelta(seconds=20)),
        wrap_up=None,
        whisper=PromptId("whisper"),
    )
    until = [Expire(after=timedelta(microseconds=10), skills=chance.choice(SETS))]
    circles = expiring(asked, until if chance.random() < 0.3 else ()).demand()
    return Demand(
        queue=name,
        order_class=chance.choice([30, 50, 100]),
        circles=circles.circles,
        after=circles.after,
        prefer=chance.choice([(), (), ((SKILLS[3], 2),), ((SKILLS[0], 1), (SKILLS[2], 3))]),
        head_start=chance.choice([0, 0, 10]),
        overdue=chance.choice([None, None, 30]),
        heavy=chance.random() < 0.3,
    )


class Commotion:
    """One floor, twice. Small, so that everybody meets everybody."""

    def __init__(
        self, chance: random.Random, *, agents: int = 7, callers: int = 12, explained: bool = False
    ) -> None:
        self.chance = chance
        order = chance.choice(ORDERS)
        self.exchange, self.oracle = Exchange(order), Oracle(order)
        self.at: Instant = 0
        self.demands = demands(chance, 6)
        self.names = [AgentId(f"a{n}") for n in range(agents)]
        self.callers_at_most = callers
        self.calls = 0
        self.pairings = 0
        self.rung: list[tuple[CallId, AgentId]] = []
        self._doings: list[Callable[[], None]] = [
            *[self.somebody_calls] * 6,
            *[self.somebody_hangs_up] * 2,
            *[self.somebody_answers] * 3,
            *[self.somebody_declines] * 3,
            *[self.somebody_is_free] * 6,
            *[self.somebody_is_busy] * 2,
            *[self.somebody_logs_in] * 3,
            self.somebody_logs_out,
            self.somebody_changes,
            self.a_skill_ends,
            self.a_rest_begins_or_ends,
            self.somebody_is_kept_apart,
            self.wishes_change,
            self.ties_change,
            self.reserves_change,
            *[self.time_passes] * 6,
        ]

    def happens(self) -> None:
        """One event, and the same choices by both."""
        self.chance.choice(self._doings)()
        self.both_decide()

    def both_decide(self) -> None:
        outcome = self.exchange.decide(self.at)
        made = [(caller.id, member.id) for caller, member, _ in outcome.pairings]
        expected = self.oracle.decide(self.at)
        assert made == expected, f"at {self.at}: {made} but routing.md says {expected}"
        widened = sorted((w.call, w.step, w.skipped) for w in outcome.widened)
        assert widened == sorted(self.oracle.widened), f"{widened} but {self.oracle.widened}"
        self.oracle.widened.clear()
        self.rung += made
        self.pairings += len(made)

    # -- callers --------------------------------------------------------------------------

    def somebody_calls(self) -> None:
        if len(self.oracle.people) >= self.callers_at_most:
            return
        self.calls += 1
        chance, call = self.chance, CallId(f"c{self.calls}")
        demand = chance.choice(self.demands)
        arrived = self.at - chance.choice([0, 0, 3, 30])
        since = max(arrived, self.at - chance.choice([0, 0, 2, 31]))
        at_head = chance.random() < 0.1
        never = self._few(0.1)
        sticky = self._few(0.15)
        self.exchange.arrive(
            call,
            self.exchange.line(demand),
            since=since,
            arrived=arrived,
            at_head=at_head,
            never=never,
            sticky=sticky,
        )
        self.oracle.people[call] = Person(
            id=call,
            demand=demand,
            since=since,
            arrived=arrived,
            at_head=at_head,
            never=never,
            sticky=sticky,
        )

    def _few(self, often: float) -> frozenset[AgentId]:
        if self.chance.random() >= often:
            return frozenset()
        return frozenset(self.chance.sample(self.names, 2))

    def _caller(self) -> CallId | None:
        people = list(self.oracle.people)
        return self.chance.choice(people) if people else None

    def somebody_hangs_up(self) -> None:
        call = self._caller()
        if call is not None:
            self._leaves(call)

    def _leaves(self, call: CallId) -> None:
        self.exchange.leave(call)
        del self.oracle.people[call]
        self.rung = [(c, a) for c, a in self.rung if c != call]

    def _offer(self) -> tuple[CallId, AgentId] | None:
        if not self.rung:
            return None
        return self.rung.pop(self.chance.randrange(len(self.rung)))

    def somebody_answers(self) -> None:
        offer = self._offer()
        if offer is not None:
            self._leaves(offer[0])

    def somebody_declines(self) -> None:
        offer = self._offer()
        if offer is None:
            return
        call, agent = offer
        until = self.at + self.chance.choice([0, 10, 10])
        self.exchange.pass_over(call, agent, until)
        person = self.oracle.people[call]
        person.passed[agent] = until
        self._wishes(person, first=True, extras=self.chance.choice([0, 0, 1, 2]))
        if agent in self.oracle.workers and self.chance.random() < 0.7:
            self._frees(agent, self.oracle.workers[agent].idle_since)

    def wishes_change(self) -> None:
        call = self._caller()
        if call is not None:
            first, extras = self.chance.choice([(True, 0), (True, 1), (False, 1), (False, 0)])
            self._wishes(self.oracle.people[call], first=first, extras=extras)

    def _wishes(self, person: Person, *, first: bool, extras: int) -> None:
        self.exchange.wants(person.id, first=first, extras=extras)
        person.first, person.extras = first, extras

    def ties_change(self) -> None:
        call = self._caller()
        if call is not None:
            never, sticky = self._few(0.5), self._few(0.5)
            self.exchange.pair(call, never=never, sticky=sticky)
            self.oracle.people[call].never, self.oracle.people[call].sticky = never, sticky

    # -- agents ---------------------------------------------------------------------------

    def _worker(self) -> Worker | None:
        workers = list(self.oracle.workers.values())
        return self.chance.choice(workers) if workers else None

    def somebody_logs_in(self) -> None:
        away = [n for n in self.names if n not in self.oracle.workers]
        if not away:
            return
        agent, idle = self.chance.choice(away), self.chance.random() < 0.8
        skills, resting = self.chance.choice(LEVELS), self.chance.random() < 0.2
        self.exchange.log_in(
            agent,
            skills,
            idle_since=self.at,
            excluded=None if idle else Exclusion.UNREACHABLE,
            resting=resting,
        )
        self.oracle.workers[agent] = Worker(
            id=agent, skills=skills, idle_since=self.at, idle=idle, resting=resting
        )

    def somebody_logs_out(self) -> None:
        worker = self._worker()
        if worker is not None:
            self.exchange.log_out(worker.id)
            del self.oracle.workers[worker.id]

    def somebody_is_free(self) -> None:
        worker = self._worker()
        if worker is not None:
            self._frees(worker.id, self.at - self.chance.choice([0, 0, 0, 7]))

    def _frees(self, agent: AgentId, since: Instant) -> None:
        self.exchange.free(agent, since)
        self.oracle.workers[agent].idle = True
        self.oracle.workers[agent].idle_since = since

    def somebody_is_busy(self) -> None:
        worker = self._worker()
        if worker is not None:
            self.exchange.busy(worker.id, Exclusion.PAUSED)
            worker.idle = False

    def somebody_changes(self) -> None:
        worker = self._worker()
        if worker is not None:
            worker.skills = self.chance.choice(LEVELS)
            worker.resting = self.chance.random() < 0.3
            self.exchange.change_skills(worker.id, worker.skills, resting=worker.resting)

    def a_skill_ends(self) -> None:
        """S1: at an instant, whatever the agent does then."""
        worker = self._worker()
        if worker is not None and worker.skills:
            gone = self.chance.choice(sorted(worker.skills))
            worker.skills = {s: level for s, level in worker.skills.items() if s != gone}
            self.exchange.change_skills(worker.id, worker.skills, resting=worker.resting)

    def a_rest_begins_or_ends(self) -> None:
        """A3: with the skills they have."""
        worker = self._worker()
        if worker is not None:
            worker.resting = not worker.resting
            self.exchange.change_skills(worker.id, worker.skills, resting=worker.resting)

    def somebody_is_kept_apart(self) -> None:
        """A2: from a caller, whichever of their calls wait."""
        apart = frozenset((self.chance.choice(self.names),))
        for person in self.oracle.people.values():
            if self.chance.random() < 0.3:
                person.never = person.never ^ apart
                self.exchange.pair(person.id, never=person.never, sticky=person.sticky)

    # -- the house ------------------------------------------------------------------------

    def reserves_change(self) -> None:
        self.oracle.reserves = [
            (self.chance.choice(SETS), self.chance.choice([50, 100]), self.chance.choice([0, 1, 2]))
            for _ in range(self.chance.choice([0, 0, 1, 2]))
        ]
        self.exchange.keep(self.oracle.reserves)

    def policy_changes(self) -> None:
        """W3. The old lines are gone for who comes, and for who waits."""
        self.demands = demands(self.chance, 6)
        for person in self.oracle.people.values():
            demand = self.chance.choice(self.demands)
            self.exchange.change_line(person.id, self.exchange.line(demand))
            self.oracle.change_demand(person.id, demand)
        self.exchange.forget_empty_lines()

    def time_passes(self) -> None:
        """Sometimes to the very instant at which something is due."""
        due = self.exchange.next_due
        if due is not None and self.chance.random() < 0.5:
            self.at = max(self.at, due)
        else:
            self.at += self.chance.choice([0, 1, 1, 4, 15])
