"""A little Asterisk in memory: legs, prompts, bridges, and agents' telephones with a will."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from enum import Enum

from router.core import commands as c
from router.core import events as e
from router.core.commands import Command
from router.core.vocabulary import (
    AgentId,
    BridgeId,
    CallerKey,
    Device,
    DeviceKind,
    LegEnding,
    LegId,
    NodeId,
    PlaybackId,
    PromptId,
    RecordingId,
    Refusal,
)
from router.ports import BeatReturned, Deliver, Failure

LINE = "5555335533"
NODE = NodeId("n1")


class Will(Enum):
    """What an agent's telephone does when it is dialled."""

    RINGS = "rings until `answers`, `declines`, or we hang up"
    ANSWERS = "rings and is answered at once"
    DECLINES = "486"
    NEVER_RINGS = "says nothing at all"
    NOT_THERE = "404"
    NOT_REGISTERED = "Asterisk refuses the originate"


@dataclass(slots=True)
class FakeLeg:
    """A channel. `music` and `playing` are what its far end hears; `heard` what it was played."""

    id: LegId
    role: str
    call: str = ""
    offer: str = ""
    agent: str = ""
    epoch: int = 0
    up: bool = True
    in_application: bool = True
    music: bool = False
    playing: PlaybackId | None = None
    heard: list[PromptId] = field(default_factory=list)
    created_at: datetime = field(default_factory=lambda: datetime.now(UTC))
    ringing: bool = False
    carried: str = ""
    recording: RecordingId | None = None
    ends_with: str | None = None
    recording_since: datetime = field(default_factory=lambda: datetime.now(UTC))


