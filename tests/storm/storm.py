"""One storm: a plan, everything that it happens to, and what came of it."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import partial
from random import Random

import structlog

from router.core.events import AgentPaused, AgentResumed, Event, PolicyPublished
from router.core.routing.agent import AgentProfile
from router.core.vocabulary import DeviceKind
from router.ports import RosterEntry
from tests.core.house import agent
from tests.storm import policies
from tests.storm.ami import Ami
from tests.storm.app_queue import AppQueue
from tests.storm.ari import Ari
from tests.storm.callers import Caller
from tests.storm.channel import Channel
from tests.storm.checks import Breach, Checks
from tests.storm.database import Database, Disk
from tests.storm.latency import Weather
from tests.storm.lives import EngineLife, GuardLife, Surroundings
from tests.storm.loop import StormLoop
from tests.storm.pbx import Pbx
from tests.storm.plan import FATAL, CallPlan, Fault, Kind, Plan
from tests.storm.succession import Succession
from tests.storm.telephones import Telephones

LOOK_EVERY = 0.25
MACHINES = ("a", "b")
SPARE_WITHIN = 7.0
"""Seconds until whoever stands by has taken over (survival.md: 5), and its first beat stands."""
A_BEAT = 1.0
"""Seconds after waking, or less, in which an engine has beaten once."""
NOTICES_WITHIN = 5.0
"""Seconds until an engine that hears nothing any more knows it, and is connected anew."""
LOOP_IS_SEEN_WITHIN = 8.0
"""Seconds until the guard sees that the engine dies again and again, if it still does."""
QUIET, PROBED_FOR = 35.0, 25.0
"""Seconds: until telephones that were down are rung again, and for the last callers."""
ROSTER = (
    agent("ana", psicologia=3, crisis=3, wrap_up=4),
    agent("bea", on="phone", psicologia=3, crisis=2, juridico=1, wrap_up=3),
    agent("ben", on="desk+phone", juridico=3, wrap_up=5),
    agent("eva", psicologia=2, crisis=1, wrap_up=2),
    agent("gil", on="phone", psicologia=1, crisis=3, wrap_up=3),
    agent("ines", juridico=2, wrap_up=4),
    agent("iris", psicologia=2, crisis=2, wrap_up=3),
    agent("leo", on="desk+phone", psicologia=1, wrap_up=2),
    agent("luz", on="desk+phone", psicologia=1, crisis=2, wrap_up=2),
    agent("mar", on="phone", juridico=1, psicologia=1, crisis=1, wrap_up=6),
    agent("noe", psicologia=3, crisis=1, juridico=1, wrap_up=3),
    agent("olga", juridico=3, wrap_up=2),
    agent("paz", psicologia=2, wrap_up=2),
    agent("rita", on="phone", juridico=2, wrap_up=3),
    agent("sol", psicologia=1, crisis=3, wrap_up=3),
    agent("tere", juridico=1, wrap_up=2),
    agent("ada", psicologia=2, crisis=2, wrap_up=2),
    agent("beto", on="phone", juridico=1, wrap_up=2),
    agent("dora", psicologia=1, crisis=1, juridico=2, wrap_up=3),
    agent("elia", on="desk+phone", psicologia=2, crisis=3, wrap_up=2),
    agent("fito", wrap_up=2),
    agent("hugo", juridico=2, wrap_up=2),
    agent("ivan", psicologia=1, crisis=2, wrap_up=4),
    agent("jade", on="phone", psicologia=3, crisis=3, wrap_up=3),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What a storm left: the first breach, if any, and some figures."""

    plan: Plan
    breaches: tuple[Breach, ...]
    answered: int
    lives: int
    steps: int


