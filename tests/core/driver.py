"""Drives the engine in words of callers and agents, in a time of its own."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import TypeVar

from router.core import events as e
from router.core.commands import (
    Bridge,
    Command,
    Dial,
    HandToDialplan,
    Hangup,
    Play,
    RemoveBridge,
    StartMusic,
    StopMusic,
    StopPlay,
)
from router.core.engine import Engine
from router.core.floor import Call
from router.core.policy import Policy
from router.core.records import Entry, OfferEnded, Record
from router.core.routing.agent import AgentProfile
from router.core.vocabulary import (
    AgentId,
    AgentState,
    BridgeId,
    CallId,
    DeviceKind,
    LegEnding,
    LegId,
    NodeId,
    OfferOutcome,
    PlaybackId,
    PromptId,
    Refusal,
)
from tests.core.house import LINE, policy

NODE = NodeId("n1")
C = TypeVar("C", bound=Command)
R = TypeVar("R", bound=Record)


class Driver:
    """One hotline. Legs and what they hear are followed as Asterisk would."""

    def __init__(self, rules: Policy | None = None) -> None:
        self.engine = Engine(rules or policy(), epoch=7)
        self.at = datetime(2026, 11, 24, 15, 0, tzinfo=UTC)
        self.commands: list[Command] = []
        self.entries: list[Entry] = []
        self.hears: dict[LegId, str] = {}
        self.playing: dict[LegId, PlaybackId] = {}
        self.bridges: dict[BridgeId, tuple[LegId, ...]] = {}
        self.up: set[LegId] = set()
        self.ringing: dict[LegId, Dial] = {}
        self._callers = 0
        self.happens(e.LegsListed(at=self.at, node=NODE, legs=(), bridges=()))

    # -- what happens ---------------------------------------------------------------------

    def happens(self, event: e.Event) -> list[Command]:
        outcome = self.engine.handle(event)
        self.commands.extend(outcome.commands)
        self.entries.extend(outcome.entries)
        for command in outcome.commands:
            self._obey(command)
        return list(outcome.commands)

    def _obey(self, command: Command) -> None:
        match command:
            case Play():
                self.playing[command.leg] = command.playback
                self.hears[command.leg] = "+".join(command.prompts)
            case StopPlay():
                if self.playing.get(command.leg) == command.playback:
                    del self.playing[command.leg]
                    self.hears[command.leg] = "silence"
            case StartMusic():
                self.hears[command.leg] = "music"
            case StopMusic():
                self.hears[command.leg] = "silence"
            case Dial():
                self.ringing[command.leg] = command
            case Bridge():
                self.bridges[command.bridge] = command.legs
                for leg in command.legs:
                    self.hears[leg] = "the other"
            case RemoveBridge():
                for leg in self.bridges.pop(command.bridge, ()):
                    self.hears[leg] = "silence"
            case HandToDialplan():
                self.hears[command.leg] = "fallback"
            case Hangup():
                self._ended(command.leg)
                self.happens(
                    e.LegEnded(at=self.at, leg=command.leg, ending=LegEnding.HUNG_UP, cause=16)
                )
            case _:
                pass

    def _ended(self, leg: LegId) -> None:
        self.hears[leg] = "gone"
        self.playing.pop(leg, None)
        self.ringing.pop(leg, None)
        self.up.discard(leg)

    def passes(self, seconds: float) -> None:
        """Time goes by; every wake-up on the way is kept, at its own instant."""
        until = self.at + timedelta(seconds=seconds)
        while (due := self.engine.floor.deadlines.next) is not None and due <= until:
            self.at = max(due, self.at)
            self.happens(e.ClockReached(at=self.at))
        self.at = until

    # -- callers --------------------------------------------------------------------------

    def caller_arrives(self, dialled: str = LINE, *, seconds_ago: float = 0) -> Caller:
        self._callers += 1
        leg = LegId(f"caller-{self._callers}")
        self.happens(
            e.CallArrived(
                at=self.at,
                node=NODE,
                leg=leg,
                number_dialled=dialled,
                arrived_at=self.at - timedelta(seconds=seconds_ago),
                caller=None,
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
                at=self.at, agent=AgentId(name), kind=DeviceKind.DESK, reachable=reachable
            )
        )

    def rung(self) -> list[str]:
        """Whose telephones ring now."""
        return sorted(d.agent for d in self.ringing.values())

    def leg_of(self, name: str) -> LegId:
        """The live leg of an agent."""
        leg = self.engine.floor.agents[AgentId(name)].leg
        assert leg is not None, f"{name} has no leg; ringing: {self.rung()}"
        return leg

    def rings(self, name: str) -> None:
        self.happens(e.LegRinging(at=self.at, leg=self.leg_of(name)))

    def picks_up(self, name: str) -> None:
        leg = self.leg_of(name)
        self.ringing.pop(leg, None)
        self.up.add(leg)
        self.happens(e.LegAnswered(at=self.at, leg=leg))

    def agent_presses(self, name: str, digit: str) -> None:
        self.happens(e.DigitPressed(at=self.at, leg=self.leg_of(name), digit=digit))

    def answers(self, name: str) -> None:
        """Rings, is picked up, and by 1 if it is a public telephone."""
        offer = self.ringing[self.leg_of(name)]
        self.rings(name)
        self.picks_up(name)
        if offer.device.kind is DeviceKind.PHONE:
            self.agent_presses(name, "1")

    def leg_fails(self, name: str, ending: LegEnding, cause: int = 0) -> None:
        leg = self.leg_of(name)
        self._ended(leg)
        self.happens(e.LegEnded(at=self.at, leg=leg, ending=ending, cause=cause))

    def hangs_up(self, name: str) -> None:
        self.leg_fails(name, LegEnding.HUNG_UP, 16)

    def ready(self, name: str) -> None:
        self.happens(e.WrapUpFinished(at=self.at, agent=AgentId(name)))

    def state(self, name: str) -> AgentState:
        return self.engine.floor.agents[AgentId(name)].state

    # -- failures -------------------------------------------------------------------------

    def refused(self, command: Command, why: Refusal = Refusal.REFUSED) -> None:
        self.happens(e.CommandFailed(at=self.at, command=command, why=why, detail="no"))

    # -- what came of it ------------------------------------------------------------------

    def records(self, kind: type[R]) -> list[R]:
        return [x.record for x in self.entries if isinstance(x.record, kind)]

    def ordered(self, kind: type[C]) -> list[C]:
        return [c for c in self.commands if isinstance(c, kind)]

    def outcomes(self) -> list[tuple[str, OfferOutcome]]:
        return [(r.agent, r.outcome) for r in self.records(OfferEnded)]


class Caller:
    """A person on the line."""

    def __init__(self, driver: Driver, leg: LegId) -> None:
        self._driver = driver
        self.leg = leg

    @property
    def id(self) -> CallId:
        return CallId(f"{NODE}-{self.leg}")

    @property
    def call(self) -> Call:
        return self._driver.engine.floor.calls[self.id]

    @property
    def hears(self) -> str:
        return self._driver.hears[self.leg]

    def presses(self, digits: str) -> Caller:
        for digit in digits:
            self._driver.happens(e.DigitPressed(at=self._driver.at, leg=self.leg, digit=digit))
        return self

    def hears_out(self, *, heard: bool = True) -> Caller:
        """The prompt ends (or cannot be played)."""
        playback = self._driver.playing.pop(self.leg)
        self._driver.hears[self.leg] = "silence"
        self._driver.happens(e.PlaybackEnded(at=self._driver.at, playback=playback, heard=heard))
        return self

    def hangs_up(self) -> None:
        self._driver._ended(self.leg)
        self._driver.happens(
            e.LegEnded(at=self._driver.at, leg=self.leg, ending=LegEnding.HUNG_UP, cause=16)
        )

    def talks_to(self) -> str | None:
        """The agent in the same bridge."""
        talk = self.call.talk
        if talk is None:
            return None
        assert self._driver.bridges.get(talk.bridge) == (self.leg, talk.leg)
        return talk.agent

    def records(self) -> Sequence[Record]:
        return [x.record for x in self._driver.entries if x.call == self.id]


def prompt(name: str) -> tuple[PromptId, ...]:
    return (PromptId(name),)
