"""A model: groups of agents and kinds of calls, in a unit of time of its own."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from router.core.routing.choice import AGENT_ORDER, Term
from router.core.routing.skills import SkillSet
from router.core.vocabulary import SkillName
from router.simulator.chance import Duration


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """Agents who are alike. `counts`: how many work, in each period; `speed` divides services."""

    name: str
    counts: tuple[int, ...]
    skills: Mapping[SkillName, int]
    speed: float = 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Widen:
    """After that wait, agents who fit `also` are eligible too."""

    after: float
    also: SkillSet


@dataclass(frozen=True, slots=True, kw_only=True)
class CallKind:
    """Calls that are alike. `rates`: of a Poisson stream, in each period.

    A higher `order_class` is served first. `patience` None: they wait for ever.
    """

    name: str
    rates: tuple[float, ...]
    require: SkillSet
    order_class: int
    service: Duration
    patience: Duration | None = None
    widen: tuple[Widen, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Model:
    """`period` None: rates and counts are the same at all times; a tuple of one is always so."""

    groups: tuple[Group, ...]
    calls: tuple[CallKind, ...]
    agent_order: tuple[Term, ...] = AGENT_ORDER
    wrap_up: float = 0.0
    period: float | None = None

    @property
    def periods(self) -> int:
        """How many there are; 1 without a period."""
        counts = (len(each.counts) for each in self.groups)
        return max(*counts, *(len(each.rates) for each in self.calls))