class Storm:
    """Runs once."""

    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        chance = Random(f"{plan.seed}/world")
        self.chance = chance
        loop = self.loop = StormLoop()
        self.checks = checks = Checks()
        pbx = self.pbx = Pbx(loop, chance, checks)
        desks = {p.id: any(d.kind is DeviceKind.DESK for d in p.devices) for p in ROSTER}
        self.telephones = Telephones(pbx, chance, {str(name): has for name, has in desks.items()})
        self.queue = AppQueue(pbx, self.telephones)
        self.weather = Weather(chance)
        self.weather.on_loss = lambda: self._deafens(loop.time(), 8)
        self.around = Surroundings(
            loop=loop,
            weather=self.weather,
            pbx=pbx,
            ari=Ari(pbx, self.telephones),
            ami=Ami(pbx, self.queue, self.telephones),
            database=Database(loop),
            disk=Disk(policy=policies.THE_USUAL, roster=tuple(map(_on_shift, ROSTER))),
            succession=Succession(),
        )
        checks.now_of = self.around
        self.telephones.on_dialled = checks.is_dialled
        pbx.on_gone.append(checks.is_gone)
        self.life: EngineLife | None = None
        """The one that is active, or was last."""
        self._running: list[EngineLife] = []
        self.guard: GuardLife | None = None
        self._ahead = self._spare_until = self._loops_until = self._deaf_until = 0.0
        self._loops_after = 0
        pbx.on_beat = self._beats
        self._steps = 0

    # -- the story ----------------------------------------------------------------------------

    def run(self) -> Outcome:
        """From the first caller to the last, and a little longer."""
        with _quiet():
            self._run()
        last = self.life
        return Outcome(
            plan=self.plan,
            breaches=tuple(self.checks.breaches),
            answered=self.checks.answered,
            lives=len(self.checks.lives),
            steps=self._steps + (last.process.steps if last is not None else 0),
        )

    def _run(self) -> None:
        loop, plan = self.loop, self.plan
        self.checks.happens(0.0, 3.0)
        for machine in MACHINES if plan.spare else ("",):
            self._engine_starts(machine)
        self._guard_starts()
        fallback = self.pbx.on_fallback
        self.pbx.on_fallback = lambda channel: self._to_fallback(channel, fallback)
        for call in plan.calls:
            loop.after(call.at, self._calls, call)
        for fault in plan.faults:
            loop.after(fault.at, self._goes_wrong, fault)
        loop.after(LOOK_EVERY, self._look)
        loop.after(20.0, self._supervise)
        at = self._passes(plan.lasts + 20, lambda: True)
        self.telephones.all_answer = True
        at = self._passes(at + 300, self._anybody)
        at = self._probe(at)
        if not self.checks.breaches:
            self.checks.close()
        for process in (*self._running, self.guard):
            if process is not None:
                loop.kill(process.process)
        loop.run_until(loop.time())

    def _passes(self, until: float, still: Callable[[], bool]) -> float:
        """Time, in small portions: after a breach nothing more is of interest."""
        at = self.loop.time()
        while at < until and still() and not self.checks.breaches:
            at = min(at + 2, until)
            self.loop.run_until(at)
        return at

    def _probe(self, at: float) -> float:
        """At last one more for each queue: a person answers soon, whatever was before."""
        loop = self.loop
        if self.checks.breaches:
            return at
        if self._anybody():
            self.checks.breach("never answered", ", ".join(list(self.checks.there)[:5]))
            return at
        probes = [
            CallPlan(
                number=-1 - n,
                at=0,
                key=key,
                key_after=0.2,
                patience=900,
                talks=3,
                ends="caller",
                stays=1,
            )
            for n, key in enumerate("145")
        ]
        for n, probe in enumerate(probes):
            loop.after(QUIET + n * 0.2, self._calls, probe)
        self._passes(at + QUIET + PROBED_FOR, lambda: True)
        for name, caller in self.checks.there.items():
            self.checks.breach("nobody answers", f"{name} {caller.prompts}")
        if any(fault.kind is Kind.LOSE_REQUESTS for fault in self.plan.faults):
            # What was never carried out is done at the next connection.
            self._goes_wrong(Fault(at=0, kind=Kind.CUT_EVENTS))
        return self._passes(self.loop.time() + 10, lambda: True)

    def _anybody(self) -> bool:
        return bool(self.checks.there)

    def _calls(self, plan: CallPlan) -> None:
        if self.pbx.is_down:
            self.loop.after(1.0, self._calls, plan)  # they hear that it is busy, and dial again
            return
        caller = StormCaller(self.pbx, plan, self.checks)
        caller.calls()
        assert caller.channel is not None
        self.checks.there[caller.channel.id] = caller

    def _to_fallback(self, channel: Channel, joins: object) -> None:
        self.checks.is_sent_to_fallback(channel)
        assert callable(joins)
        joins(channel)

    def _look(self) -> None:
        self.checks.look()
        self.loop.after(LOOK_EVERY, self._look)

    def _supervise(self) -> None:
        """Whoever was paused for missed offers comes back; a supervisor saw the alarm."""
        if self.life is not None and self.life.engine is not None:
            for each in list(self.life.engine.floor.agents.values()):
                if each.paused == "missed_offers":
                    self._tells(AgentResumed(at=self.life.clock.now(), agent=each.id))
        self.loop.after(10.0, self._supervise)

    def _tells(self, event: Event) -> None:
        """A supervisor's or an agent's command line; it may find nobody there."""
        life = self.life
        if life is not None and life.desk is not None and life.process.alive:
            self.loop.start(life.process, _told(life, event))

    # -- processes ----------------------------------------------------------------------------

    def _engine_starts(self, machine: str) -> None:
        life = EngineLife(self.around, ahead=self._ahead, hear=self.checks.hear, machine=machine)
        died = life.process.on_death

        def on_death() -> None:
            died()
            self._engine_died(life)

        life.process.on_death = on_death
        self._running.append(life)
        if machine:
            life.on_active = lambda: self._is_active(life)
        else:
            self._is_active(life)
        life.start()

    def _is_active(self, life: EngineLife) -> None:
        self.life = life
        self.checks.lives.append(life)

    def _engine_died(self, life: EngineLife) -> None:
        now = self.loop.time()
        if now < self.plan.lasts + 400:
            self._running.remove(life)
            self._steps += life.process.steps
            pause = self.chance.uniform(0.3, 40.0 if self._is_spared(life) else 1.8)
            if self.life is life:
                self._spare_until = now + SPARE_WITHIN * bool(life.machine)
                self.checks.happens(now, now + self._back_within(life, pause + 1.0))
            self.loop.after(pause, self._engine_starts, life.machine)

    def _back_within(self, life: EngineLife, span: float) -> float:
        """A spare does not wait for an engine that is gone or asleep for so long."""
        if self._is_spared(life):
            return min(span, SPARE_WITHIN)
        return span + SPARE_WITHIN * bool(life.machine)

    def _is_spared(self, life: EngineLife) -> bool:
        return any(other is not life and not other.process.frozen for other in self._running)

    def _guard_starts(self) -> None:
        self.guard = GuardLife(self.around)
        self.guard.start()

    # -- faults -------------------------------------------------------------------------------

    def _goes_wrong(self, fault: Fault) -> None:
        now, life, weather = self.loop.time(), self.life, self.weather
        if life is None:
            return
        until = now + fault.span
        has_just_come_back = now < self._deaf_until or life.has_just_woken(A_BEAT)
        if fault.kind in FATAL and (now < self._spare_until or has_just_come_back):
            self.checks.forsaken = now + SPARE_WITHIN  # whoever has just taken over, or come back
        match fault.kind:
            case Kind.KILL | Kind.CLOCK:
                if fault.kind is Kind.CLOCK:
                    self._ahead = fault.figure * 60.0
                life.process.dies_at = life.process.steps + max(fault.figure, 1)
            case Kind.FREEZE if fault.figure:
                life.process.waits_for_heard = fault.figure == 2
                life.process.on_request = partial(self._goes_wrong, replace(fault, figure=0))
            case Kind.FREEZE | Kind.STALL:
                self.checks.happens(now, now + self._back_within(life, fault.span))
                if self.plan.spare:  # it wakes, and has to stand down
                    self.checks.happens(until, until + 1)
                    sleeps = now + SPARE_WITHIN * (fault.kind in FATAL)
                    self._spare_until = max(self._spare_until, sleeps)
                life.sleeps(fault.span)
            case Kind.CUT_EVENTS:
                self.checks.happens(now, now + 3)
                if life.door.stream is not None:
                    life.door.stream.cut()
            case Kind.HALF_OPEN:
                self.checks.happens(now, until + 8)
                self._is_deaf()
                self.loop.after(fault.span, self._is_deaf)  # its burial takes the application along
                if life.door.stream is not None:
                    life.door.stream.goes_half_open(fault.span)
            case Kind.CUT_AMI:
                self.checks.happens(now, now + 1)
                for socket in life.sockets:
                    socket.cut()
            case Kind.KILL_GUARD:
                self._kill_guard(now)
            case Kind.LOSE_ANSWERS:
                weather.lose_answers = fault.figure
            case Kind.LOSE_REQUESTS:
                weather.lose_requests = fault.figure
            case Kind.SLOW:
                self._deafens(now, fault.span + 2)
                weather.slow_until = until
            case Kind.DOUBLE:
                weather.double_until = until
            case Kind.REORDER:
                weather.reorder_until = until
            case Kind.DATABASE_GONE:
                self.around.database.gone_until = until
            case Kind.DATABASE_SLOW:
                self.around.database.slow_until = until
            case Kind.PHONE_LOST:
                name = ROSTER[fault.figure % len(ROSTER)].id
                self.checks.happens(now, until)
                self.telephones.loses_network(name, fault.span)
            case Kind.PAUSE:
                name = ROSTER[fault.figure % len(ROSTER)].id
                at = life.clock.now()
                self._tells(AgentPaused(at=at, agent=name, reason="respiro"))
                self.loop.after(fault.span, self._comes_back, name)
            case Kind.POLICY:
                new = self.around.disk.policy = policies.ALL[fault.figure]
                self._tells(PolicyPublished(at=life.clock.now(), policy=new, files=(), by="storm"))
            case Kind.ASTERISK_DIES:
                self._asterisk_dies(now, fault.span)
            case Kind.LOOP:
                self._loops_until = max(self._loops_until, until)
                self.checks.looping = max(self.checks.looping, until + LOOP_IS_SEEN_WITHIN)
                self._loops_after = fault.figure

    def _beats(self) -> None:
        """While engines die at their start: this one's end is near."""
        life = self.life
        if self.loop.time() < self._loops_until and life is not None:
            life.process.dies_at = life.process.dies_at or life.process.steps + self._loops_after

    def _asterisk_dies(self, now: float, span: float) -> None:
        """Who is inside is lost; every connection to it breaks."""
        if self.pbx.is_down:
            return
        self.checks.happens(now, now + span + 8)
        self.checks.unguarded = now + span + 8
        self.pbx.dies()
        self.queue.is_empty()
        for client in list(self.around.ami.clients):
            client.cut()
        if self.life is not None and self.life.door.stream is not None:
            self.life.door.stream.cut()
        self.loop.after(span, self.pbx.starts)

    def _is_deaf(self) -> None:
        self._deaf_until = self.loop.time() + NOTICES_WITHIN

    def _deafens(self, now: float, span: float) -> None:
        self.checks.happens(now, now + span)
        self.checks.deaf = max(self.checks.deaf, now + span + 8)

    def _kill_guard(self, now: float) -> None:
        if self.guard is not None:
            # Who watches next has seen none of the lives that were short.
            again = LOOP_IS_SEEN_WITHIN if now < self.checks.looping else 0.0
            self.checks.unguarded = now + 8 + again
            self.loop.kill(self.guard.process)
            self.guard = None
            self.loop.after(self.chance.uniform(0.5, 2.0), self._guard_starts)

    def _comes_back(self, name: str) -> None:
        if self.life is not None and self.life.engine is not None:
            for each in self.life.engine.floor.agents.values():
                if each.id == name and each.paused == "respiro":
                    self._tells(AgentResumed(at=self.life.clock.now(), agent=each.id))


class StormCaller(Caller):
    """Whose prompts are looked at."""

    def __init__(self, pbx: Pbx, plan: CallPlan, checks: Checks) -> None:
        super().__init__(pbx, plan)
        self._checks = checks

    def hears(self, media: str) -> None:
        self._checks.is_asked(self, media)
        super().hears(media)


async def _told(life: EngineLife, event: Event) -> None:
    assert life.desk is not None
    await life.desk.tell(event)


def _on_shift(profile: AgentProfile) -> RosterEntry:
    return RosterEntry(profile=profile, logged_in=True, paused=None)


@contextmanager
def _quiet() -> Iterator[None]:
    before = structlog.get_config()
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))
    try:
        yield
    finally:
        structlog.configure(**before)
