"""What Asterisk shall do: the engine's orders, in the imperative."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from typing import get_args

from router.core.frozen import made_quickly
from router.core.ivr.waits import ForLookup
from router.core.vocabulary import (
    AgentId,
    BridgeId,
    CallId,
    Device,
    Language,
    LegId,
    LookupId,
    NodeId,
    OfferId,
    PlaybackId,
    PromptId,
    QueueName,
    RecordingId,
    StepName,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """`call` is None for what serves no call (an agent's endpoint)."""

    node: NodeId
    call: CallId | None

    @property
    def resources(self) -> tuple[str, ...]:
        """What the command touches; commands that share one run in order (house.md 9)."""
        return ()


@dataclass(frozen=True, slots=True, kw_only=True)
class LegOrder(Order):
    """A command about one leg."""

    leg: LegId

    @property
    def resources(self) -> tuple[str, ...]:
        return (self.leg,)


def _memory(leg: LegId) -> str:
    return f"memory/{leg}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Admit(LegOrder):
    """We have the caller: lift the time-out by which the dialplan would take them back, and write
    what `Remember` would: one request instead of two, and no prompt yet for which it could wait."""

    carried: str = ""
    """Empty: what is on the leg stays."""

    @property
    def resources(self) -> tuple[str, ...]:
        return (self.leg, _memory(self.leg))


@dataclass(frozen=True, slots=True, kw_only=True)
class Remember(LegOrder):
    """Write on the leg what the next life of the engine needs to go on with it.

    It waits for no other command on the leg, nor they for it: it works during a prompt.
    """

    carried: str

    @property
    def resources(self) -> tuple[str, ...]:
        return (_memory(self.leg),)


@dataclass(frozen=True, slots=True, kw_only=True)
class Play(LegOrder):
    """Play prompts one after another, as one playback."""

    playback: PlaybackId
    prompts: tuple[PromptId, ...]
    language: Language


@dataclass(frozen=True, slots=True, kw_only=True)
class AskAgain(LegOrder):
    """While a key is waited for: silence for `after`, then the prompts once more, as one playback.

    Who still lives stops it in time. Should no engine be there by then, Asterisk asks again by
    itself, and the caller is not left in silence until somebody takes over.
    """

    playback: PlaybackId
    after: timedelta
    prompts: tuple[PromptId, ...]
    language: Language


@dataclass(frozen=True, slots=True, kw_only=True)
class StopPlay(LegOrder):
    """Stop a prompt; a running one blocks its channel (survival.md)."""

    playback: PlaybackId


@dataclass(frozen=True, slots=True, kw_only=True)
class KeepNumber(Order):
    """Keep the number that a caller wants to be called at where callers' numbers are kept."""

    number: str = field(repr=False)

    @property
    def resources(self) -> tuple[str, ...]:
        return (f"number/{self.call}",)


@dataclass(frozen=True, slots=True, kw_only=True)
class LookUp(Order):
    """Ask another system by HTTP."""

    lookup: LookupId
    request: ForLookup

    @property
    def resources(self) -> tuple[str, ...]:
        return (f"lookup/{self.lookup}",)


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordSound(LegOrder):
    """Sound a tone, and record what this leg says: to a key, a silence, or for so long."""

    recording: RecordingId
    longest: timedelta
    silence: timedelta
    ends_with: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordingOrder(Order):
    """A command about what was recorded; its leg may be gone."""

    recording: RecordingId

    @property
    def resources(self) -> tuple[str, ...]:
        return (f"recording/{self.recording}",)


@dataclass(frozen=True, slots=True, kw_only=True)
class StopRecording(RecordingOrder):
    """End it; what was said is there, as if it had ended by itself."""


@dataclass(frozen=True, slots=True, kw_only=True)
class KeepMessage(RecordingOrder):
    """Take a caller's message out of Asterisk into safe keeping."""

    step: StepName


@dataclass(frozen=True, slots=True, kw_only=True)
class KeepPrompt(RecordingOrder):
    """Put what an agent said for a prompt where `hotline prompts import` finds it."""

    language: Language
    prompt: PromptId


@dataclass(frozen=True, slots=True, kw_only=True)
class DropRecording(RecordingOrder):
    """Delete what nobody shall hear."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StartMusic(LegOrder):
    """Music on hold, until stopped or a prompt ends it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StopMusic(LegOrder):
    """End music on hold. A bridge waits for it: Asterisk loses a stop that reaches a leg while it
    enters a bridge, and the caller would hear music instead of the agent to the end."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Dial(LegOrder):
    """Ring an agent. The intent rides on the leg before it rings (routing.md F1)."""

    offer: OfferId
    agent: AgentId
    device: Device
    epoch: int
    ring_for: timedelta
    queue: QueueName
    carried: str = ""

    @property
    def resources(self) -> tuple[str, ...]:
        return (self.leg, f"agent/{self.agent}")


@dataclass(frozen=True, slots=True, kw_only=True)
class DialPartner(LegOrder):
    """Ring somebody outside for a caller."""

    number: str = field(repr=False)
    epoch: int
    ring_for: timedelta


@dataclass(frozen=True, slots=True, kw_only=True)
class Listen(LegOrder):
    """Tell, until it ends, when nothing comes any more from the leg of an agent who talks."""

    @property
    def resources(self) -> tuple[str, ...]:
        return (f"listening/{self.leg}",)


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenBridge(Order):
    """Create a bridge while the legs are made ready for it: who picks up is heard the sooner."""

    bridge: BridgeId

    @property
    def resources(self) -> tuple[str, ...]:
        return (self.bridge,)


@dataclass(frozen=True, slots=True, kw_only=True)
class Bridge(Order):
    """Put both legs, which are in the application already, into a bridge; open it if need be."""

    bridge: BridgeId
    legs: tuple[LegId, ...]

    @property
    def resources(self) -> tuple[str, ...]:
        return (self.bridge, *self.legs)


@dataclass(frozen=True, slots=True, kw_only=True)
class RemoveBridge(Order):
    """Delete a bridge; `legs`, who are still in it, stay up, and hear what they are told next."""

    bridge: BridgeId
    legs: tuple[LegId, ...] = ()

    @property
    def resources(self) -> tuple[str, ...]:
        return (self.bridge, *self.legs)


@dataclass(frozen=True, slots=True, kw_only=True)
class Hangup(LegOrder):
    """End a leg. `answered_elsewhere` tells a withdrawn telephone not to show a missed call.

    `only_here`: a caller, whom the dialplan may have by now; there they wait for somebody.
    """

    answered_elsewhere: bool = False
    only_here: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class HandToDialplan(LegOrder):
    """Give the caller to the dialplan's fallback: never silence (house.md 8)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TakeBack(LegOrder):
    """Ask the dialplan's fallback for a caller who waits there; they arrive between two rings."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ProvisionDevice(Order):
    """Make an agent's desk endpoint exist in Asterisk (or change it). `tries`: those in vain."""

    agent: AgentId
    device: Device
    tries: int = 0

    @property
    def resources(self) -> tuple[str, ...]:
        return (f"agent/{self.agent}",)


@dataclass(frozen=True, slots=True, kw_only=True)
class RetireDevice(Order):
    """Remove an agent's desk endpoint from Asterisk."""

    agent: AgentId

    @property
    def resources(self) -> tuple[str, ...]:
        return (f"agent/{self.agent}",)


@dataclass(frozen=True, slots=True, kw_only=True)
class EnrolInFallback(Order):
    """Add an agent to the fallback queue, or set their pause there; `number` if they have no desk
    phone."""

    agent: AgentId
    paused: bool
    number: str | None = None

    @property
    def resources(self) -> tuple[str, ...]:
        return (f"agent/{self.agent}",)


@dataclass(frozen=True, slots=True, kw_only=True)
class WithdrawFromFallback(Order):
    """Take an agent out of the fallback queue."""

    agent: AgentId

    @property
    def resources(self) -> tuple[str, ...]:
        return (f"agent/{self.agent}",)


Command = (
    Admit
    | Remember
    | Play
    | AskAgain
    | StopPlay
    | KeepNumber
    | LookUp
    | RecordSound
    | StopRecording
    | KeepMessage
    | KeepPrompt
    | DropRecording
    | StartMusic
    | StopMusic
    | Dial
    | DialPartner
    | Listen
    | OpenBridge
    | Bridge
    | RemoveBridge
    | Hangup
    | HandToDialplan
    | TakeBack
    | ProvisionDevice
    | RetireDevice
    | EnrolInFallback
    | WithdrawFromFallback
)

made_quickly(*get_args(Command))
