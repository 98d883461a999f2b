"""AMI's events in the core's words: whether an agent's desk phone can be reached."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from router.core.events import DeviceChanged
from router.core.vocabulary import AgentId, DeviceKind, NodeId

TRUNK = "trunk"
"""The carrier's endpoint; no agent may have this id."""

TECHNOLOGY = "PJSIP/"

_UNREACHABLE = frozenset({"UNAVAILABLE", "INVALID"})
# What tells nothing of the phone itself.
_UNTOLD = frozenset({"UNKNOWN", ""})

# Only what is good news: a contact that goes away may have been replaced by another one, and
# DeviceStateChange sums all contacts up.
_REACHABLE_CONTACT = frozenset({"Reachable", "NonQualified"})


def translate(message: Mapping[str, str], node: NodeId, at: datetime) -> DeviceChanged | None:
    """`at` is the runner's time. None: nothing that the core has a word for."""
    match message.get("Event"):
        case "DeviceStateChange":
            device, state = message.get("Device", ""), message.get("State", "")
            if not device.startswith(TECHNOLOGY) or state in _UNTOLD:
                return None
            return _changed(
                device.removeprefix(TECHNOLOGY),
                reachable=state not in _UNREACHABLE,
                node=node,
                at=at,
            )
        case "ContactStatus":
            if message.get("ContactStatus") not in _REACHABLE_CONTACT:
                return None
            return _changed(message.get("EndpointName", ""), reachable=True, node=node, at=at)
        case _:
            return None


def _changed(endpoint: str, *, reachable: bool, node: NodeId, at: datetime) -> DeviceChanged | None:
    if endpoint in ("", TRUNK):
        return None
    return DeviceChanged(
        at=at, node=node, agent=AgentId(endpoint), kind=DeviceKind.DESK, reachable=reachable
    )