class FakeTelephony:
    """Keeps the contract of ports.Telephony as the real one does (test_telephony_contract.py).

    Everything that happens goes to `deliver` at once. With `prompts_end` prompts end as soon as
    the event loop turns; otherwise they last until `prompt_ends`.
    """

    def __init__(
        self,
        *,
        node: NodeId = NODE,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
        prompts_end: bool = False,
    ) -> None:
        self.node = node
        self._now = now
        self._prompts_end = prompts_end
        self._deliver: Deliver = lambda item: None
        self._callers = 0
        self.connected = False
        self.legs: dict[LegId, FakeLeg] = {}
        self.bridges: dict[BridgeId, tuple[LegId, ...]] = {}
        self.wills: dict[AgentId, Will] = {}
        self.missing_prompts: set[PromptId] = set()
        self.devices: dict[AgentId, Device] = {}
        self.recorded: dict[RecordingId, timedelta] = {}
        self.fallback_members: dict[AgentId, bool] = {}
        self.handed: list[LegId] = []
        self.beats: list[float] = []
        self.started_over = 0
        self.performed: list[Command] = []
        self.refusing: Callable[[Command], Failure | None] = lambda command: None
        """Lets a test refuse commands that this model would carry out."""

    # The connection

    def connects(self, deliver: Deliver | None = None, *, restarted: bool = False) -> None:
        """The list comes first, as always. `restarted`: Asterisk, with nothing left."""
        self._deliver = deliver or self._deliver
        if restarted:
            self.legs.clear()
            self.bridges.clear()
            self.devices.clear()
            self.fallback_members.clear()
        self.connected = True
        self._tell(
            e.LegsListed(
                at=self._now(),
                node=self.node,
                legs=tuple(map(_listed, self.legs.values())),
                bridges=tuple(
                    e.ListedBridge(bridge=bridge, legs=legs)
                    for bridge, legs in self.bridges.items()
                ),
                restarted=restarted,
                recordings=tuple(self.recorded),
            )
        )

    def disconnects(self) -> None:
        """Calls go on, unseen."""
        self._tell(e.NodeDisconnected(at=self._now(), node=self.node))
        self.connected = False

    def returns_beat(self, stamp: float) -> None:
        """The engine's user event comes back."""
        self._tell(BeatReturned(node=self.node, stamp=stamp))

    # Callers

    def caller_arrives(self, *, dialled: str = LINE, caller: CallerKey | None = None) -> LegId:
        """A caller is answered by the dialplan and enters the application."""
        self._callers += 1
        leg = FakeLeg(id=LegId(f"{1000 + self._callers}.{self._callers}"), role="caller")
        leg.created_at = self._now()
        self.legs[leg.id] = leg
        self._tell(
            e.CallArrived(
                at=self._now(),
                node=self.node,
                leg=leg.id,
                number_dialled=dialled,
                arrived_at=leg.created_at,
                caller=caller,
            )
        )
        return leg.id

    def dials_code(self, agent: AgentId, code: str) -> LegId:
        """An agent's desk phone dials a short code."""
        self._callers += 1
        leg = FakeLeg(id=LegId(f"{1000 + self._callers}.{self._callers}"), role="code", agent=agent)
        self.legs[leg.id] = leg
        self._tell(
            e.CodeDialled(at=self._now(), node=self.node, leg=leg.id, agent=agent, code=code)
        )
        return leg.id

    def presses(self, leg: LegId, digits: str) -> None:
        """Keys, one after another."""
        for digit in digits:
            self._tell(e.DigitPressed(at=self._now(), leg=leg, digit=digit))
            if self.legs[leg].ends_with == digit:
                self._stop_recording(self.legs[leg])

    def hangs_up(self, leg: LegId) -> None:
        """The far end says BYE."""
        self._end(leg, LegEnding.HUNG_UP, 16)

    def breaks(self, leg: LegId) -> None:
        """The far end has lost its network."""
        self._end(leg, LegEnding.LOST, 44)

    def ends(self, leg: LegId, ending: LegEnding, cause: int) -> None:
        """Any other end."""
        self._end(leg, ending, cause)

    def prompt_ends(self, leg: LegId) -> None:
        """What is being played has been heard."""
        self._stop_playing(self.legs[leg])

    # Agents

    def leg_of(self, agent: AgentId) -> LegId:
        """The leg on which this agent rings or talks."""
        return next(leg.id for leg in self.legs.values() if leg.agent == agent)

    def answers(self, agent: AgentId) -> LegId:
        """Picks up the telephone that rings."""
        leg = self.legs[self.leg_of(agent)]
        leg.up = leg.in_application = True
        leg.ringing = False
        self._tell(e.LegAnswered(at=self._now(), leg=leg.id))
        return leg.id

    def declines(self, agent: AgentId) -> None:
        """486 to the call that rings."""
        self._end(self.leg_of(agent), LegEnding.DECLINED, 17)

    def device_changes(self, agent: AgentId, *, reachable: bool) -> None:
        """A desk phone registers, or is gone."""
        self._tell(
            e.DeviceChanged(
                at=self._now(),
                node=self.node,
                agent=agent,
                kind=DeviceKind.DESK,
                reachable=reachable,
            )
        )

    # ports.Telephony

    async def perform(self, command: Command) -> Failure | None:
        await asyncio.sleep(0)
        self.performed.append(command)
        return self.refusing(command) or self._obey(command)

    async def beat(self, node: NodeId, stamp: float) -> None:
        self.beats.append(stamp)

    def start_over(self) -> None:
        self.started_over += 1

    def _obey(self, command: Command) -> Failure | None:
        match command:
            case c.Play():
                return self._play(command)
            case c.AskAgain():
                return self._ask_again(command)
            case c.KeepNumber() | c.LookUp() | c.Listen():
                return None
            case c.RecordSound():
                return self._record(command)
            case c.StopRecording(recording=recording):
                for leg in [x for x in self.legs.values() if x.recording == recording]:
                    self._stop_recording(leg)
                return None
            case c.DropRecording(recording=recording):
                self.recorded.pop(recording, None)
                return None
            case c.KeepMessage(recording=recording) | c.KeepPrompt(recording=recording):
                lasted = self.recorded.pop(recording)
                self._tell(e.RecordingKept(at=self._now(), recording=recording, lasted=lasted))
                return None
            case c.StopPlay(playback=playback):
                for leg in self.legs.values():
                    if leg.playing == playback:
                        self._stop_playing(leg)
                return None
            case c.StartMusic(leg=leg_id) | c.StopMusic(leg=leg_id):
                return self._set_music(leg_id, on=isinstance(command, c.StartMusic))
            case c.Admit(leg=leg_id, carried=carried):
                refused = self._set_music(leg_id, on=False)
                if refused is None and carried:
                    self.legs[leg_id].carried = carried
                return refused
            case c.Remember(leg=leg_id, carried=carried):
                if leg_id not in self.legs:
                    return Failure(why=Refusal.GONE, detail="No such channel")
                self.legs[leg_id].carried = carried
                return None
            case c.Dial():
                return self._dial(command)
            case c.DialPartner():
                return Failure(why=Refusal.REFUSED, detail="originateWithId: 500 Allocation failed")
            case c.OpenBridge():
                return None
            case c.Bridge():
                return self._bridge(command)
            case c.RemoveBridge(bridge=bridge):
                self.bridges.pop(bridge, None)
                return None
            case c.Hangup(leg=leg_id):
                if leg_id in self.legs:
                    self._end(leg_id, LegEnding.HUNG_UP, 26 if command.answered_elsewhere else 16)
                return None
            case c.HandToDialplan(leg=leg_id):
                return self._hand(leg_id)
            case c.TakeBack(leg=leg_id):
                return self._take_back(leg_id)
            case c.ProvisionDevice(agent=agent, device=device):
                if device.kind is DeviceKind.DESK:
                    self.devices[agent] = device
                return None
            case c.RetireDevice(agent=agent):
                self.devices.pop(agent, None)
                return None
            case c.EnrolInFallback(agent=agent, paused=paused):
                self.fallback_members[agent] = paused
                return None
            case c.WithdrawFromFallback(agent=agent):
                self.fallback_members.pop(agent, None)
                return None

    def _play(self, command: c.Play) -> Failure | None:
        leg = self._in_application(command.leg)
        if leg is None:
            return _gone("playWithId")
        there = [prompt for prompt in command.prompts if prompt not in self.missing_prompts]
        leg.heard.extend(there)
        # Nothing comes back by itself after a prompt (survival.md).
        leg.music = False
        leg.playing = command.playback
        if not there:
            self._stop_playing(leg, heard=False)
        elif self._prompts_end:
            asyncio.get_running_loop().call_soon(self._stop_playing, leg)
        return None

    def _ask_again(self, command: c.AskAgain) -> Failure | None:
        """It blocks the leg as a prompt does, and is heard by nobody whose engine lives."""
        leg = self._in_application(command.leg)
        if leg is None:
            return _gone("playWithId")
        leg.music, leg.playing = False, command.playback
        return None

    def _record(self, command: c.RecordSound) -> Failure | None:
        leg = self._in_application(command.leg)
        if leg is None:
            return _gone("record")
        leg.recording, leg.ends_with = command.recording, command.ends_with
        leg.recording_since = self._now()
        return None

    def _stop_recording(self, leg: FakeLeg) -> None:
        recording, leg.recording = leg.recording, None
        if recording is not None:
            lasted = self._now() - leg.recording_since
            self.recorded[recording] = lasted
            self._tell(e.RecordingEnded(at=self._now(), recording=recording, lasted=lasted))

    def _stop_playing(self, leg: FakeLeg, *, heard: bool = True) -> None:
        playback, leg.playing = leg.playing, None
        if playback is not None:
            self._tell(e.PlaybackEnded(at=self._now(), playback=playback, heard=heard))

    def _set_music(self, leg_id: LegId, *, on: bool) -> Failure | None:
        leg = self._in_application(leg_id)
        if leg is None:
            return _gone("startMoh" if on else "stopMoh")
        leg.music = on
        return None

    def _dial(self, command: c.Dial) -> Failure | None:
        if command.leg in self.legs:
            return None
        will = self.wills.get(command.agent, Will.RINGS)
        unknown = command.device.kind is DeviceKind.DESK and command.agent not in self.devices
        if will is Will.NOT_REGISTERED or unknown:
            return Failure(why=Refusal.REFUSED, detail="originateWithId: 500 Allocation failed")
        self.legs[command.leg] = FakeLeg(
            id=command.leg,
            role="agent",
            call=command.call or "",
            offer=command.offer,
            agent=command.agent,
            epoch=command.epoch,
            up=False,
            in_application=False,
            created_at=self._now(),
            carried=command.carried,
        )
        if will is Will.NOT_THERE:
            self._end(command.leg, LegEnding.UNREACHABLE, 1)
        elif will is not Will.NEVER_RINGS:
            self.legs[command.leg].ringing = True
            self._tell(e.LegRinging(at=self._now(), leg=command.leg))
        if will is Will.ANSWERS:
            self.answers(command.agent)
        elif will is Will.DECLINES:
            self.declines(command.agent)
        return None

    def _bridge(self, command: c.Bridge) -> Failure | None:
        legs = [self.legs.get(leg) for leg in command.legs]
        if any(leg is None for leg in legs):
            return _gone("addChannel")
        if any(leg is not None and not leg.in_application for leg in legs):
            why = "addChannel: 422 Channel not in Stasis application"
            return Failure(why=Refusal.REFUSED, detail=why)
        if any(leg is not None and leg.playing is not None for leg in legs):
            # A running prompt keeps every other request to its channel waiting (survival.md).
            return Failure(why=Refusal.UNKNOWN, detail="addChannel: no answer in time")
        self.bridges[command.bridge] = command.legs
        return None

    def _hand(self, leg_id: LegId) -> Failure | None:
        leg = self._in_application(leg_id)
        if leg is None:
            return _gone("continueInDialplan")
        self._stop_playing(leg)
        leg.in_application = leg.music = False
        self._leave_bridges(leg_id)
        self.handed.append(leg_id)
        self._tell(e.LegLeft(at=self._now(), leg=leg_id))
        return None

    def _take_back(self, leg_id: LegId) -> Failure | None:
        """It enters the application again, with what it carries."""
        leg = self.legs.get(leg_id)
        if leg is not None and not leg.in_application:
            leg.in_application = True
            self.handed.remove(leg_id)
            self._tell(
                e.CallArrived(
                    at=self._now(),
                    node=self.node,
                    leg=leg_id,
                    number_dialled=LINE,
                    arrived_at=leg.created_at,
                    caller=None,
                    carried=leg.carried,
                )
            )
        return None

    # Within

    def _in_application(self, leg_id: LegId) -> FakeLeg | None:
        leg = self.legs.get(leg_id)
        return leg if leg is not None and leg.in_application else None

    def _end(self, leg_id: LegId, ending: LegEnding, cause: int) -> None:
        if leg_id in self.legs:
            self._stop_recording(self.legs[leg_id])
        leg = self.legs.pop(leg_id)
        self._leave_bridges(leg_id)
        leg.playing = None
        if leg_id not in self.handed:
            self._tell(e.LegEnded(at=self._now(), leg=leg_id, ending=ending, cause=cause))

    def _leave_bridges(self, gone: LegId) -> None:
        for bridge, legs in self.bridges.items():
            self.bridges[bridge] = tuple(leg for leg in legs if leg != gone)

    def _tell(self, item: e.Event | BeatReturned) -> None:
        if self.connected:
            self._deliver(item)


def _gone(operation: str) -> Failure:
    return Failure(why=Refusal.GONE, detail=f"{operation}: 404 Channel not found")


def _listed(leg: FakeLeg) -> e.ListedLeg:
    return e.ListedLeg(
        leg=leg.id,
        role=leg.role,
        call=leg.call,
        offer=leg.offer,
        agent=leg.agent,
        epoch=leg.epoch,
        up=leg.up,
        in_application=leg.in_application,
        created_at=leg.created_at,
        ringing=leg.ringing,
        number_dialled=LINE if leg.role == "caller" else "",
        carried=leg.carried,
    )
