"""One turn: what an event leads to, gathered while the stages handle it."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from router.core.call import AgentLeg, Call, CodeLeg, Offer
from router.core.commands import Command
from router.core.deadlines import THE_LOOK, Deadline, LookAgain
from router.core.floor import Floor
from router.core.house_records import AlarmCleared, AlarmRaised
from router.core.ivr.run import Turn as FlowTurn
from router.core.ivr.waits import ForAgent, ForLookup, ForMessage, ForPartner, Given
from router.core.records import Entry, Record
from router.core.routing.matching import Match
from router.core.snapshot import Alarm
from router.core.staff import Agent, Telephone
from router.core.vocabulary import AgentId, CallId, Device, LegEnding, LegId, OfferOutcome


@dataclass(frozen=True, slots=True)
class FlowRan:
    """The flow said something and waits: carry it out."""

    call: Call
    result: FlowTurn


@dataclass(frozen=True, slots=True)
class FlowGiven:
    """The flow gets what it waited for."""

    call: Call
    given: Given


@dataclass(frozen=True, slots=True, kw_only=True)
class QueueEntered:
    """The flow asks for an agent. `again`: the caller comes back after a lost agent."""

    call: Call
    wait: ForAgent
    again: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class PlaceKept:
    """A caller of an earlier life of the engine waits on in their place.

    `back`: the dialplan had them, and the books had ended their place.
    """

    call: Call
    back: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class LookupWanted:
    """The flow wants to know something of another system."""

    call: Call
    wait: ForLookup


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageWanted:
    """The flow wants what the caller says recorded."""

    call: Call
    wait: ForMessage


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageMeant:
    """The caller has said all: keep it."""

    call: Call


@dataclass(frozen=True, slots=True, kw_only=True)
class PromptWanted:
    """An agent has heard the prompt as it is now, and says it anew."""

    leg: CodeLeg


@dataclass(frozen=True, slots=True, kw_only=True)
class PartnerWanted:
    """The flow wants somebody outside for the caller."""

    call: Call
    wait: ForPartner


@dataclass(frozen=True, slots=True, kw_only=True)
class PartnerGone:
    """The leg of somebody outside is gone, or was never there."""

    call: Call
    leg: LegId
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class OfferDue:
    """The matcher chose an agent for a call; or their caller is to come back to them, on this
    `telephone`, which rings `ring_for` (P3)."""

    match: Match
    telephone: Telephone | None = None
    ring_for: timedelta | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class LadderSet:
    """The caller's agent was lost, and is rung again before others; `device`: where they talked,
    if that is known."""

    call: Call
    agent: AgentId
    device: Device | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RungOver:
    """An agent who was rung again did not take the caller back."""

    call: Call
    outcome: OfferOutcome


@dataclass(frozen=True, slots=True)
class OfferTaken:
    """A person is on the agent's leg: connect them."""

    offer: Offer


@dataclass(frozen=True, slots=True)
class OffersWithdrawn:
    """The offers of a call have lost their point, but for `keep`."""

    call: Call
    keep: Offer | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class OfferOver:
    """An offer ended without a conversation; the leg is hung up unless it is gone."""

    offer: Offer
    outcome: OfferOutcome
    cause: int = 0
    leg_gone: bool = False


@dataclass(frozen=True, slots=True)
class AgentLegOver:
    """An agent's leg ended: whatever it was for is settled, and the agent is free of it."""

    leg: AgentLeg
    ending: LegEnding
    cause: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class ConversationBroken:
    """The agent's side of a conversation is gone; `own_hangup`: they put the receiver down."""

    call: Call
    leg: AgentLeg
    own_hangup: bool
    cause: int = 0


@dataclass(frozen=True, slots=True)
class CallerGone:
    """The caller's leg is gone."""

    call: Call
    ending: LegEnding


@dataclass(frozen=True, slots=True, kw_only=True)
class GivenAway:
    """The dialplan shall have the caller: nothing better can be done here."""

    call: Call
    reason: str
    has_left: bool = False


@dataclass(frozen=True, slots=True)
class AgentFreed:
    """An agent's leg is gone for good; `talked_on` None if no conversation came of it."""

    agent: Agent
    leg: AgentLeg


Move = (
    FlowRan
    | FlowGiven
    | QueueEntered
    | PlaceKept
    | LookupWanted
    | MessageWanted
    | MessageMeant
    | PromptWanted
    | PartnerWanted
    | PartnerGone
    | OfferDue
    | LadderSet
    | RungOver
    | OfferTaken
    | OffersWithdrawn
    | OfferOver
    | AgentLegOver
    | ConversationBroken
    | CallerGone
    | GivenAway
    | AgentFreed
)
"""What one stage asks of another. Stages do not know each other: the engine passes moves on."""


@dataclass(slots=True)
class Turn:
    """Commands and records in their order, moves still to be made, and whether to match."""

    floor: Floor
    at: datetime
    commands: list[Command] = field(default_factory=list)
    entries: list[Entry] = field(default_factory=list)
    moves: list[Move] = field(default_factory=list)
    look_due: bool = False

    @property
    def match_due(self) -> bool:
        """Whether to match. To set it means that anybody may have changed; `affects` says who."""
        return self.look_due

    @match_due.setter
    def match_due(self, due: bool) -> None:
        self.look_due = due
        if due:
            self.floor.board.everything = True

    def affects(self, *whom: Agent | Call) -> None:
        """Match, because these have changed and nobody else."""
        self.look_due = True
        for each in whom:
            if isinstance(each, Agent):
                self.floor.board.agents.add(each.id)
            else:
                self.floor.board.calls.add(each.id)

    def order(self, *commands: Command) -> None:
        """Have Asterisk do this after the turn."""
        self.commands.extend(commands)

    def note(self, record: Record, call: CallId | None = None) -> None:
        """Write a line of the journal."""
        floor = self.floor
        floor.seq += 1
        self.entries.append(Entry(call, floor.epoch, floor.seq, self.at, record))

    def move(self, move: Move) -> None:
        """Ask another stage, in this same turn."""
        self.moves.append(move)

    def wake(self, after: timedelta, deadline: Deadline) -> None:
        """Be woken."""
        self.floor.deadlines.add(self.at + after, deadline)

    def look_again(self, at: datetime | None) -> None:
        """Match at `at`, though nothing may happen until then, and not before; None: not at all."""
        if self.floor.looks_at != at:
            self.floor.deadlines.forget(THE_LOOK)
            self.floor.looks_at = at
            if at is not None:
                self.floor.deadlines.add(at, LookAgain())

    def ignore(self, what: str) -> None:
        """Late, doubled and unknown events are normal in telephony (house.md 7)."""
        self.floor.ignored[what] += 1

    def raise_alarm(self, name: str, text: str) -> None:
        """Once while it stands."""
        if name not in self.floor.alarms:
            self.floor.alarms[name] = Alarm(name=name, text=text, since=self.at)
            self.note(AlarmRaised(alarm=name, text=text))

    def clear_alarm(self, name: str) -> None:
        """The cause is gone."""
        if self.floor.alarms.pop(name, None) is not None:
            self.note(AlarmCleared(alarm=name))
