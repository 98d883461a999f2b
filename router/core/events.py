"""What came in: everything the engine can be told, in the past tense."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import get_args

from router.core.commands import Command
from router.core.frozen import made_quickly
from router.core.ivr.values import Value
from router.core.pairs import Met
from router.core.policy import Policy
from router.core.routing.agent import AgentProfile
from router.core.shift_events import Happened, ShiftEvent
from router.core.staff import Rest, WrapUp
from router.core.vocabulary import (
    AgentId,
    BridgeId,
    CallerKey,
    DeviceKind,
    LegEnding,
    LegId,
    LookupId,
    NodeId,
    PlaybackId,
    RecordingId,
    Refusal,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class CallArrived(Happened):
    """A caller reached the application; `arrived_at` is when the channel was created.

    `carried`: they were here before, and come back from the dialplan (carried.py). `synthetic`:
    a test call, for test agents alone.
    """

    node: NodeId
    leg: LegId
    number_dialled: str
    arrived_at: datetime
    caller: CallerKey | None
    carried: str = ""
    synthetic: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class CodeDialled(Happened):
    """An agent dialled a short code (`*11`) from their desk phone."""

    node: NodeId
    leg: LegId
    agent: AgentId
    code: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LegRinging(Happened):
    """180 from an agent's telephone."""

    leg: LegId


@dataclass(frozen=True, slots=True, kw_only=True)
class LegAnswered(Happened):
    """An agent's leg is up and in the application (it can be bridged from now on)."""

    leg: LegId


@dataclass(frozen=True, slots=True, kw_only=True)
class LegEnded(Happened):
    """A leg is gone; `cause` is Q.850."""

    leg: LegId
    ending: LegEnding
    cause: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class LegSilent(Happened):
    """Nothing comes from an agent's telephone: no audio, and no answer to a question either."""

    leg: LegId


@dataclass(frozen=True, slots=True, kw_only=True)
class LegLeft(Happened):
    """A leg left the application without hanging up: it is in the dialplan now."""

    leg: LegId


