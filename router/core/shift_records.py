"""What happened to agents besides their calls: skills that end, rest, more time to write."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from router.core.vocabulary import AgentId, EndedBy, SkillName


@dataclass(frozen=True, slots=True, kw_only=True)
class SkillsChanged:
    """Skills of the agent began to count, or have ended, as the roster says (S1)."""

    agent: AgentId
    begun: tuple[SkillName, ...]
    ended: tuple[SkillName, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class RestBegan:
    """No heavy calls for this agent until a break (A3): so many in a row, so long a talk."""

    agent: AgentId
    in_a_row: int
    talked: timedelta


@dataclass(frozen=True, slots=True, kw_only=True)
class RestEnded:
    """Heavy calls again: after a `break`, or `needed`, because nobody else is there for them."""

    agent: AgentId
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class WrapUpStarted:
    """`lasts` None: the agent ends it."""

    agent: AgentId
    lasts: timedelta | None


@dataclass(frozen=True, slots=True, kw_only=True)
class WrapUpEnded:
    """`by`: the agent, or the clock (`system`)."""

    agent: AgentId
    by: EndedBy
    lasted: timedelta


@dataclass(frozen=True, slots=True, kw_only=True)
class WrapUpExtended:
    """The agent needs more time to write, and has it until then (P1)."""

    agent: AgentId
    until: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class PairsRead:
    """So many callers are known to have talked to an agent lately, so many pairs are kept apart."""

    known: int
    apart: int


ShiftRecord = PairsRead | SkillsChanged | RestBegan | RestEnded | WrapUpExtended
