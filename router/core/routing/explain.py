"""Why this agent: the facts that a decision was made on, kept with it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum

from router.core.vocabulary import AgentId


class Exclusion(StrEnum):
    """Why an agent who is logged in was not chosen for a call."""

    NOT_QUALIFIED = "not_qualified"
    BUSY = "busy"
    PAUSED = "paused"
    WRAP_UP = "wrap_up"
    UNREACHABLE = "unreachable"
    SKIPPED = "skipped"
    COOLING_DOWN = "cooling_down"
    RESERVED = "reserved"


@dataclass(frozen=True, slots=True, kw_only=True)
class Why:
    """The winner's terms of A1 and what stood against the others (routing.md Explain).

    `decided_by` is the first term that set the winner apart from the runner-up: `only_one`,
    `preferred`, `least_scarce`, `longest_idle` or `id`. `waited` counts from the PBX.
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