@dataclass(frozen=True, slots=True, kw_only=True)
class DigitPressed(Happened):
    """One DTMF digit, at its end."""

    leg: LegId
    digit: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PlaybackEnded(Happened):
    """A prompt ended, was stopped, or could not be played (`heard` False: no such file)."""

    playback: PlaybackId
    heard: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class LookupEnded(Happened):
    """Another system answered with `values`, or (None) `why` there is no answer that fits."""

    lookup: LookupId
    values: Mapping[str, Value] | None = field(repr=False)
    why: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordingEnded(Happened):
    """What was said `lasted` so long (None: nobody counted), `silent` in all, or (`why`) was not
    recorded. Asterisk counts whole seconds."""

    recording: RecordingId
    lasted: timedelta | None = None
    silent: timedelta = timedelta(0)
    why: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordingKept(Happened):
    """It is in safe keeping, or cannot be: `why`."""

    recording: RecordingId
    lasted: timedelta = timedelta(0)
    why: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class CommandFailed(Happened):
    """A command was not carried out, nor were `dropped`, the later ones of its turn."""

    command: Command
    why: Refusal
    detail: str
    dropped: tuple[Command, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ClockReached(Happened):
    """The one timer fired."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AgentLoggedIn(Happened):
    """An agent starts their shift."""

    agent: AgentId


@dataclass(frozen=True, slots=True, kw_only=True)
class AgentLoggedOut(Happened):
    """An agent ends their shift; a conversation goes on to its end."""

    agent: AgentId


@dataclass(frozen=True, slots=True, kw_only=True)
class AgentPaused(Happened):
    """An agent takes a break; a conversation goes on to its end."""

    agent: AgentId
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AgentResumed(Happened):
    """An agent is back from a break."""

    agent: AgentId


@dataclass(frozen=True, slots=True, kw_only=True)
class AgentRecalled(Happened):
    """An agent was on shift in the engine's earlier life, and still is; nothing new happened."""

    agent: AgentId
    paused: str | None
    idle_since: datetime | None
    wrap_up: WrapUp | None
    rest: Rest | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RosterReplaced(Happened):
    """The list of agents as it is from now on; who is new is logged out.

    `recalled`, after a restart: in the same turn, so that nobody sees, or keeps, a roster of which
    a part is on shift only.
    """

    agents: tuple[AgentProfile, ...]
    recalled: tuple[AgentRecalled, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class WrapUpFinished(Happened):
    """An agent says: I am ready."""

    agent: AgentId


@dataclass(frozen=True, slots=True, kw_only=True)
class DeviceChanged(Happened):
    """A node's contact state: an agent's desk phone can or cannot be reached from there."""

    node: NodeId
    agent: AgentId
    kind: DeviceKind
    reachable: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class FallbackListed(Happened):
    """The dialplan's fallback as it is now: who waits, and whose telephone is engaged, there or by
    us; `talking`: who has a caller there; `freed`: until now they were all kept there."""

    node: NodeId
    waiting: tuple[LegId, ...]
    engaged: tuple[AgentId, ...]
    talking: tuple[AgentId, ...] = ()
    freed: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class PolicyPublished(Happened):
    """Flows, queues and hours as they are from now on; `by` is who saved or asked."""

    policy: Policy
    files: tuple[str, ...] = ()
    by: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ListedLeg:
    """A channel found in Asterisk on (re)connect, with what it carries (carried.py)."""

    leg: LegId
    role: str
    call: str
    offer: str
    agent: str
    epoch: int
    up: bool
    in_application: bool
    created_at: datetime
    ringing: bool = False
    number_dialled: str = ""
    carried: str = ""

    @classmethod
    def of(cls, event: CallArrived) -> ListedLeg:
        """A caller whom the dialplan has just given back."""
        return cls(
            leg=event.leg,
            role="caller",
            call=f"{event.node}-{event.leg}",
            offer="",
            agent="",
            epoch=0,
            up=True,
            in_application=True,
            created_at=event.arrived_at,
            number_dialled=event.number_dialled,
            carried=event.carried,
        )

    def arrives(self, at: datetime, node: NodeId) -> CallArrived:
        """A caller of whom no more is known than that they are here."""
        return CallArrived(
            at=at,
            node=node,
            leg=self.leg,
            number_dialled=self.number_dialled,
            arrived_at=self.created_at,
            caller=None,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class ListedBridge:
    """A bridge found in Asterisk on (re)connect."""

    bridge: BridgeId
    legs: tuple[LegId, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class LegsListed(Happened):
    """The connection to a node is (again) there, and this is what exists on it (house.md 12).

    `restarted`: Asterisk itself is a new process and has forgotten endpoints and members.
    `recordings` have ended, and wait to be kept.
    """

    node: NodeId
    legs: tuple[ListedLeg, ...]
    bridges: tuple[ListedBridge, ...]
    restarted: bool = False
    recordings: tuple[RecordingId, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class PairsTold(Happened):
    """What is written down of who talked to whom last, and of who is kept apart: all of it."""

    known: Mapping[CallerKey, Met]
    apart: Mapping[CallerKey, tuple[AgentId, ...]]


@dataclass(frozen=True, slots=True, kw_only=True)
class NodeDisconnected(Happened):
    """The connection to a node is gone; its calls go on, unseen."""

    node: NodeId


@dataclass(frozen=True, slots=True, kw_only=True)
class TroubleReported(Happened):
    """The shell has trouble (`text`), or it is over (None): becomes an alarm."""

    name: str
    text: str | None


Event = (
    CallArrived
    | CodeDialled
    | LegRinging
    | LegAnswered
    | LegEnded
    | LegSilent
    | LegLeft
    | DigitPressed
    | PlaybackEnded
    | LookupEnded
    | RecordingEnded
    | RecordingKept
    | CommandFailed
    | ClockReached
    | RosterReplaced
    | AgentLoggedIn
    | AgentLoggedOut
    | AgentPaused
    | AgentResumed
    | AgentRecalled
    | WrapUpFinished
    | DeviceChanged
    | FallbackListed
    | PolicyPublished
    | LegsListed
    | PairsTold
    | NodeDisconnected
    | TroubleReported
    | ShiftEvent
)

made_quickly(*get_args(Event))
