"""A model runs the routing alone, the hotline the whole engine: both give each caller the same."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from heapq import heappop, heappush
from itertools import islice

from router.core import events as e
from router.core.commands import Bridge, Command, Dial, Hangup
from router.core.engine import Engine
from router.core.ivr.model import Flow, FlowBook, Line
from router.core.ivr.steps.goodbye import GoodbyeStep
from router.core.ivr.steps.queue import QueueStep
from router.core.policy import Policy
from router.core.records import OfferMade
from router.core.routing.agent import AgentProfile
from router.core.routing.choice import Term
from router.core.routing.queue import Queue, Target, WidenStep
from router.core.routing.skills import SkillSet
from router.core.vocabulary import (
    AgentId,
    Device,
    DeviceKind,
    FlowName,
    Language,
    LegEnding,
    LegId,
    NodeId,
    PromptId,
    QueueName,
    SkillName,
    StepName,
)
from router.simulator.arrivals import arrivals
from router.simulator.chance import Exponential, Lognormal, stream
from router.simulator.model import CallKind, Group, Model, Widen
from router.simulator.model_run import ModelRun

COMPARED = 10_000
CALLS = COMPARED + 200
"""So that the last of those compared meet as many callers after them in both."""
SEED = 11
START = datetime(2026, 11, 23, tzinfo=UTC)
NODE = NodeId("n1")
SPANISH = Language("es")
Assignment = tuple[int, AgentId]


def needs(**levels: int) -> SkillSet:
    return SkillSet.of({SkillName(name): level for name, level in levels.items()})


def team(name: str, count: int, **levels: int) -> Group:
    skills = {SkillName(skill): level for skill, level in levels.items()}
    return Group(name=name, counts=(count,), skills=skills)


MODEL = Model(
    agent_order=(Term.LEAST_SCARCE, Term.LONGEST_IDLE, Term.ID),
    groups=(
        team("psi", 4, psicologia=3, crisis=2),
        team("jur", 5, juridico=3),
        team("mix", 3, psicologia=2, juridico=2),
        team("ext", 2, extorsion=3, juridico=1),
    ),
    calls=(
        CallKind(
            name="crisis",
            rates=(0.005,),
            require=needs(psicologia=1, crisis=1),
            order_class=100,
            service=Lognormal(700.0, 0.8),
            patience=Exponential(400.0),
            widen=(
                Widen(after=20.0, also=needs(psicologia=1, juridico=1)),
                Widen(after=40.0, also=needs(supervisor=1)),
                Widen(after=60.0, also=needs(juridico=1)),
            ),
        ),
        CallKind(
            name="juridico",
            rates=(0.007,),
            require=needs(juridico=1),
            order_class=50,
            service=Lognormal(600.0, 0.8),
            patience=Exponential(240.0),
        ),
        CallKind(
            name="orientacion",
            rates=(0.01,),
            require=SkillSet(),
            order_class=50,
            service=Lognormal(240.0, 0.8),
            patience=Exponential(240.0),
        ),
    ),
)


@dataclass(slots=True)
class Guest:
    number: int
    kind: CallKind
    arrives: float
    service: float
    patience: float
    here: bool = True

    @property
    def leg(self) -> LegId:
        return LegId(f"{self.number:012d}")


def guests() -> list[Guest]:
    """The model's callers, drawn from its own streams."""
    found = []
    for kind in MODEL.calls:
        assert kind.patience is not None
        names = (SEED, 0, kind.name)
        service = kind.service.drawn(stream(*names, "service"))
        patience = kind.patience.drawn(stream(*names, "patience"))
        coming = islice(arrivals(kind.rates, None, stream(*names, "arrivals")), CALLS)
        found += [Guest(0, kind, at, service(), patience()) for at in coming]
    found = sorted(found, key=lambda each: each.arrives)[:CALLS]
    for number, guest in enumerate(found, start=1):
        guest.number = number
    return found


def rules() -> Policy:
    flows, lines, queues = {}, {}, {}
    for kind in MODEL.calls:
        name, queue = FlowName(kind.name), QueueName(kind.name)
        wait = QueueStep(name=StepName("wait"), queue=queue, next=StepName("bye"))
        bye = GoodbyeStep(name=StepName("bye"), prompts=())
        flows[name] = Flow(name=name, start=wait.name, steps={wait.name: wait, bye.name: bye})
        lines[kind.name] = Line(number=kind.name, name=kind.name, flow=name, language=SPANISH)
        queues[queue] = Queue(
            name=queue,
            order_class=kind.order_class,
            require=kind.require,
            widen=tuple(
                WidenStep(after=timedelta(seconds=step.after), also=step.also)
                for step in kind.widen
            ),
            target=Target(share=0.8, within=timedelta(seconds=20)),
            wrap_up=timedelta(0),
            whisper=PromptId("susurro"),
        )
    first = MODEL.calls[0].name
    return Policy(
        version="v1",
        book=FlowBook(
            lines=lines, default_line=first, flows=flows, hours={}, first_resort=QueueName(first)
        ),
        queues=queues,
        reserves=(),
        first_resort=QueueName(first),
        lost=PromptId("caida"),
        agent_language=SPANISH,
        agent_prompts={},
        agent_order=MODEL.agent_order,
    )


