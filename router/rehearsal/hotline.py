"""The engine without an exchange, in words of callers and agents, and in a time of its own."""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import TypeVar

from router.core import events as e
from router.core.call import Call
from router.core.commands import Command
from router.core.engine import Engine
from router.core.policy import Policy
from router.core.records import Entry, Record
from router.core.routing.agent import AgentProfile
from router.core.vocabulary import (
    AgentId,
    AgentState,
    CallerKey,
    CallId,
    DeviceKind,
    LegEnding,
    LegId,
    NodeId,
)
from router.rehearsal.switchboard import Switchboard

NODE = NodeId("n1")
C = TypeVar("C", bound=Command)
R = TypeVar("R", bound=Record)


class Rehearsal:
    """One hotline. `board` is its Asterisk: what legs hear is followed there."""

    def __init__(self, rules: Policy, *, at: datetime, epoch: int = 7) -> None:
        self.engine = Engine(rules, epoch=epoch)
        self.at = at
        self.board = Switchboard()
        self.commands: list[Command] = []
        self.entries: list[Entry] = []
        self._coming: deque[e.Event] = deque()
        self._callers = 0
        self.happens(e.LegsListed(at=at, node=NODE, legs=(), bridges=()))

    # -- what happens ---------------------------------------------------------------------

    def happens(self, event: e.Event) -> list[Command]:
        """One event and all that follows from it, in the order of the inbox."""
        ordered: list[Command] = []
        self._coming.append(event)
        while self._coming:
            outcome = self.engine.handle(self._coming.popleft())
            ordered.extend(outcome.commands)
            self.entries.extend(outcome.entries)
            for command in outcome.commands:
                self.commands.append(command)
                answer = self.board.obey(command, self.at)
                if answer is not None:
                    self._coming.append(answer)
        return ordered

    def passes(self, seconds: float) -> None:
        """Time goes by; every wake-up on the way is kept, at its own instant."""
        until = self.at + timedelta(seconds=seconds)
        while (due := self.engine.floor.deadlines.next) is not None and due <= until:
            self.at = max(due, self.at)
            self.happens(e.ClockReached(at=self.at))
        self.at = until

    # -- callers --------------------------------------------------------------------------

    def caller_arrives(
        self,
        dialled: str,
        *,
        seconds_ago: float = 0,
        leg: LegId | None = None,
        caller: CallerKey | None = None,
    ) -> Caller:
        """`caller` None: the number is withheld."""
        self._callers += 1
        leg = leg or LegId(f"caller-{self._callers}")
        self.board.comes_up(leg, self.at)
        self.board.created[leg] = self.at - timedelta(seconds=seconds_ago)
        self.happens(
            e.CallArrived(
                at=self.at,
                node=NODE,
                leg=leg,
                number_dialled=dialled,
                arrived_at=self.at - timedelta(seconds=seconds_ago),
                caller=caller,
            )
        )
        return Caller(self, leg)

    # -- agents ---------------------------------------------------------------------------

    def works(self, *profiles: AgentProfile, log_in: bool = True) -> None:
        """They are on the roster, their desks answer, and they log in."""
        present = tuple(a.profile for a in self.engine.floor.agents.values())
        names = {p.id for p in profiles}
        kept = tuple(p for p in present if p.id not in names)
        self.happens(e.RosterReplaced(at=self.at, agents=(*kept, *profiles)))
        for profile in profiles:
            for device in profile.devices:
                if device.kind is DeviceKind.DESK:
                    self.desk_is(profile.id, reachable=True)
            if log_in:
                self.happens(e.AgentLoggedIn(at=self.at, agent=profile.id))

    def desk_is(self, name: str, *, reachable: bool) -> None:
        self.happens(
            e.DeviceChanged(
                at=self.at,
                node=NODE,
                agent=AgentId(name),
                kind=DeviceKind.DESK,
                reachable=reachable,
            )
        )

    def rung(self) -> list[str]:
        """Whose telephones ring now."""
        return sorted(d.agent for d in self.board.ringing.values())

    def leg_of(self, name: str) -> LegId:
        """The live leg of an agent."""
        leg = self.engine.floor.agents[AgentId(name)].leg
        assert leg is not None, f"{name} has no leg; ringing: {self.rung()}"
        return leg

    def rings(self, name: str) -> None:
        self.happens(e.LegRinging(at=self.at, leg=self.leg_of(name)))

    def picks_up(self, name: str) -> None:
        leg = self.leg_of(name)
        self.board.comes_up(leg, self.at)
        self.happens(e.LegAnswered(at=self.at, leg=leg))

    def agent_presses(self, name: str, digit: str) -> None:
        self.happens(e.DigitPressed(at=self.at, leg=self.leg_of(name), digit=digit))

    def answers(self, name: str) -> None:
        """Rings, is picked up, and by 1 if it is a public telephone."""
        offer = self.board.ringing[self.leg_of(name)]
        self.rings(name)
        self.picks_up(name)
        if offer.device.kind is DeviceKind.PHONE:
            self.agent_presses(name, "1")

    def leg_fails(self, name: str, ending: LegEnding, cause: int = 0) -> None:
        leg = self.leg_of(name)
        self.board.ends(leg, self.at)
        self.happens(e.LegEnded(at=self.at, leg=leg, ending=ending, cause=cause))

    def hangs_up(self, name: str) -> None:
        self.leg_fails(name, LegEnding.HUNG_UP, 16)

    def loses_line(self, name: str) -> None:
        """RTP or the network of an agent dies; nobody hung up."""
        self.leg_fails(name, LegEnding.LOST, 44)

    def ready(self, name: str) -> None:
        self.happens(e.WrapUpFinished(at=self.at, agent=AgentId(name)))

    def logs_in(self, name: str) -> None:
        self.happens(e.AgentLoggedIn(at=self.at, agent=AgentId(name)))

    def logs_out(self, name: str) -> None:
        self.happens(e.AgentLoggedOut(at=self.at, agent=AgentId(name)))

    def pauses(self, name: str, reason: str = "respiro") -> None:
        self.happens(e.AgentPaused(at=self.at, agent=AgentId(name), reason=reason))

    def resumes(self, name: str) -> None:
        self.happens(e.AgentResumed(at=self.at, agent=AgentId(name)))

    def state(self, name: str) -> AgentState:
        return self.engine.floor.agents[AgentId(name)].state

    # -- somebody outside -----------------------------------------------------------------

    def partner_leg(self) -> LegId:
        """The one leg that was dialled outside."""
        (leg,) = self.engine.floor.partner_legs
        return leg

    def partner_picks_up(self) -> None:
        leg = self.partner_leg()
        self.board.comes_up(leg, self.at)
        self.happens(e.LegAnswered(at=self.at, leg=leg))

    def partner_presses(self, digit: str) -> None:
        self.happens(e.DigitPressed(at=self.at, leg=self.partner_leg(), digit=digit))

    def partner_ends(self, ending: LegEnding = LegEnding.HUNG_UP) -> None:
        leg = self.partner_leg()
        self.board.ends(leg, self.at)
        self.happens(e.LegEnded(at=self.at, leg=leg, ending=ending))

    # -- the house ------------------------------------------------------------------------

    def publishes(self, rules: Policy) -> None:
        self.happens(e.PolicyPublished(at=self.at, policy=rules))

    def alarms(self) -> list[str]:
        """Those that stand."""
        return sorted(self.engine.floor.alarms)

    # -- what came of it ------------------------------------------------------------------

    def records(self, kind: type[R]) -> list[R]:
        return [x.record for x in self.entries if isinstance(x.record, kind)]

    def ordered(self, kind: type[C]) -> list[C]:
        return [c for c in self.commands if isinstance(c, kind)]


