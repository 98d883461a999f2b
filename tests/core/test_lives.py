"""Lives of the engine: whatever happens in whatever order, and whenever it dies, nobody is lost.

Hypothesis chooses what happens next among what can; after each step the floor agrees with the
board, and at the end nobody is left and the books of all lives close.
"""

from __future__ import annotations

from datetime import timedelta

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from router.core import events as e
from router.core.records import Entry
from router.core.vocabulary import AgentId, DeviceKind, LegEnding, LegId
from router.engine_desk import recall
from router.ports import RosterEntry
from router.rehearsal.switchboard import FALLBACK, GONE
from tests.core.books import floor_agrees
from tests.core.driver import NODE, Driver
from tests.core.house import agent, policy
from tests.storm.books import faults_in

ROSTER = (
    agent("ana", psicologia=3, crisis=3, wrap_up=5),
    agent("bea", on="phone", psicologia=3, crisis=2, juridico=1, wrap_up=3),
    agent("ben", on="desk+phone", juridico=3, wrap_up=5),
)
NAMES = st.sampled_from([profile.id for profile in ROSTER])
NTH = st.integers(0, 5)


class Lives(RuleBasedStateMachine):
    """One hotline; `board` is its Asterisk, which outlives the engine."""

    def __init__(self) -> None:
        super().__init__()
        self.hotline = Driver(epoch=1)
        self.hotline.works(*ROSTER)
        self.written: list[Entry] = []
        self.connected = True

    # -- callers ------------------------------------------------------------------------------

    @property
    def callers(self) -> list[LegId]:
        """Those whom the engine has, as the board knows it."""
        board = self.hotline.board
        return sorted(
            leg
            for leg, hears in board.hears.items()
            if leg.startswith("caller") and hears not in (GONE, FALLBACK)
        )

    def nth_caller(self, nth: int) -> LegId:
        """One of them."""
        return self.callers[nth % len(self.callers)]

    @precondition(lambda self: self.connected)
    @rule(key=st.sampled_from(["1", "4", "5", ""]))
    def a_caller_comes_and_chooses(self, key: str) -> None:
        leg = LegId(f"caller-{len(self.hotline.board.hears)}")
        caller = self.hotline.caller_arrives(leg=leg)
        if key:
            caller.chooses(key)

    @precondition(lambda self: self.callers)
    @rule(nth=NTH, key=st.sampled_from("145*9"))
    def a_caller_presses_a_key(self, nth: int, key: str) -> None:
        leg, at = self.nth_caller(nth), self.hotline.at
        self.hotline.happens(e.DigitPressed(at=at, leg=leg, digit=key))

    @precondition(lambda self: self.connected and self.hotline.board.blocked)
    @rule(nth=NTH)
    def a_prompt_ends(self, nth: int) -> None:
        board, at = self.hotline.board, self.hotline.at
        playing = sorted(board.blocked.values())
        playback = playing[nth % len(playing)]
        board.prompt_ends(playback, at)
        self.hotline.happens(e.PlaybackEnded(at=at, playback=playback, heard=True))

    @precondition(lambda self: self.callers)
    @rule(nth=NTH)
    def a_caller_hangs_up(self, nth: int) -> None:
        self.ends(self.nth_caller(nth), LegEnding.HUNG_UP)

    def ends(self, leg: LegId, ending: LegEnding) -> None:
        """If nobody listens, nobody is told: the next list does not have it."""
        self.hotline.board.ends(leg, self.hotline.at)
        if self.connected:
            self.hotline.happens(e.LegEnded(at=self.hotline.at, leg=leg, ending=ending))

    # -- agents -------------------------------------------------------------------------------

    @property
    def ringing(self) -> list[LegId]:
        return sorted(self.hotline.board.ringing)

    @property
    def answered(self) -> list[LegId]:
        return sorted(set(self.hotline.board.up) & set(self.hotline.board.dialled))

    @precondition(lambda self: self.connected and self.ringing)
    @rule(nth=NTH)
    def a_telephone_rings(self, nth: int) -> None:
        leg = self.ringing[nth % len(self.ringing)]
        self.hotline.happens(e.LegRinging(at=self.hotline.at, leg=leg))

    @precondition(lambda self: self.ringing)
    @rule(nth=NTH)
    def an_agent_picks_up(self, nth: int) -> None:
        leg = self.ringing[nth % len(self.ringing)]
        self.hotline.board.comes_up(leg, self.hotline.at)
        self.hotline.happens(e.LegAnswered(at=self.hotline.at, leg=leg))

    @precondition(lambda self: self.answered)
    @rule(nth=NTH)
    def an_agent_presses_1(self, nth: int) -> None:
        leg = self.answered[nth % len(self.answered)]
        self.hotline.happens(e.DigitPressed(at=self.hotline.at, leg=leg, digit="1"))

    @precondition(lambda self: self.ringing or self.answered)
    @rule(nth=NTH, ending=st.sampled_from(list(LegEnding)))
    def a_telephone_ends(self, nth: int, ending: LegEnding) -> None:
        legs = self.ringing + self.answered
        self.ends(legs[nth % len(legs)], ending)

    @rule(name=NAMES, doing=st.sampled_from(["pause", "resume", "ready", "gone", "back"]))
    def an_agent_does(self, name: AgentId, doing: str) -> None:
        at = self.hotline.at
        desk = DeviceKind.DESK
        doings: dict[str, e.Event] = {
            "pause": e.AgentPaused(at=at, agent=name, reason="respiro"),
            "resume": e.AgentResumed(at=at, agent=name),
            "ready": e.WrapUpFinished(at=at, agent=name),
            "gone": e.DeviceChanged(at=at, node=NODE, agent=name, kind=desk, reachable=False),
            "back": e.DeviceChanged(at=at, node=NODE, agent=name, kind=desk, reachable=True),
        }
        self.hotline.happens(doings[doing])

    # -- the house ----------------------------------------------------------------------------

    @precondition(lambda self: self.connected)
    @rule(seconds=st.sampled_from([0.1, 1.0, 4.0, 9.0, 30.0]))
    def time_passes(self, seconds: float) -> None:
        until = self.hotline.at + timedelta(seconds=seconds)
        while (due := self.hotline.engine.floor.deadlines.next) is not None and due <= until:
            self.hotline.at = max(due, self.hotline.at)
            self.hotline.happens(e.ClockReached(at=self.hotline.at))
        self.hotline.at = until

    @precondition(lambda self: self.connected)
    @rule()
    def the_connection_breaks(self) -> None:
        self.hotline.disconnects()
        self.connected = False

    @precondition(lambda self: not self.connected)
    @rule()
    def the_connection_is_back(self) -> None:
        self.hotline.listed()
        self.connected = True

    @precondition(lambda self: self.callers)
    @rule(nth=NTH)
    def the_guard_takes_a_caller(self, nth: int) -> None:
        leg = self.nth_caller(nth)
        if any(leg in legs and len(legs) > 1 for legs in self.hotline.board.bridges.values()):
            return  # it leaves conversations alone
        self.hotline.board.leaves(leg, self.hotline.at)
        if self.connected:
            self.hotline.happens(e.LegLeft(at=self.hotline.at, leg=leg))

    @rule()
    def the_fallback_is_looked_at(self) -> None:
        board = self.hotline.board
        waiting = tuple(leg for leg, hears in board.hears.items() if hears == FALLBACK)
        self.hotline.happens(
            e.FallbackListed(at=self.hotline.at, node=NODE, waiting=waiting, engaged=())
        )

    @rule(after=st.sampled_from([0.3, 1.5]))
    def the_engine_dies_and_is_started_again(self, after: float) -> None:
        first = self.hotline
        self.written += first.entries
        roster = [
            RosterEntry(
                profile=each.profile,
                logged_in=each.logged_in,
                paused=each.paused,
                wrap_up=each.wrap_up,
                idle_since=each.idle_since,
            )
            for each in first.engine.floor.agents.values()
        ]
        at = first.at + timedelta(seconds=after)
        self.hotline = Driver(policy(), at=at, epoch=first.engine.floor.epoch + 1)
        self.hotline.board = first.board
        self.hotline.happens(recall(roster, at))
        for each in ROSTER:
            self.hotline.desk_is(each.id, reachable=True)
        self.hotline.listed()
        self.connected = True

    # -- what must hold -----------------------------------------------------------------------

    @precondition(lambda self: self.connected)
    @invariant()
    def the_floor_agrees(self) -> None:
        floor_agrees(self.hotline)

    @invariant()
    def no_telephone_has_two_calls(self) -> None:
        board = self.hotline.board
        rung = [board.dialled[leg].agent for leg in (*board.ringing, *self.answered)]
        assert len(rung) == len(set(rung)), f"two calls for one agent: {sorted(rung)}"

    def teardown(self) -> None:
        """In the end nobody is left, and the books close."""
        if not self.connected:
            self.the_connection_is_back()
        board = self.hotline.board
        for leg in [leg for leg in board.hears if leg.startswith("caller")]:
            if board.hears[leg] != GONE:
                self.ends(leg, LegEnding.HUNG_UP)
        self.time_passes(70)
        self.hotline.listed()
        floor = self.hotline.engine.floor
        assert not floor.calls
        assert not floor.offers
        assert not floor.agent_legs
        assert not [agent.id for agent in floor.agents.values() if agent.leg is not None]
        entries = [*self.written, *self.hotline.entries]
        assert not list(faults_in(entries, last_epoch=floor.epoch))


Lives.TestCase.settings = settings(
    max_examples=100, stateful_step_count=30, deadline=None, database=None
)
TestLives = Lives.TestCase
