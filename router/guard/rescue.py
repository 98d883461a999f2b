"""Who must be moved while the engine does not live: a pure answer to what Asterisk lists."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

APPLICATION = "hotline"
"""The engine's Stasis application, in dialplans/extensions.conf too."""


TALKED_TO = frozenset({"agent", "partner"})
FALLBACKS_OWN = frozenset({"AppQueue", "AppDial"})
"""The application of a telephone that the fallback's queue, or its dialplan, has rung."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """A channel. `bridge` is empty if it is in none; `with_engine`: it is in the application;
    `rung_by_fallback`: it is an agent's telephone there.

    `unique_id` is Asterisk's: seconds and a count, so that it tells who came first.
    """

    channel: str
    role: str
    bridge: str
    with_engine: bool
    unique_id: str = ""
    rung_by_fallback: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Rescue:
    """Callers to be moved to the fallback, the longest there first, and telephones to be let go,
    by channel name; and agents' telephones in conversations, by unique id."""

    move: tuple[str, ...]
    let_go: tuple[str, ...]
    listen: tuple[str, ...] = ()


def rescue(channels: Iterable[Seen], *, beats: bool = False) -> Rescue:
    """Two who talk are left alone; whoever is alone, waits or is in a menu is not.

    A channel that the dialplan has is never moved: so nobody is moved twice. `beats`: an engine
    lives just now, though not for long; an agent's short code is left to it.
    """
    there = sorted(channels, key=_arrival)
    roles: dict[str, set[str]] = defaultdict(set)
    for each in there:
        if each.bridge:
            roles[each.bridge].add(each.role)
    return Rescue(
        move=tuple(
            each.channel
            for each in there
            if each.role == "caller" and each.with_engine and not roles[each.bridge] & TALKED_TO
        ),
        let_go=tuple(
            each.channel
            for each in there
            if (each.role in TALKED_TO and "caller" not in roles[each.bridge])
            or (each.role == "code" and each.with_engine and not beats)
        ),
        listen=tuple(
            each.unique_id
            for each in there
            if each.bridge
            and (each.rung_by_fallback or (each.role == "agent" and "caller" in roles[each.bridge]))
        ),
    )


def _arrival(channel: Seen) -> tuple[int, ...]:
    parts = channel.unique_id.rpartition("-")[2].split(".")
    return tuple(int(part) for part in parts if part.isascii() and part.isdigit())


def seen(status: Mapping[str, str], variables: Mapping[str, str]) -> Seen:
    """From one Status event of AMI and its variables."""
    return Seen(
        channel=status["Channel"],
        role=variables.get("HOTLINE_ROLE", ""),
        bridge=status.get("BridgeID", ""),
        with_engine=status.get("Application") == "Stasis"
        and status.get("Data", "").split(",")[0] == APPLICATION,
        unique_id=status.get("Uniqueid", ""),
        rung_by_fallback=status.get("Application") in FALLBACKS_OWN,
    )