class Caller:
    """A person on the line."""

    def __init__(self, hotline: Rehearsal, leg: LegId) -> None:
        self._hotline = hotline
        self.leg = leg

    @property
    def id(self) -> CallId:
        return CallId(f"{NODE}-{self.leg}")

    @property
    def call(self) -> Call:
        return self._hotline.engine.floor.calls[self.id]

    @property
    def hears(self) -> str:
        return self._hotline.board.hears[self.leg]

    def presses(self, digits: str) -> Caller:
        for digit in digits:
            board = self._hotline.board
            recorded = board.recording.get(self.leg)
            self._hotline.happens(e.DigitPressed(at=self._hotline.at, leg=self.leg, digit=digit))
            if recorded is not None and recorded.ends_with == digit:
                self._hotline.happens(board.recording_ends(self.leg, self._hotline.at))
        return self

    def hears_out(self, *, heard: bool = True) -> Caller:
        """The prompt ends (or cannot be played)."""
        playback = self._hotline.board.playing[self.leg]
        self._hotline.board.prompt_ends(playback, self._hotline.at)
        self._hotline.happens(e.PlaybackEnded(at=self._hotline.at, playback=playback, heard=heard))
        return self

    def speaks(self, seconds: float) -> Caller:
        """After the tone; then says nothing more, and the recording ends."""
        board, since = self._hotline.board, self._hotline.at
        silence = board.recording[self.leg].silence
        self._hotline.passes(seconds + silence.total_seconds())
        lasted = self._hotline.at - since - silence
        self._hotline.happens(board.recording_ends(self.leg, self._hotline.at, lasted))
        return self

    @property
    def is_recorded(self) -> bool:
        return self.leg in self._hotline.board.recording

    def hangs_up(self) -> None:
        if self.is_recorded:
            board = self._hotline.board
            self._hotline.happens(board.recording_ends(self.leg, self._hotline.at))
        self._hotline.board.ends(self.leg, self._hotline.at)
        self._hotline.happens(
            e.LegEnded(at=self._hotline.at, leg=self.leg, ending=LegEnding.HUNG_UP, cause=16)
        )

    def chooses(self, key: str) -> Caller:
        """Knows the menu: types the key ahead, and hears the queue's notice out, if it has one."""
        self.presses(key)
        if self.leg in self._hotline.board.playing:
            self.hears_out()
        return self

    def talks_to(self) -> str | None:
        """The agent in the same bridge."""
        talk = self.call.talk
        if talk is None:
            return None
        assert self._hotline.board.bridges.get(talk.bridge) == (self.leg, talk.leg)
        return talk.agent

    @property
    def is_there(self) -> bool:
        return self.id in self._hotline.engine.floor.calls

    def waits_in(self) -> str | None:
        """The queue."""
        return None if self.call.place is None else self.call.place.queue

    def records(self) -> Sequence[Record]:
        return [x.record for x in self._hotline.entries if x.call == self.id]
