"""What agents ask for besides their calls: a break after a hard one, more time to write."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from router.core.vocabulary import AgentId


@dataclass(frozen=True, slots=True, kw_only=True)
class Happened:
    """`at`: UTC, from the runner's clock (house.md 3)."""

    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class RespiroTaken(Happened):
    """An agent takes a break after a hard call; `lasts` None: as long as the house says (A3)."""

    agent: AgentId
    lasts: timedelta | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ExtensionAsked(Happened):
    """An agent needs more time to write than their wrap-up has (P1)."""

    agent: AgentId


ShiftEvent = RespiroTaken | ExtensionAsked