class PerfectHotline:
    """Telephones are picked up the moment they ring, and whoever ends a call is gone at once."""

    def __init__(self) -> None:
        self.engine = Engine(rules(), 1)
        self.at = START
        self.assigned: list[Assignment] = []
        self._guests: dict[LegId, Guest] = {}
        self._heap: list[tuple[datetime, int, Callable[[], None]]] = []
        self._coming: deque[e.Event] = deque()
        self._pushed = 0

    def opens(self, agents: list[AgentId]) -> None:
        skills = {AgentId(f"{g.name}-{n + 1}"): g.skills for g in MODEL.groups for n in range(9)}
        desk = (Device(kind=DeviceKind.DESK),)
        profiles = tuple(
            AgentProfile(id=agent, name=agent, skills=skills[agent], devices=desk)
            for agent in agents
        )
        self.happens(e.LegsListed(at=self.at, node=NODE, legs=(), bridges=()))
        self.happens(e.RosterReplaced(at=self.at, agents=profiles))
        for agent in agents:
            self.happens(
                e.DeviceChanged(
                    at=self.at, node=NODE, agent=agent, kind=DeviceKind.DESK, reachable=True
                )
            )
            self.happens(e.AgentLoggedIn(at=self.at, agent=agent))

    def runs(self, callers: list[Guest]) -> None:
        for guest in callers:
            self.later(guest.arrives, partial(self._arrives, guest))
        deadlines = self.engine.floor.deadlines
        while self._heap:
            due = deadlines.next
            if due is not None and due <= self._heap[0][0]:
                self.at = max(due, self.at)
                self.happens(e.ClockReached(at=self.at))
            else:
                self.at, _, act = heappop(self._heap)
                act()

    def later(self, seconds: float, act: Callable[[], None]) -> None:
        self._pushed += 1
        heappush(self._heap, (START + timedelta(seconds=seconds), self._pushed, act))

    def happens(self, event: e.Event) -> None:
        self._coming.append(event)
        while self._coming:
            outcome = self.engine.handle(self._coming.popleft())
            for entry in outcome.entries:
                if isinstance(entry.record, OfferMade):
                    number = int(str(entry.call).removeprefix(f"{NODE}-"))
                    self.assigned.append((number, entry.record.agent))
            for command in outcome.commands:
                self._obeys(command)

    def _obeys(self, command: Command) -> None:
        match command:
            case Dial(leg=leg):
                self._coming.append(e.LegAnswered(at=self.at, leg=leg))
            case Bridge(legs=(caller, _)):
                guest = self._guests[caller]
                now = (self.at - START).total_seconds()
                self.later(now + guest.service, partial(self._ends, guest))
            case Hangup(leg=leg):
                self._coming.append(e.LegEnded(at=self.at, leg=leg, ending=LegEnding.HUNG_UP))
            case _:
                pass

    def _arrives(self, guest: Guest) -> None:
        self._guests[guest.leg] = guest
        self.later(guest.arrives + guest.patience, partial(self._loses_patience, guest))
        self.happens(
            e.CallArrived(
                at=self.at,
                node=NODE,
                leg=guest.leg,
                number_dialled=guest.kind.name,
                arrived_at=self.at,
                caller=None,
            )
        )

    def _loses_patience(self, guest: Guest) -> None:
        call = self.engine.floor.call_of_caller(guest.leg)
        if call is not None and call.talk is None:
            self._ends(guest)

    def _ends(self, guest: Guest) -> None:
        if guest.here:
            guest.here = False
            self.happens(e.LegEnded(at=self.at, leg=guest.leg, ending=LegEnding.HUNG_UP))


def test_the_engine_assigns_ten_thousand_calls_as_the_routing_alone_does() -> None:
    alone: list[Assignment] = []
    run = ModelRun(
        MODEL,
        seed=SEED,
        number=0,
        calls=CALLS,
        warmup=0,
        threshold=0.0,
        paired=lambda call, agent: alone.append((call, agent)),
    )
    run.run()
    hotline = PerfectHotline()
    hotline.opens(list(run.crew.members))
    hotline.runs(guests())
    served = [each for each in alone if each[0] <= COMPARED]
    abandoned = sum(source.tally.abandoned for source in run.sources)
    assert len(served) > 9000
    assert abandoned > 100, "some pressure on the agents"
    assert [each for each in hotline.assigned if each[0] <= COMPARED] == served
