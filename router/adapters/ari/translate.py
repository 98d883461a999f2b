"""ARI's JSON events in the core's words; what the core has no word for becomes None."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any

from router.adapters.ari.endings import NORMAL, Cause, ending
from router.adapters.ari.instants import instant
from router.core import events as e
from router.core.events import Event
from router.core.vocabulary import (
    AgentId,
    CallerKey,
    CallId,
    LegEnding,
    LegId,
    NodeId,
    PlaybackId,
    RecordingId,
)
from router.ports import BeatReturned

BEAT = "hotline-beat"
"""The user event that the engine sends to itself through Asterisk."""

LAST_WORD = "hotline-stood-down"
"""The user event of an engine that has found a newer one, to whoever has the application now."""

NOT_HEARD = (
    "BridgeCreated", "BridgeDestroyed", "BridgeVideoSourceChanged", "ChannelCallerId",
    "ChannelConnectedLine", "ChannelCreated", "ChannelDialplan", "ChannelEnteredBridge",
    "ChannelHold", "ChannelLeftBridge", "ChannelToneDetected", "ChannelUnhold", "ChannelVarset",
    "Dial", "PlaybackContinuing", "PlaybackStarted", "RecordingStarted",
)  # fmt: skip
"""What would be sent of our legs for nobody to read: each event costs both sides processor time."""

Seal = Callable[[CallId, str], CallerKey | None]

# Legs that we dialled (house.md 5). Asterisk tells of their end; of a caller's, only that it left.
_DIALLED = re.compile(r"-e\d+-a\d+$")
_RECORDED = re.compile(r"-e\d+-[mk]\d+$")


def is_dialled(leg: str) -> bool:
    """Whether the leg's id is one of ours."""
    return _DIALLED.search(leg) is not None


def is_recorded(name: str) -> bool:
    """Whether the recording's name is one of ours."""
    return _RECORDED.search(name) is not None


MALFORMED = (LookupError, TypeError, ValueError, AttributeError, ArithmeticError)


