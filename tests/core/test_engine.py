"""Anything may happen in any order: the engine never raises, and nobody is lost for it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import get_args

from hypothesis import given, settings
from hypothesis import strategies as st

from router.core import events as e
from router.core.commands import Dial, Play
from router.core.events import Event
from router.core.moves import STAGES
from router.core.pairs import Met
from router.core.routing.agent import Validity
from router.core.routing.agent_rules import AgentRules, HeavyLimits, Sticky
from router.core.routing.expiry import Expire, expiring
from router.core.routing.queue import Reserve
from router.core.shift_events import ExtensionAsked, RespiroTaken
from router.core.turn import Move
from router.core.vocabulary import (
    AgentId,
    CallerKey,
    DeviceKind,
    LegEnding,
    LegId,
    PlaybackId,
    Refusal,
    SkillName,
)
from tests.core.books import books_close, floor_agrees
from tests.core.driver import NODE, NOON, Driver
from tests.core.house import CRISIS, JURIDICO, LINE, agent, policy, seconds, skills

ROSTER = (
    agent("ana", psicologia=3, crisis=3),
    agent("bea", on="phone", psicologia=3, crisis=2, juridico=1),
    replace(
        agent("ben", on="desk+phone", juridico=3, wrap_up=5),
        validity={SkillName("juridico"): Validity(ends=NOON + seconds(90))},
    ),
    replace(
        agent("gil", on="phone", guardia=1, juridico=1),
        validity={SkillName("juridico"): Validity(begins=NOON + seconds(45))},
    ),
)
RESERVE = Reserve(skills=skills(psicologia=1, crisis=1), for_class=100, free=1)
POLICIES = (
    policy(),
    policy(reserves=(RESERVE,), version="reserve"),
    policy(replace(JURIDICO, gives_up_after=seconds(20)), version="impatient"),
    policy(without="juridico", version="smaller"),
    policy(replace(CRISIS, widen=()), version="narrow"),
    replace(
        policy(
            replace(CRISIS, heavy=True),
            expiring(JURIDICO, [Expire(after=seconds(20), skills=skills(psicologia=1))]),
            version="wary",
        ),
        rules=AgentRules(
            heavy=HeavyLimits(max_in_a_row=1, max_talk=seconds(60), rest=seconds(10)),
            respiro=seconds(20),
            sticky=Sticky(window=seconds(60)),
        ),
    ),
)
CALLERS = (None, CallerKey("one"), CallerKey("other"))
PAUSES = (0.1, 1, 2, 3, 5, 8, 10, 15, 30, 61)
KEYS = "145*#91111"


class Chaos:
    """A hotline to which things happen; `n` and `m` choose to whom and how."""

    def __init__(self) -> None:
        self.hotline = Driver(POLICIES[-1])
        self.hotline.works(*ROSTER[:3])
        self.callers: list[LegId] = []

    # What happens on the line is true: the board knows of it as well.

    def arrives(self, n: int, m: int) -> None:
        number = LINE if m % 3 else "5550000000"
        caller = CALLERS[(n + m) % len(CALLERS)]
        arrived = self.hotline.caller_arrives(number, seconds_ago=n, caller=caller)
        self.callers.append(arrived.leg)

    def chooses(self, n: int, m: int) -> None:
        caller = self.hotline.caller_arrives(caller=CALLERS[n % len(CALLERS)])
        self.callers.append(caller.leg)
        caller.presses("145"[m % 3])

    def presses(self, n: int, m: int) -> None:
        legs = [*self.callers, *self.hotline.board.dialled]
        if legs:
            leg = legs[-1 - n % len(legs)]
            self.happens(e.DigitPressed(at=self.hotline.at, leg=leg, digit=KEYS[m]))

    def prompt_ends(self, n: int, m: int) -> None:
        playing = list(self.hotline.board.blocked.values())
        if playing:
            self.ended(playing[n % len(playing)], heard=m % 4 != 0)

    def old_prompt_ends(self, n: int, m: int) -> None:
        plays = [p for p in self.hotline.commands if isinstance(p, Play)]
        if plays:
            self.ended(plays[-1 - (n * 10 + m) % len(plays)].playback, heard=True)

    def ended(self, playback: PlaybackId, *, heard: bool) -> None:
        self.hotline.board.prompt_ends(playback, self.hotline.at)
        self.happens(e.PlaybackEnded(at=self.hotline.at, playback=playback, heard=heard))

    def rings(self, n: int, m: int) -> None:
        for leg in self.some_leg(n):
            self.happens(e.LegRinging(at=self.hotline.at, leg=leg))

    def picks_up(self, n: int, m: int) -> None:
        for leg in self.some_leg(n):
            if leg in self.hotline.board.ringing:
                self.hotline.board.comes_up(leg, self.hotline.at)
            if leg in self.hotline.board.up or m == 0:
                self.happens(e.LegAnswered(at=self.hotline.at, leg=leg))

    def ends(self, n: int, m: int) -> None:
        legs = [*self.callers, *self.hotline.board.dialled]
        if legs:
            leg = legs[-1 - n % len(legs)]
            ending = list(LegEnding)[m % len(LegEnding)]
            self.hotline.board.ends(leg, self.hotline.at)
            self.happens(e.LegEnded(at=self.hotline.at, leg=leg, ending=ending, cause=m))

    def leaves(self, n: int, m: int) -> None:
        if self.callers:
            leg = self.callers[-1 - n % len(self.callers)]
            self.hotline.board.leaves(leg, self.hotline.at)
            self.happens(e.LegLeft(at=self.hotline.at, leg=leg))

    def is_refused(self, n: int, m: int) -> None:
        recent = self.hotline.commands[-6:]
        command = recent[n % len(recent)]
        answered = isinstance(command, Dial) and command.leg in self.hotline.board.up
        why = Refusal.UNKNOWN if answered else list(Refusal)[m % len(Refusal)]
        if why is Refusal.GONE:
            for leg in command.resources:
                self.hotline.board.ends(LegId(leg), self.hotline.at)
        self.hotline.refused(command, why)
        if why is Refusal.GONE:  # an agent's end is on the way; a caller's may have been missed
            for leg in sorted(set(command.resources) & set(self.hotline.board.dialled)):
                self.happens(e.LegEnded(at=self.hotline.at, leg=LegId(leg), ending=LegEnding.LOST))
        floor_agrees(self.hotline)

    def time_passes(self, n: int, m: int) -> None:
        until = self.hotline.at + timedelta(seconds=PAUSES[n])
        while (due := self.hotline.engine.floor.deadlines.next) is not None and due <= until:
            self.hotline.at = max(self.hotline.at, due)
            self.happens(e.ClockReached(at=self.hotline.at))
        self.hotline.at = until
        floor_agrees(self.hotline)

    def some_leg(self, n: int) -> list[LegId]:
        dialled = list(self.hotline.board.dialled)
        return [dialled[-1 - n % len(dialled)]] if dialled else []

    # What agents and admins do.

    def agent_does(self, n: int, m: int) -> None:
        name, at = AgentId(("ana", "bea", "ben", "gil", "nobody")[n % 5]), self.hotline.at
        doings: tuple[Event, ...] = (
            e.AgentLoggedIn(at=at, agent=name),
            e.AgentLoggedIn(at=at, agent=name),
            e.AgentLoggedOut(at=at, agent=name),
            e.AgentPaused(at=at, agent=name, reason="respiro"),
            e.AgentResumed(at=at, agent=name),
            e.WrapUpFinished(at=at, agent=name),
            ExtensionAsked(at=at, agent=name) if n % 2 else RespiroTaken(at=at, agent=name),
            e.DeviceChanged(at=at, node=NODE, agent=name, kind=DeviceKind.DESK, reachable=True),
            e.DeviceChanged(at=at, node=NODE, agent=name, kind=DeviceKind.DESK, reachable=False),
            e.DeviceChanged(at=at, node=NODE, agent=name, kind=DeviceKind.PHONE, reachable=False),
        )
        self.happens(doings[m])

    def dials_code(self, n: int, m: int) -> None:
        name = ("ana", "ben", "nobody")[n % 3]
        self.hotline.dials_code(
            name, ("*11", "*12", "*13", "*14", "*15", "*16", "*17", "*9")[m % 8]
        )
        floor_agrees(self.hotline)

    def roster_changes(self, n: int, m: int) -> None:
        agents = tuple(a for i, a in enumerate(ROSTER) if (n + 10 * m) >> i & 1 or m > 5)
        self.happens(e.RosterReplaced(at=self.hotline.at, agents=agents))

    def policy_changes(self, n: int, m: int) -> None:
        self.happens(e.PolicyPublished(at=self.hotline.at, policy=POLICIES[n % len(POLICIES)]))

    # What the house goes through.

    def reconnects(self, n: int, m: int) -> None:
        self.hotline.disconnects()
        legs = [*self.callers, *self.hotline.board.dialled]
        self.hotline.listed(without=legs[n : n + m % 3], restarted=n == 9)
        floor_agrees(self.hotline)

    def arrives_twice(self, n: int, m: int) -> None:
        if self.callers:
            leg, at = self.callers[-1 - n % len(self.callers)], self.hotline.at
            self.happens(
                e.CallArrived(
                    at=at, node=NODE, leg=leg, number_dialled=LINE, arrived_at=at, caller=None
                )
            )

    def pairs_are_told(self, n: int, m: int) -> None:
        """The database answers late, and again after every word of a supervisor."""
        agents, caller = [each.id for each in ROSTER], CALLERS[1 + n % 2]
        assert caller is not None
        met = Met(agent=agents[n % len(agents)], at=self.hotline.at - timedelta(seconds=m))
        apart = {caller: (agents[m % len(agents)],)} if m % 3 else {}
        self.happens(e.PairsTold(at=self.hotline.at, known={caller: met}, apart=apart))

    def trouble(self, n: int, m: int) -> None:
        text = "full" if m % 2 else None
        self.happens(e.TroubleReported(at=self.hotline.at, name="journal", text=text))

    def happens(self, event: Event) -> None:
        self.hotline.happens(event)
        floor_agrees(self.hotline)

    def everybody_hangs_up(self) -> None:
        """In the end there is no caller, and no agent who is not free."""
        for leg in list(self.hotline.engine.floor.callers):
            self.hotline.board.ends(leg, self.hotline.at)
            self.happens(e.LegEnded(at=self.hotline.at, leg=leg, ending=LegEnding.HUNG_UP))
        self.time_passes(9, 0)
        self.hotline.listed()
        floor = self.hotline.engine.floor
        assert not floor.calls
        assert not floor.callers
        assert not floor.offers
        assert not floor.agent_legs
        assert not floor.playbacks
        assert not [a for a in floor.agents.values() if a.leg is not None or a.leaving]


ACTIONS: tuple[Callable[[Chaos, int, int], None], ...] = (
    Chaos.arrives,
    *(Chaos.chooses,) * 3,
    *(Chaos.presses,) * 2,
    *(Chaos.prompt_ends,) * 2,
    Chaos.old_prompt_ends,
    *(Chaos.rings,) * 2,
    *(Chaos.picks_up,) * 4,
    *(Chaos.ends,) * 2,
    Chaos.leaves,
    Chaos.is_refused,
    *(Chaos.time_passes,) * 4,
    *(Chaos.agent_does,) * 3,
    Chaos.dials_code,
    Chaos.roster_changes,
    Chaos.policy_changes,
    Chaos.reconnects,
    Chaos.arrives_twice,
    Chaos.trouble,
    Chaos.pairs_are_told,
)

steps = st.tuples(st.sampled_from(ACTIONS), st.integers(0, 9), st.integers(0, 9))


@settings(max_examples=60, deadline=None, database=None)
@given(st.lists(steps, min_size=5, max_size=40))
def test_whatever_happens_in_whatever_order_nobody_is_lost_and_the_books_close(
    happenings: list[tuple[Callable[[Chaos, int, int], None], int, int]],
) -> None:
    chaos = Chaos()
    for action, n, m in happenings:
        action(chaos, n, m)
        books_close(chaos.hotline.entries, chaos.hotline.engine.floor)
    chaos.everybody_hangs_up()
    books_close(chaos.hotline.entries, chaos.hotline.engine.floor)


def test_the_same_events_lead_to_the_same_outcome() -> None:
    def day() -> str:
        hotline = Driver()
        hotline.works(*ROSTER)
        for key in "1451":
            hotline.caller_arrives().chooses(key)
            hotline.passes(7)
        return repr((hotline.commands, hotline.entries))

    assert day() == day()


def test_the_outcome_tells_when_to_wake_the_engine_next() -> None:
    hotline = Driver()
    hotline.caller_arrives().hears_out().hears_out()
    outcome = hotline.engine.handle(e.ClockReached(at=hotline.at))
    assert outcome.wake_at == hotline.at + seconds(4)
    assert outcome.commands == ()
    assert outcome.entries == ()


def test_whatever_one_stage_asks_of_another_is_done_by_somebody() -> None:
    assert set(STAGES) == set(get_args(Move))
