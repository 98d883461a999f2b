"""Who gets whom, word for word after routing.md: a scan of everybody for everybody, every time.

It shares nothing with the exchange but the values it is told, and is slow on purpose.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from router.core.routing.choice import AGENT_ORDER, Term
from router.core.routing.demand import Demand, Instant
from router.core.routing.skills import Skills, SkillSet
from router.core.vocabulary import AgentId, CallId

Pair = tuple[CallId, AgentId]


@dataclass(slots=True, kw_only=True)
class Worker:
    """An agent who is logged in."""

    id: AgentId
    skills: Skills
    idle_since: Instant
    idle: bool = True
    resting: bool = False


@dataclass(slots=True, kw_only=True)
class Person:
    """A caller who waits."""

    id: CallId
    demand: Demand
    since: Instant
    arrived: Instant
    at_head: bool = False
    step: int = 0
    first: bool = True
    extras: int = 0
    passed: dict[AgentId, Instant] = field(default_factory=dict)
    never: frozenset[AgentId] = frozenset()
    sticky: frozenset[AgentId] = frozenset()


class Oracle:
    """The same words as the exchange."""

    def __init__(self, agent_order: Sequence[Term] = AGENT_ORDER) -> None:
        self.order = tuple(agent_order) if Term.ID in agent_order else (*agent_order, Term.ID)
        self.workers: dict[AgentId, Worker] = {}
        self.people: dict[CallId, Person] = {}
        self.reserves: list[tuple[SkillSet, int, int]] = []
        self.widened: list[tuple[CallId, int, bool]] = []

    # -- what is told ---------------------------------------------------------------------

    def change_demand(self, call: CallId, demand: Demand) -> None:
        """W3: who waits is asked for by the new policy; the steps taken stay taken."""
        person = self.people[call]
        person.demand = demand
        person.step = min(person.step, len(demand.after))

    # -- the rules ------------------------------------------------------------------------

    def decide(self, at: Instant) -> list[Pair]:
        """Widen, then serve."""
        for person in self.people.values():
            self._widen(person, at)
        return self.serve(at)

    def serve(self, at: Instant) -> list[Pair]:
        """Everybody in order, each with the best agent there is."""
        pairs = []
        for person, extra in self._in_order(at):
            worker = self._best(person, at)
            if worker is None:
                continue  # O3: whoever cannot be served blocks nobody
            pairs.append((person.id, worker.id))
            worker.idle = False
            if extra:
                person.extras -= 1
            else:
                person.first = False
        return pairs

    def _widen(self, person: Person, at: Instant) -> None:
        """W1: by the call's own clock. W2: at once while nobody who works matches."""
        while person.step < len(person.demand.after):
            due = person.arrived + person.demand.after[person.step] <= at
            staffed = any(self._eligible(person, w) for w in self.workers.values())
            if not due and staffed:
                return
            person.step += 1
            self.widened.append((person.id, person.step, not due))

    def _in_order(self, at: Instant) -> Iterable[tuple[Person, bool]]:
        """O1: strict classes. In a class everybody's first agent before anybody's second; then who
        came back from a lost agent, then who is overdue, then by place less head start."""
        wishes = [(p, False) for p in self.people.values() if p.first]
        wishes += [(p, True) for p in self.people.values() for _ in range(p.extras)]
        return sorted(wishes, key=lambda wish: self._place(wish[0], wish[1], at))

    @staticmethod
    def _place(
        person: Person, extra: bool, at: Instant
    ) -> tuple[int, bool, bool, bool, Instant, CallId]:
        demand = person.demand
        overdue = demand.overdue is not None and person.since + demand.overdue <= at
        key = person.since - demand.head_start
        return (
            -demand.order_class,
            extra,
            not person.at_head,
            person.at_head or not overdue,
            key,
            person.id,
        )

    def _eligible(self, person: Person, worker: Worker) -> bool:
        """S1, S2: any of the sets that are accepted by now."""
        if person.demand.heavy and worker.resting:
            return False
        return any(_has(worker.skills, each) for each in person.demand.circles[person.step])

    def _best(self, person: Person, at: Instant) -> Worker | None:
        """A1, after A2, O4 and F6 have left out whom they leave out."""
        open_to = [
            w
            for w in self.workers.values()
            if w.idle and self._eligible(person, w) and not self._reserved(person, w)
        ]
        may = [w for w in open_to if w.id not in person.never]
        asked = [w for w in may if w.id not in person.passed]
        asked = asked or [w for w in may if person.passed[w.id] <= at]
        return min(asked, key=lambda w: self._rank(person, w)) if asked else None

    def _rank(self, person: Person, worker: Worker) -> tuple[Instant | str, ...]:
        terms: dict[Term, Instant | str] = {
            Term.STICKY: 0 if worker.id in person.sticky else 1,
            Term.PREFERRED: -sum(w * worker.skills.get(s, 0) for s, w in person.demand.prefer),
            Term.LEAST_SCARCE: sum(self._rarity(s) for s in worker.skills),
            Term.LONGEST_IDLE: worker.idle_since,
            Term.ID: worker.id,
        }
        return tuple(terms[term] for term in self.order)

    def _rarity(self, skill: str) -> int:
        holders = sum(1 for w in self.workers.values() if skill in w.skills)
        return 100 * len(self.workers) // holders

    def _reserved(self, person: Person, worker: Worker) -> bool:
        """O4: so many stay free for a class, unless that leaves a queue without anybody."""
        for skills, for_class, keep in self.reserves:
            if person.demand.order_class >= for_class or not _has(worker.skills, skills):
                continue
            holders = [w for w in self.workers.values() if _has(w.skills, skills)]
            if sum(1 for w in holders if w.idle) > keep:
                continue
            others = any(
                self._eligible(person, w)
                for w in self.workers.values()
                if not _has(w.skills, skills)
            )
            if others or len(holders) > keep:
                return True
        return False


def _has(skills: Skills, wanted: SkillSet) -> bool:
    return all(skills.get(name, 0) >= level for name, level in wanted.levels)
