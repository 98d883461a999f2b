"""The channels and bridges that exist on a node, as the core wants them listed."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping
from datetime import datetime
from typing import Any

from router.adapters.ari.access import APPLICATION
from router.adapters.ari.instants import instant
from router.core.events import ListedBridge, ListedLeg
from router.core.vocabulary import BridgeId, LegId, NodeId

# Ours (house.md 5): bridges of app_queue are in the list too, and nobody else's business.
_OUR_BRIDGE = re.compile(r"-e\d+-b\d+$")


def listed_legs(
    channels: Iterable[Mapping[str, Any]],
    *,
    node: NodeId,
    at: datetime,
    asterisk_now: datetime,
    leave_out: Collection[str] = (),
) -> tuple[ListedLeg, ...]:
    """`at` is the runner's time of the instant that Asterisk calls `asterisk_now`.

    `leave_out`: callers whose arrival is in the buffer; they come as arrivals, not as strangers.
    """
    return tuple(
        _leg(channel, node, at, asterisk_now)
        for channel in channels
        if channel["id"] not in leave_out
    )


def listed_bridges(bridges: Iterable[Mapping[str, Any]]) -> tuple[ListedBridge, ...]:
    """Our own bridges."""
    return tuple(
        ListedBridge(
            bridge=BridgeId(bridge["id"]),
            legs=tuple(LegId(leg) for leg in bridge["channels"]),
        )
        for bridge in bridges
        if _OUR_BRIDGE.search(bridge["id"])
    )


def arriving(messages: Iterable[Mapping[str, Any]]) -> frozenset[str]:
    """The legs that enter, for the first time, in these buffered events."""
    return frozenset(
        message["channel"]["id"]
        for message in messages
        if message["type"] == "StasisStart" and message["args"][:1] in (["caller"], ["code"])
    )


def _leg(
    channel: Mapping[str, Any], node: NodeId, at: datetime, asterisk_now: datetime
) -> ListedLeg:
    carried = channel.get("channelvars", {})
    dialplan = channel["dialplan"]
    application, *entered_with = dialplan["app_data"].split(",")
    role = carried.get("HOTLINE_ROLE", "")
    call = carried.get("HOTLINE_CALL", "")
    epoch = carried.get("HOTLINE_EPOCH", "")
    if role == "caller" and not call:
        # The dialplan does not know our name of the node.
        call = f"{node}-{channel['id']}"
    return ListedLeg(
        leg=LegId(channel["id"]),
        role=role,
        call=call,
        offer=carried.get("HOTLINE_OFFER", ""),
        agent=carried.get("HOTLINE_AGENT", ""),
        epoch=int(epoch) if epoch.isascii() and epoch.isdigit() else 0,
        up=channel["state"] == "Up",
        in_application=dialplan["app_name"] == "Stasis" and application == APPLICATION,
        ringing=channel["state"] == "Ringing",
        number_dialled=entered_with[1] if role == "caller" and len(entered_with) == 2 else "",
        carried=carried.get("HOTLINE_STATE", ""),
        created_at=at - (asterisk_now - instant(channel["creationtime"])),
    )
