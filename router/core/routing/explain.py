"""Why this agent, and why nobody yet: the facts that a decision was made on, kept with it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from router.core.frozen import made_quickly
from router.core.vocabulary import AgentId, CallId, QueueName

NAMED_AT_MOST = 64
"""With more agents on shift than this, a decision keeps how many were left out, not who."""


class Exclusion(StrEnum):
    """Why an agent who is logged in was not chosen for a call."""

    NOT_QUALIFIED = "not_qualified"
    RESTING = "resting"
    """Rests from heavy calls until a break (A3)."""
    BUSY = "busy"
    RETURNING = "returning"
    """Kept for the caller whom their line lost (P3)."""
    PAUSED = "paused"
    WRAP_UP = "wrap_up"
    UNREACHABLE = "unreachable"
    NEVER_PAIR = "never_pair"
    """Kept apart from this caller (A2)."""
    SKIPPED = "skipped"
    COOLING_DOWN = "cooling_down"
    RESERVED = "reserved"


@dataclass(frozen=True, slots=True, kw_only=True)
class Why:
    """The winner's terms of A1 and what stood against the others (routing.md Explain).

    `decided_by` is the first term of the order that set the winner apart from the runner-up, or
    `only_one`. `waited` counts from the PBX, as does `widens_after`, the next step. Of `staffed`
    agents `eligible` had the skills, free or not; `excluded` names those who could not be rung, and
    `free` those who could besides the winner, if the shift is small enough. `accepts` is who may
    take the call, in words.
    """

    candidates: int
    runner_up: AgentId | None
    decided_by: str
    preferred: int
    scarcity: int
    idle: timedelta
    widening: int
    waited: timedelta
    excluded: tuple[tuple[AgentId, Exclusion], ...]
    sticky: bool = False
    eligible: int = 0
    staffed: int = 0
    widens_after: timedelta | None = None
    policy: str = ""
    accepts: str = ""
    free: tuple[AgentId, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptWaiting:
    """Why a caller gets nobody yet: a record when they begin to wait, and whenever a step widens.

    `accepts` is who may take them, in words. Of `staffed` agents `eligible` may, free or not;
    `excluded` says of every agent why not, `free` has who could be rung though nobody is: empty on
    a large shift. `reserved`: somebody is free, and kept
    for a higher class (O4). `widens_after` counts from the PBX, as does `waited`.
    """

    queue: QueueName
    accepts: str
    eligible: int
    staffed: int
    excluded: tuple[tuple[AgentId, Exclusion], ...]
    reserved: bool
    widening: int
    widens_after: timedelta | None
    waited: timedelta
    policy: str
    free: tuple[AgentId, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Stands:
    """How one agent who is logged in stands to a caller who waits.

    `excluded` None: eligible and free. `until`: when that ends by itself, if it does.
    """

    agent: AgentId
    excluded: Exclusion | None
    until: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class StillWaiting:
    """Why a caller is still waiting, at an instant.

    `ahead`: callers who come before this one with somebody they share. `ringing`: who is being rung
    for them. `expected`: how long from now, with the chance that it is no longer than that; empty
    if nobody on shift may take the call.
    """

    call: CallId
    at: datetime
    queue: QueueName
    order_class: int
    queued: timedelta
    ahead: int
    ringing: tuple[AgentId, ...]
    why: KeptWaiting
    stands: tuple[Stands, ...]
    widens_at: datetime | None
    widens_to: str | None
    expected: tuple[tuple[float, timedelta], ...]


made_quickly(Why, KeptWaiting)

NOBODY_ASKS = Why(
    candidates=0,
    runner_up=None,
    decided_by="",
    preferred=0,
    scarcity=0,
    idle=timedelta(0),
    widening=0,
    waited=timedelta(0),
    excluded=(),
)
"""Stands with every decision of an engine that does not explain any."""
