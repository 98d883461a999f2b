"""Asterisk as the core sees it: which legs there are, who is bridged, and what each hears."""

from __future__ import annotations

from datetime import datetime, timedelta

from router.core import events as e
from router.core.commands import (
    Admit,
    AskAgain,
    Bridge,
    Command,
    Dial,
    DialPartner,
    DropRecording,
    HandToDialplan,
    Hangup,
    KeepMessage,
    KeepPrompt,
    Play,
    RecordSound,
    Remember,
    RemoveBridge,
    StartMusic,
    StopMusic,
    StopPlay,
    StopRecording,
    TakeBack,
)
from router.core.vocabulary import BridgeId, LegEnding, LegId, PlaybackId, RecordingId, Refusal

SILENCE = "silence"
MUSIC = "music"
THE_OTHER = "the other"
THE_TONE = "the tone"
"""And then nothing: what the leg says is recorded."""
FALLBACK = "fallback"
GONE = "gone"


class Switchboard:
    """Obeys at once. `reports_ends` False: a leg that we hang up vanishes without a word."""

    def __init__(self) -> None:
        self.hears: dict[LegId, str] = {}
        self.silent_since: dict[LegId, datetime] = {}
        self.playing: dict[LegId, PlaybackId] = {}
        self.asks_again: dict[LegId, AskAgain] = {}
        """What is heard should nobody stop it in time: the engine always does here."""
        self.bridges: dict[BridgeId, tuple[LegId, ...]] = {}
        self.ringing: dict[LegId, Dial] = {}
        self.outside: dict[LegId, DialPartner] = {}
        self.dialled: dict[LegId, Dial] = {}
        self.carried: dict[LegId, str] = {}
        self.created: dict[LegId, datetime] = {}
        self.recording: dict[LegId, RecordSound] = {}
        self.recorded: dict[RecordingId, timedelta] = {}
        self.recording_since: dict[LegId, datetime] = {}
        self.up: set[LegId] = set()
        self.reports_ends = True
        self.disk_is_full = False

    def obey(self, command: Command, at: datetime) -> e.Event | None:
        """Carry it out; what Asterisk has to say to it."""
        of_legs = Play | AskAgain | RecordSound | StartMusic | StopMusic | HandToDialplan
        if isinstance(command, of_legs) and self.hears.get(command.leg) in (GONE, FALLBACK):
            return _gone(command, at)
        match command:
            case AskAgain():
                self._is_free(command.leg)
                self.asks_again[command.leg] = command
                self.hear(command.leg, SILENCE, at)
            case Play():
                self.playing[command.leg] = command.playback
                self.hear(command.leg, "+".join(command.prompts), at)
            case Admit() if not command.carried:
                pass
            case Admit() | Remember():
                self.carried[command.leg] = command.carried
            case StopPlay():
                self.prompt_ends(command.playback, at)
            case StartMusic():
                self.hear(command.leg, MUSIC, at)
            case StopMusic(leg=leg):
                if self.hears.get(leg) == MUSIC:
                    self.hear(leg, SILENCE, at)
            case Dial():
                assert command.leg not in self.dialled, "an id was used twice"
                self.ringing[command.leg] = self.dialled[command.leg] = command
                self.carried[command.leg] = command.carried
            case RecordSound():
                self._is_free(command.leg)
                self.recording[command.leg] = command
                self.recording_since[command.leg] = at
                self.hear(command.leg, THE_TONE, at)
            case StopRecording(recording=recording):
                legs = [x for x, each in self.recording.items() if each.recording == recording]
                return self.recording_ends(legs[0], at) if legs else None
            case DropRecording(recording=recording):
                self.recorded.pop(recording, None)
            case KeepMessage(recording=recording) | KeepPrompt(recording=recording):
                if self.disk_is_full:
                    return e.RecordingKept(at=at, recording=recording, why="no space left")
                lasted = self.recorded.pop(recording, timedelta(0))
                return e.RecordingKept(at=at, recording=recording, lasted=lasted)
            case DialPartner():
                assert command.leg not in self.outside, "an id was used twice"
                self.outside[command.leg] = command
            case Bridge():
                return self._bridge(command, at)
            case RemoveBridge():
                for leg in self.bridges.pop(command.bridge, ()):
                    self.hear(leg, SILENCE, at)
            case HandToDialplan():
                self.leaves(command.leg, at)
                return e.LegLeft(at=at, leg=command.leg)
            case TakeBack():
                return self._give_back(command, at)
            case Hangup():
                return self._hang_up(command, at)
            case _:
                pass
        return None

    def _give_back(self, command: TakeBack, at: datetime) -> e.Event | None:
        if self.hears.get(command.leg) != FALLBACK:
            return None
        self.hears[command.leg] = MUSIC
        self.up.add(command.leg)
        return e.CallArrived(
            at=at,
            node=command.node,
            leg=command.leg,
            number_dialled="5555335533",
            arrived_at=self.created[command.leg],
            caller=None,
            carried=self.carried.get(command.leg, ""),
        )

    def _bridge(self, command: Bridge, at: datetime) -> e.Event | None:
        assert command.bridge not in self.bridges, "an id was used twice"
        if any(self.hears.get(leg) in (GONE, FALLBACK) for leg in command.legs):
            return _gone(command, at)
        assert all(leg in self.up for leg in command.legs), "bridged before it was up"
        self.bridges[command.bridge] = command.legs
        for leg in command.legs:
            self._is_free(leg)
            self.hear(leg, THE_OTHER, at)
        return None

    def _hang_up(self, command: Hangup, at: datetime) -> e.Event | None:
        exists = any(command.leg in held for held in (self.up, self.ringing, self.outside))
        self.ends(command.leg, at)
        if not (exists and self.reports_ends):
            return None
        return e.LegEnded(at=at, leg=command.leg, ending=LegEnding.HUNG_UP, cause=16)

    def hear(self, leg: LegId, what: str, at: datetime) -> None:
        if self.hears.get(leg) in (GONE, FALLBACK):
            return
        self.hears[leg] = what
        if what == SILENCE:
            self.silent_since.setdefault(leg, at)
        else:
            self.silent_since.pop(leg, None)

    def comes_up(self, leg: LegId, at: datetime) -> None:
        """A caller is in the application, or an agent picked up."""
        self.ringing.pop(leg, None)
        self.outside.pop(leg, None)
        self.up.add(leg)
        self.hear(leg, SILENCE, at)

    def prompt_ends(self, playback: PlaybackId, at: datetime) -> None:
        """Whoever hears it hears nothing now: Asterisk starts no music again by itself."""
        for leg, playing in list(self.playing.items()):
            if playing == playback:
                del self.playing[leg]
                self.hear(leg, SILENCE, at)
        for leg, asks in list(self.asks_again.items()):
            if asks.playback == playback:
                del self.asks_again[leg]

    @property
    def blocked(self) -> dict[LegId, PlaybackId]:
        """By a prompt that is heard, or by one that waits for its turn."""
        return {**{leg: each.playback for leg, each in self.asks_again.items()}, **self.playing}

    def _is_free(self, leg: LegId) -> None:
        assert leg not in self.blocked, "a running prompt blocks the channel"

    def recording_ends(
        self, leg: LegId, at: datetime, lasted: timedelta | None = None
    ) -> e.RecordingEnded:
        """`lasted` None: what was said lasted all the time."""
        recording, since = self.recording.pop(leg), self.recording_since.pop(leg)
        lasted = at - since if lasted is None else lasted
        self.recorded[recording.recording] = lasted
        self.hear(leg, SILENCE, at)
        return e.RecordingEnded(at=at, recording=recording.recording, lasted=lasted)

    def ends(self, leg: LegId, at: datetime) -> None:
        """The leg is gone, and whoever was in a bridge with it is alone there."""
        self._forget(leg, at)
        self.hears[leg] = GONE

    def leaves(self, leg: LegId, at: datetime) -> None:
        """The leg is in the dialplan."""
        if self.hears.get(leg) != GONE:
            self._forget(leg, at)
            self.hears[leg] = FALLBACK

    def undo(self, command: Command, at: datetime) -> None:
        """It was refused after all."""
        match command:
            case Play(playback=playback) | AskAgain(playback=playback):
                self.prompt_ends(playback, at)
            case StartMusic(leg=leg):
                if self.hears.get(leg) == MUSIC:
                    self.hear(leg, SILENCE, at)
            case RecordSound(leg=leg):
                self.recording_ends(leg, at)
                self.recorded.pop(command.recording)
            case Dial(leg=leg):
                self.ends(leg, at)
            case Bridge(bridge=bridge):
                for leg in self.bridges.pop(bridge, ()):
                    self.hear(leg, SILENCE, at)
            case _:
                pass

    def _forget(self, leg: LegId, at: datetime) -> None:
        self.playing.pop(leg, None)
        self.asks_again.pop(leg, None)
        self.ringing.pop(leg, None)
        self.outside.pop(leg, None)
        self.silent_since.pop(leg, None)
        self.up.discard(leg)
        for bridge, legs in list(self.bridges.items()):
            if leg in legs:
                self.bridges[bridge] = tuple(other for other in legs if other != leg)
                for other in self.bridges[bridge]:
                    self.hear(other, SILENCE, at)

    def silence(self, leg: LegId, at: datetime) -> timedelta:
        """For how long this leg has heard nothing."""
        since = self.silent_since.get(leg)
        return at - since if since is not None else timedelta(0)


def _gone(command: Command, at: datetime) -> e.CommandFailed:
    return e.CommandFailed(at=at, command=command, why=Refusal.GONE, detail="no such channel")
