"""What the stages are told of a decision."""

from __future__ import annotations

from dataclasses import dataclass

from router.core.frozen import made_quickly
from router.core.routing.explain import Why
from router.core.vocabulary import AgentId, CallId


@dataclass(frozen=True, slots=True, kw_only=True)
class Match:
    """This agent for this call, and why."""

    call: CallId
    agent: AgentId
    why: Why


made_quickly(Match)
