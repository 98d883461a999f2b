"""The field's words as types: ids that speak, and the closed lists of what can be."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import NewType

NodeId = NewType("NodeId", str)
"""One Asterisk server."""
CallId = NewType("CallId", str)
"""`<node>-<Asterisk's unique id of the caller's channel>`: the same in every life of the engine."""
LegId = NewType("LegId", str)
"""An Asterisk channel's id. The caller's is Asterisk's own, an agent's is `<call>-e7-a2`."""
BridgeId = NewType("BridgeId", str)
PlaybackId = NewType("PlaybackId", str)
OfferId = NewType("OfferId", str)
AgentId = NewType("AgentId", str)
QueueName = NewType("QueueName", str)
SkillName = NewType("SkillName", str)
SYNTHETIC = SkillName("synthetic")
"""Of test callers and test agents, who meet nobody but each other (docs/probe.md)."""
ON_CALL = SkillName("on call")
"""Of who is on call and not logged in: fits only what asks for it (V1)."""
PromptId = NewType("PromptId", str)
LookupId = NewType("LookupId", str)
"""`<call>-e7-q1`: a question to another system."""
RecordingId = NewType("RecordingId", str)
"""`<call>-e7-m1`: what a caller says; `<node>-e7-k1`: what an agent says for a prompt."""
FlowName = NewType("FlowName", str)
ContactName = NewType("ContactName", str)
"""Somebody outside, as contacts.yaml knows them."""
StepName = NewType("StepName", str)
Language = NewType("Language", str)
"""`es` (Mexican Spanish) or `en`: the folder of the sounds."""
CallerKey = NewType("CallerKey", str)
"""Keyed hash of a caller's number; the number itself never enters the core."""


class DeviceKind(StrEnum):
    """What an agent is rung on."""

    DESK = "desk"
    PHONE = "phone"


class AgentState(StrEnum):
    """Where an agent stands (house glossary)."""

    LOGGED_OUT = "logged_out"
    READY = "ready"
    OFFERED = "offered"
    TALKING = "talking"
    WRAP_UP = "wrap_up"
    PAUSED = "paused"


class OfferOutcome(StrEnum):
    """How the ringing of one agent ended (routing.md F5)."""

    ACCEPTED = "accepted"
    NO_ANSWER = "no_answer"
    DECLINED = "declined"
    UNREACHABLE = "unreachable"
    MACHINE = "machine"
    WITHDRAWN = "withdrawn"


class LegEnding(StrEnum):
    """Why a leg ended, as far as the network told (mapped from Q.850 causes at the ARI edge)."""

    HUNG_UP = "hung_up"
    """The person at the far end, or we, ended it normally (cause 16)."""
    DECLINED = "declined"
    """486, 600, 603: busy or refused by hand."""
    NO_ANSWER = "no_answer"
    """Rang out (408 after ringing, 480)."""
    UNREACHABLE = "unreachable"
    """404, 503, no route, no registration."""
    LOST = "lost"
    """An established leg died: RTP time-out, network failure, Asterisk gone."""


class EndedBy(StrEnum):
    """Who ended a conversation or a call."""

    CALLER = "caller"
    AGENT = "agent"
    SYSTEM = "system"
    LOST = "lost"


class Refusal(StrEnum):
    """How a command failed."""

    GONE = "gone"
    """404 or 409 on a leg that has ended: its LegEnded is on the way."""
    REFUSED = "refused"
    """Asterisk answered, and said no."""
    UNKNOWN = "unknown"
    """No answer in time: it may or may not have happened (house.md 9)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Device:
    """One telephone of an agent.

    `address` is a fixed SIP URI of a desk phone (None: it registers with `password`);
    `number` an E.164 number dialled through the trunk.
    """

    kind: DeviceKind
    address: str | None = None
    number: str | None = None
    password: str | None = None
