"""What will happen in a storm, decided before it begins: so a story can be told again, and cut."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from random import Random

CALLS_AT_ONCE = 250
"""Callers of one story, as a rule."""
FAULTS = 6
"""Of one story, on average."""
STAFF = 24
WITH_A_SPARE, WITH_A_LOOP, WHILE_IT_SENDS = 0.25, 0.1, 0.4
"""The part of all stories in which a second engine stands by, in which each new engine dies, and in
which engines freeze with an order half sent."""
POLICIES = 4


class Kind(StrEnum):
    """What goes wrong. `figure` and `span` of a Fault mean something else for each."""

    KILL = "the engine is killed, `figure` steps of its loop later"
    FREEZE = "the engine is frozen for `span` s; if `figure`, as it sends its next order (1: any)"
    STALL = "the engine's loop is held up for `span` s"
    CUT_EVENTS = "the event socket is cut"
    HALF_OPEN = "the event socket is half open, and buried by Asterisk `span` s later"
    CUT_AMI = "the engine's AMI connection is cut"
    KILL_GUARD = "the guard is killed"
    LOSE_ANSWERS = "the next `figure` ARI answers are lost, the commands are carried out"
    LOSE_REQUESTS = "the next `figure` ARI requests are lost, nothing is carried out"
    SLOW = "ARI is slow for `span` s"
    DOUBLE = "events come twice for `span` s"
    REORDER = "events of different channels overtake each other for `span` s"
    CLOCK = "the engine is killed, and its next life's clock is wrong by `figure` minutes"
    DATABASE_GONE = "the database is gone for `span` s"
    DATABASE_SLOW = "the database is slow for `span` s"
    PHONE_LOST = "agent `figure`'s desk phone loses its network for `span` s"
    PAUSE = "agent `figure` takes a break of `span` s"
    POLICY = "another policy takes force, number `figure` of policies.py"
    ASTERISK_DIES = "Asterisk is killed, and there again `span` s later"
    LOOP = "for `span` s each engine is killed, `figure` steps of its loop after its first beat"


FATAL = frozenset({Kind.KILL, Kind.CLOCK, Kind.FREEZE, Kind.LOOP})
"""The engine acts no more, for a while at least."""
WEIGHTS = {
    Kind.KILL: 12,
    Kind.FREEZE: 4,
    Kind.STALL: 3,
    Kind.CUT_EVENTS: 4,
    Kind.HALF_OPEN: 2,
    Kind.CUT_AMI: 3,
    Kind.KILL_GUARD: 2,
    Kind.LOSE_ANSWERS: 2,
    Kind.LOSE_REQUESTS: 2,
    Kind.SLOW: 2,
    Kind.DOUBLE: 2,
    Kind.REORDER: 2,
    Kind.CLOCK: 2,
    Kind.DATABASE_GONE: 2,
    Kind.DATABASE_SLOW: 1,
    Kind.PHONE_LOST: 2,
    Kind.PAUSE: 2,
    Kind.POLICY: 4,
    Kind.ASTERISK_DIES: 2,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class CallPlan:
    """A caller, in seconds: when they come, what they press and how long after the menu began
    (before 0: they know it), how long they wait, how long they talk and how it ends."""

    number: int
    at: float
    key: str
    key_after: float
    patience: float
    talks: float
    ends: str
    stays: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """Something goes wrong at an instant."""

    at: float
    kind: Kind
    figure: int = 0
    span: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """A story that has not happened yet."""

    seed: int
    calls: tuple[CallPlan, ...]
    faults: tuple[Fault, ...]
    spare: bool = False
    """Whether a second engine stands by."""

    @property
    def lasts(self) -> float:
        """Until the last caller comes or the last fault begins."""
        return max([0.0, *(c.at for c in self.calls), *(f.at for f in self.faults)])


def plan(seed: int, calls: int = CALLS_AT_ONCE, *, faults: bool = True) -> Plan:
    """The same for the same figures, on every machine."""
    chance = Random(seed)
    per_second = chance.choice((2.5, 4.0, 6.0))
    at, made = 3.0, []
    for number in range(calls):
        at += chance.expovariate(per_second)
        made.append(_call(chance, number, at))
    troubles = []
    if faults:
        count = chance.randint(1, 2 * FAULTS - 1) * max(calls // CALLS_AT_ONCE, 1)
        usual = (_fault(chance, at) for _ in range(count))
        happen = (*usual, *_loop(seed, at), *_as_it_sends(seed, at))
        troubles = sorted(happen, key=lambda fault: fault.at)
    spare = Random(f"{seed}/spare").random() < WITH_A_SPARE
    return Plan(seed=seed, calls=tuple(made), faults=tuple(troubles), spare=spare)


def _call(chance: Random, number: int, at: float) -> CallPlan:
    hasty = chance.random() < 0.15
    return CallPlan(
        number=number,
        at=at,
        key=chance.choices(("1", "4", "5", "", "9"), (30, 25, 30, 10, 5))[0],
        key_after=chance.choice((-1.0, 0.2, 1.0, 2.5, 5.5)) + chance.random() * 0.3,
        patience=chance.uniform(0.05, 25) if hasty else 900,
        talks=chance.expovariate(1 / 8) + 0.2,
        ends=chance.choices(("caller", "agent", "line"), (45, 50, 5))[0],
        stays=chance.choice((0.3, 2.0, 20.0)),
    )


def _loop(seed: int, end: float) -> tuple[Fault, ...]:
    """By a chance of its own, so that the other stories stay what they are."""
    chance = Random(f"{seed}/loop")
    if chance.random() >= WITH_A_LOOP:
        return ()
    at, span = chance.uniform(3, end), chance.uniform(8, 30)
    return (Fault(at=at, kind=Kind.LOOP, figure=chance.choice((1, 20, 100)), span=span),)


def _as_it_sends(seed: int, end: float) -> Iterator[Fault]:
    """Freezes that come just as an order goes out; by a chance of their own, as above."""
    chance = Random(f"{seed}/sends")
    for _ in range(3 if chance.random() < WHILE_IT_SENDS else 0):
        span = chance.choice((3.0, 5.0, 8.0)) + chance.random()
        at, figure = chance.uniform(8, end), chance.choice((1, 2, 2))
        yield Fault(at=at, kind=Kind.FREEZE, figure=figure, span=span)


def _fault(chance: Random, end: float) -> Fault:
    kind = chance.choices(tuple(WEIGHTS), tuple(WEIGHTS.values()))[0]
    figure, span = 0, 0.0
    match kind:
        case Kind.KILL:
            figure = chance.randint(1, chance.choice((20, 400)))
        case Kind.FREEZE:
            span = chance.choice((2.0, 4.0, 6.0, 12.0, 30.0)) + chance.random()
        case Kind.STALL:
            span = chance.uniform(0.2, 1.2)
        case Kind.LOSE_ANSWERS | Kind.LOSE_REQUESTS:
            figure = chance.randint(1, 4)
        case Kind.HALF_OPEN:
            span = chance.uniform(4, 20)
        case Kind.SLOW | Kind.DOUBLE | Kind.REORDER:
            span = chance.uniform(2, 10)
        case Kind.CLOCK:
            figure = chance.choice((-60, -1, 1, 60))
        case Kind.DATABASE_GONE | Kind.DATABASE_SLOW:
            span = chance.uniform(2, 30)
        case Kind.POLICY:
            figure = chance.randrange(POLICIES)
        case Kind.ASTERISK_DIES:
            span = chance.uniform(0.8, 4)
        case Kind.PHONE_LOST | Kind.PAUSE:
            figure, span = chance.randrange(STAFF), chance.uniform(3, 20)
    return Fault(at=chance.uniform(3, end), kind=kind, figure=figure, span=span)
