"""Who an agent is: name, skills and telephones, as the roster says."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from router.core.routing.skills import Skills
from router.core.vocabulary import AgentId, Device, SkillName


@dataclass(frozen=True, slots=True, kw_only=True)
class Validity:
    """From when on a skill counts, and when it has ended (S1). None: always, and never."""

    begins: datetime | None = None
    ends: datetime | None = None

    def holds(self, at: datetime) -> bool:
        """Whether it counts then."""
        return (self.begins is None or self.begins <= at) and (self.ends is None or at < self.ends)


@dataclass(frozen=True, slots=True, kw_only=True)
class AgentProfile:
    """One line of the roster. Devices are tried in the order given.

    `validity` has the skills that do not count for ever; `skills` has those, too. `wrap_up`
    overrides the queue's, that of crisis too (interface.md 4); None keeps the queue's.
    `records_prompts`: they may record what callers hear from their desk phone. `on_call`: may be
    rung by phone though logged out, when a queue overflows to those on call (V1).
    """

    id: AgentId
    name: str
    skills: Skills
    devices: tuple[Device, ...]
    wrap_up: timedelta | None = None
    records_prompts: bool = False
    validity: Mapping[SkillName, Validity] = field(default_factory=dict)
    on_call: bool = False

    def skills_at(self, at: datetime) -> Skills:
        """Those that count then."""
        if not self.validity:
            return self.skills
        gone = {skill for skill, each in self.validity.items() if not each.holds(at)}
        return {skill: level for skill, level in self.skills.items() if skill not in gone}

    def next_change(self, after: datetime) -> datetime | None:
        """When a skill begins or ends next."""
        edges = (edge for each in self.validity.values() for edge in (each.begins, each.ends))
        return min((edge for edge in edges if edge is not None and edge > after), default=None)