class Translator:
    """One connection's events, in their order.

    It remembers which legs are hanging up: StasisEnd alone does not tell a hang-up from a leg that
    goes on in the dialplan, but a hang-up is always announced first (ChannelHangupRequest).
    """

    def __init__(self, node: NodeId, seal: Seal) -> None:
        self._node = node
        self._seal = seal
        self._hanging: dict[str, Cause] = {}
        self._words: Mapping[
            str, Callable[[Mapping[str, Any], datetime], Event | BeatReturned | None]
        ] = {
            "StasisStart": self._entered,
            "StasisEnd": self._left,
            "ChannelStateChange": self._state_changed,
            "ChannelDtmfReceived": self._digit,
            "ChannelHangupRequest": self._hangs_up,
            "ChannelDestroyed": self._destroyed,
            "PlaybackFinished": self._playback_finished,
            "RecordingFinished": self._recording_ended,
            "RecordingFailed": self._recording_ended,
            "ChannelUserevent": self._user_event,
        }

    def translate(self, message: Mapping[str, Any], at: datetime) -> Event | BeatReturned | None:
        """`at` is the runner's time. Raises one of MALFORMED for what Asterisk never says."""
        word = self._words.get(message["type"])
        return None if word is None else word(message, at)

    def _entered(self, message: Mapping[str, Any], at: datetime) -> Event | None:
        channel = message["channel"]
        leg = LegId(_text(channel["id"]))
        match message["args"]:
            case ["caller" | "probe" as who, *dialled]:
                age = instant(message["timestamp"]) - instant(channel["creationtime"])
                call = CallId(f"{self._node}-{leg}")
                return e.CallArrived(
                    at=at,
                    node=self._node,
                    leg=leg,
                    number_dialled=_digits("".join(dialled)),
                    arrived_at=at - age,
                    caller=self._seal_number(call, channel["caller"]["number"]),
                    carried=_text(channel.get("channelvars", {}).get("HOTLINE_STATE", "")),
                    synthetic=who == "probe",
                )
            case ["code", str(code)]:
                agent = AgentId(_text(channel["channelvars"]["HOTLINE_AGENT"]))
                return e.CodeDialled(at=at, node=self._node, leg=leg, agent=agent, code=code)
            case ["agent"]:
                return e.LegAnswered(at=at, leg=leg)
            case _:
                return None

    def _seal_number(self, call: CallId, number: str) -> CallerKey | None:
        """Withheld is empty or a word (`anonymous`), depending on the carrier."""
        return self._seal(call, number) if _digits(number) else None

    def _left(self, message: Mapping[str, Any], at: datetime) -> Event | None:
        channel = message["channel"]
        leg = LegId(_text(channel["id"]))
        if leg not in self._hanging:
            return e.LegLeft(at=at, leg=leg)
        if is_dialled(leg):
            # ChannelDestroyed is to come, and knows the cause.
            return None
        return _ended(leg, self._hanging.pop(leg), channel["state"], at)

    def _hangs_up(self, message: Mapping[str, Any], at: datetime) -> None:
        # `soft` is a hang-up from inside; its `cause` is then no Q.850.
        leg = _text(message["channel"]["id"])
        q850 = NORMAL if message.get("soft") else _whole(message.get("cause", 0))
        self._hanging[leg] = Cause(q850=q850, sip=_whole(message.get("tech_cause", 0)))

    def _destroyed(self, message: Mapping[str, Any], at: datetime) -> Event:
        channel = message["channel"]
        leg = LegId(_text(channel["id"]))
        self._hanging.pop(leg, None)
        q850, sip = _whole(message["cause"]), _whole(message.get("tech_cause", 0))
        cause = Cause(q850=q850, sip=sip)
        return _ended(leg, cause, channel["state"], at)

    def _state_changed(self, message: Mapping[str, Any], at: datetime) -> Event | None:
        channel = message["channel"]
        if channel["state"] != "Ringing" or not is_dialled(channel["id"]):
            return None
        return e.LegRinging(at=at, leg=LegId(channel["id"]))

    def _digit(self, message: Mapping[str, Any], at: datetime) -> Event:
        leg = LegId(_text(message["channel"]["id"]))
        return e.DigitPressed(at=at, leg=leg, digit=_text(message["digit"]))

    def _playback_finished(self, message: Mapping[str, Any], at: datetime) -> Event | None:
        playback = message["playback"]
        if playback["target_uri"].removeprefix("channel:") in self._hanging:
            # Cut off by a hang-up: the leg's own end follows, and nothing is to be said any more.
            return None
        heard = playback["state"] != "failed"
        return e.PlaybackEnded(at=at, playback=PlaybackId(_text(playback["id"])), heard=heard)

    def _recording_ended(self, message: Mapping[str, Any], at: datetime) -> Event | None:
        """Ours only."""
        recording = message["recording"]
        if not is_recorded(recording["name"]):
            return None
        failed = message["type"] == "RecordingFailed" or recording["state"] == "failed"
        return e.RecordingEnded(
            at=at,
            recording=RecordingId(recording["name"]),
            # Asterisk leaves the duration out of what ended before its first packet.
            lasted=None if failed else timedelta(seconds=recording.get("duration", 0)),
            silent=timedelta(seconds=recording.get("silence_duration", 0)),
            why=_text(recording.get("cause", "Asterisk could not record it")) if failed else "",
        )

    def _user_event(self, message: Mapping[str, Any], at: datetime) -> BeatReturned | None:
        name, _, number = message["eventname"].partition(".")
        if name != BEAT:
            return None
        return BeatReturned(
            node=self._node,
            stamp=instant(message["timestamp"]).timestamp(),
            number=int(number) if number.isdigit() else 0,
        )


def _ended(leg: LegId, cause: Cause, state: str, at: datetime) -> e.LegEnded:
    why: LegEnding = ending(cause, channel_state=state)
    return e.LegEnded(at=at, leg=leg, ending=why, cause=cause.q850)


def _digits(text: str) -> str:
    return re.sub(r"[^0-9]", "", text)


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise TypeError("no text")
    return value


def _whole(value: object) -> int:
    if type(value) is not int:
        raise TypeError("no whole number")
    return value
