"""Who an agent is: name, skills and telephones, as the roster says."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from router.core.routing.skills import Skills
from router.core.vocabulary import AgentId, Device


@dataclass(frozen=True, slots=True, kw_only=True)
class AgentProfile:
    """One line of the roster. Devices are tried in the order given.

    `wrap_up` overrides the queue's, that of crisis too (interface.md 4); None keeps the queue's.
    """

    id: AgentId
    name: str
    skills: Skills
    devices: tuple[Device, ...]
    wrap_up: timedelta | None = None
