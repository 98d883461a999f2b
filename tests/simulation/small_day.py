"""Half an hour of a small hotline: callers with patience, agents with habits, faulty telephones."""

from __future__ import annotations

import heapq
import random
from collections.abc import Callable
from datetime import timedelta
from functools import partial

from router.core import events as e
from router.core.commands import Command, Dial, Play
from router.core.policy import Policy
from router.core.vocabulary import AgentId, AgentState, DeviceKind, LegEnding, LegId
from tests.core.books import floor_agrees
from tests.core.driver import Caller, Driver
from tests.core.house import agent

AGENTS = (
    agent("ana", psicologia=4, crisis=3),
    agent("bea", on="phone", psicologia=3, crisis=2),
    agent("ciro", on="desk+phone", juridico=4),
    agent("dan", juridico=2, psicologia=2, wrap_up=20),
    agent("eva", on="phone", juridico=3, extorsion=2, english=3),
)
KEYS = ("1", "2", "3", "4", "4", "5", "7", "0", "9", "99", "")
Act = Callable[[], None]


class SmallDay:
    """One seed is one day; it ends when everybody has hung up."""

    def __init__(self, rules: Policy, seed: int, *, callers: int) -> None:
        self.random = random.Random(seed)
        self.hotline = Driver(rules)
        self.hotline.works(*AGENTS)
        self._heap: list[tuple[float, int, Act]] = []
        self._added = self._seen = 0
        self._now = 0.0
        self._start = self.hotline.at
        for _ in range(callers):
            self.later(self.random.uniform(0, 1200), self._a_caller)
        for _ in range(6):
            self.later(self.random.uniform(0, 1200), self._a_break)

    def later(self, seconds: float, act: Act) -> None:
        self._added += 1
        heapq.heappush(self._heap, (self._now + seconds, self._added, act))

    def run(self) -> None:
        while self._heap:
            at, _, act = heapq.heappop(self._heap)
            self._clock_until(at)
            self._now = max(at, self._now)
            self.hotline.at = self._start + timedelta(seconds=self._now)
            act()
            self._look()
        self.hotline.passes(60)

    def _clock_until(self, at: float) -> None:
        """Wake-ups on the way; what they set off before `at` comes a little late."""
        until = self._start + timedelta(seconds=at)
        while (due := self.hotline.engine.floor.deadlines.next) is not None and due <= until:
            self.hotline.at = max(due, self.hotline.at)
            self._now = (self.hotline.at - self._start).total_seconds()
            self.hotline.happens(e.ClockReached(at=self.hotline.at))
            self._look()

    def _look(self) -> None:
        floor_agrees(self.hotline)
        while self._seen < len(self.hotline.commands):
            self._react(self.hotline.commands[self._seen])
            self._seen += 1

    # -- callers --------------------------------------------------------------------------

    def _a_caller(self) -> None:
        caller = self.hotline.caller_arrives(seconds_ago=self.random.uniform(0, 2))
        keys = self.random.choice(KEYS)
        wait = self.random.uniform(0.5, 15)
        for key in keys:
            self.later(wait, partial(self._presses, caller, key))
            wait += self.random.uniform(0.2, 3)
        self.later(self.random.expovariate(1 / 240), lambda: self._loses_patience(caller))
        self.later(2000, lambda: self._hangs_up(caller))

    def _presses(self, caller: Caller, key: str) -> None:
        if self._is_here(caller):
            caller.presses(key)

    def _loses_patience(self, caller: Caller) -> None:
        if self._is_here(caller) and caller.call.talk is None:
            caller.hangs_up()

    def _hangs_up(self, caller: Caller) -> None:
        if self._is_here(caller):
            caller.hangs_up()

    def _is_here(self, caller: Caller) -> bool:
        return caller.id in self.hotline.engine.floor.calls

    # -- what Asterisk is told ------------------------------------------------------------

    def _react(self, command: Command) -> None:
        if isinstance(command, Play):
            self.later(self.random.uniform(1, 9), lambda: self._prompt_ends(command))
        elif isinstance(command, Dial):
            self._telephone(command)

    def _prompt_ends(self, command: Play) -> None:
        if self.hotline.board.playing.get(command.leg) == command.playback:
            heard = self.random.random() > 0.02
            self.hotline.board.prompt_ends(command.playback, self.hotline.at)
            self.hotline.happens(
                e.PlaybackEnded(at=self.hotline.at, playback=command.playback, heard=heard)
            )

    # -- agents ---------------------------------------------------------------------------

    def _telephone(self, dial: Dial) -> None:
        habit = self.random.choices(
            ("answers", "misses", "declines", "dead", "machine", "refused"),
            (70, 8, 6, 5, 8, 3),
        )[0]
        if habit == "dead":
            return
        if habit == "refused":
            self.later(0.01, lambda: self._is_refused(dial))
            return
        self.later(self.random.uniform(0.1, 1.5), lambda: self._rings(dial.leg))
        after = self.random.uniform(2, 7)
        if habit == "declines":
            self.later(after, lambda: self._ends(dial.leg, LegEnding.DECLINED))
        elif habit in ("answers", "machine"):
            self.later(after, lambda: self._picks_up(dial, confirms=habit == "answers"))

    def _is_refused(self, dial: Dial) -> None:
        if dial.leg in self.hotline.board.ringing:
            self.hotline.refused(dial)

    def _rings(self, leg: LegId) -> None:
        if leg in self.hotline.board.ringing:
            self.hotline.happens(e.LegRinging(at=self.hotline.at, leg=leg))

    def _picks_up(self, dial: Dial, *, confirms: bool) -> None:
        if dial.leg not in self.hotline.board.ringing:
            return
        self.hotline.board.comes_up(dial.leg, self.hotline.at)
        self.hotline.happens(e.LegAnswered(at=self.hotline.at, leg=dial.leg))
        if dial.device.kind is DeviceKind.PHONE and confirms:
            self.later(self.random.uniform(1, 8), lambda: self._presses_one(dial.leg))
        talk = self.random.expovariate(1 / 90)
        ending = self.random.choices((LegEnding.HUNG_UP, LegEnding.LOST), (85, 15))[0]
        if self.random.random() < 0.7:
            self.later(12 + talk, lambda: self._ends(dial.leg, ending))
        self.later(200, lambda: self._is_ready(dial.agent))

    def _presses_one(self, leg: LegId) -> None:
        if leg in self.hotline.board.up:
            self.hotline.happens(e.DigitPressed(at=self.hotline.at, leg=leg, digit="1"))

    def _ends(self, leg: LegId, ending: LegEnding) -> None:
        if leg in self.hotline.board.up or leg in self.hotline.board.ringing:
            self.hotline.board.ends(leg, self.hotline.at)
            self.hotline.happens(e.LegEnded(at=self.hotline.at, leg=leg, ending=ending))

    def _is_ready(self, name: AgentId) -> None:
        if self.hotline.state(name) is AgentState.WRAP_UP:
            self.hotline.ready(name)

    def _a_break(self) -> None:
        name = self.random.choice(AGENTS).id
        if self.random.random() < 0.5:
            self.hotline.pauses(name)
            self.later(120, lambda: self.hotline.resumes(name))
        else:
            self.hotline.logs_out(name)
            self.later(120, lambda: self.hotline.logs_in(name))
