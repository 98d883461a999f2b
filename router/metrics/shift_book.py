"""How agents spend their hours, whether as planned, and who carried the heavy calls."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta, tzinfo
from typing import assert_never

from router.core.house_records import AgentStateChanged
from router.core.records import AgentLost, Answered, Ended, Record
from router.core.shift_records import WrapUpEnded
from router.core.vocabulary import AgentId, AgentState, QueueName

HOURS = 24
HOUR = timedelta(hours=1)
ADHERENT_BREAKS = frozenset({"respiro", "debrief"})
"""A pause after a hard call, and the talk about it, are work as planned (M4)."""

Span = tuple[datetime, datetime]
Values = Mapping[str, float | None]


@dataclass(slots=True)
class AgentTally:
    """`run`: heavy calls since the last break, `longest_run` the most of them; seconds.

    `here`: logged in. `adherent`: at work, or in a break that counts as such; spans are closed.
    """

    calls: int = 0
    heavy: int = 0
    run: int = 0
    longest_run: int = 0
    heavy_talk: float = 0.0
    handling: float = 0.0
    available: float = 0.0
    here: bool = False
    present: bool = False
    adherent_break: bool = False
    busy: bool = False
    busy_with_heavy: bool = False
    since: datetime | None = None
    logged_in: list[Span] = field(default_factory=list)
    adherent: list[Span] = field(default_factory=list)
    kept: float = 0.0
    planned: float = 0.0

    @property
    def figures(self) -> Values:
        worked = self.handling + self.available
        return {
            "calls": self.calls,
            "heavy_calls": self.heavy,
            "heavy_hours": self.heavy_talk / 3600,
            "longest_heavy_run": self.longest_run,
            "hours": worked / 3600,
            "occupancy": self.handling / worked if worked else None,
            "adherence": self.kept / self.planned if self.planned else None,
        }


class ShiftBook:
    """Occupancy (M4) is handling / (handling + available); breaks are neither.

    Adherence is the part of the planned time in which the agent was at work, or in a break that
    counts as such. `plan`: when each was to work, breaks left out; without it, all the time that
    they were logged in. What counts lies between `begins` and `ends`; None: everything.
    """

    def __init__(
        self,
        heavy: frozenset[QueueName],
        zone: tzinfo,
        *,
        begins: datetime | None = None,
        ends: datetime | None = None,
        plan: Mapping[AgentId, Sequence[Span]] | None = None,
    ) -> None:
        self._heavy = heavy
        self._zone = zone
        self._begins = begins
        self._ends = ends
        self._plan = plan
        self.agents: defaultdict[AgentId, AgentTally] = defaultdict(AgentTally)
        self.handling = [0.0] * HOURS
        self.available = [0.0] * HOURS
        self.kept = [0.0] * HOURS
        self.planned = [0.0] * HOURS

    def hear(self, record: Record, at: datetime) -> None:
        """One line of the journal, of a call or of the house; all in the order of time."""
        match record:
            case AgentStateChanged():
                self._changes(record, at)
            case Answered():
                self.takes(record.agent, record.queue, at)
            case Ended() | AgentLost():
                self.talked(record.agent, record.talked, at)
            case WrapUpEnded():
                self.is_free(record.agent, at)
            case _:
                pass

    def _changes(self, record: AgentStateChanged, at: datetime) -> None:
        match record.state:
            case AgentState.LOGGED_OUT:
                self.leaves(record.agent, at)
            case AgentState.PAUSED:
                self.rests(record.agent, at, record.reason)
            case AgentState.READY | AgentState.OFFERED | AgentState.TALKING | AgentState.WRAP_UP:
                self.works(record.agent, at)
            case _:
                assert_never(record.state)

    def works(self, agent: AgentId, at: datetime) -> None:
        """Logged in, or back from a break."""
        tally = self._count(agent, at)
        tally.here = tally.present = True
        tally.adherent_break = False

    def rests(self, agent: AgentId, at: datetime, reason: str = "") -> None:
        """A break: what was heavy before weighs less after it."""
        tally = self._count(agent, at)
        tally.here, tally.present = True, False
        tally.adherent_break = reason in ADHERENT_BREAKS
        tally.run = 0

    def leaves(self, agent: AgentId, at: datetime) -> None:
        """The shift is over."""
        tally = self._count(agent, at)
        tally.here = tally.present = tally.adherent_break = False
        tally.run = 0

    def takes(self, agent: AgentId, queue: QueueName, at: datetime) -> None:
        """A conversation begins."""
        tally = self._count(agent, at)
        tally.busy = True
        tally.busy_with_heavy = queue in self._heavy
        if not self._counts(at):
            return
        tally.calls += 1
        if tally.busy_with_heavy:
            tally.heavy += 1
            tally.run += 1
            tally.longest_run = max(tally.longest_run, tally.run)

    def talked(self, agent: AgentId, lasted: timedelta, at: datetime) -> None:
        """A conversation has ended; its wrap-up begins."""
        tally = self.agents[agent]
        if tally.busy_with_heavy and self._counts(at):
            tally.heavy_talk += lasted.total_seconds()

    def is_free(self, agent: AgentId, at: datetime) -> None:
        """Wrap-up is over."""
        self._count(agent, at).busy = False

    def close(self, at: datetime) -> None:
        """The days are over: what was planned is held against what was."""
        for agent in list(self.agents):
            tally = self._count(agent, at)
            planned = tally.logged_in if self._plan is None else self._plan.get(agent, ())
            for span in planned:
                if (within := self._clipped(*span)) is not None:
                    tally.planned += _spread(self.planned, *within, self._zone)
                    for kept in _common(within, tally.adherent):
                        tally.kept += _spread(self.kept, *kept, self._zone)

    def occupancy(self, hour: int) -> float | None:
        """In an hour of the day."""
        worked = self.handling[hour] + self.available[hour]
        return self.handling[hour] / worked if worked else None

    def adherence(self, hour: int) -> float | None:
        """In an hour of the day."""
        return self.kept[hour] / self.planned[hour] if self.planned[hour] else None

    def overall(self) -> Values:
        """All agents and hours."""
        handling, planned = sum(self.handling), sum(self.planned)
        worked = handling + sum(self.available)
        return {
            "occupancy": handling / worked if worked else None,
            "adherence": sum(self.kept) / planned if planned else None,
        }

    def _counts(self, at: datetime) -> bool:
        return self._clipped(at, at) is not None

    def _clipped(self, since: datetime, until: datetime) -> Span | None:
        if self._begins is not None:
            since = max(since, self._begins)
        if self._ends is not None:
            until = min(until, self._ends)
        return (since, until) if since <= until else None

    def _count(self, agent: AgentId, at: datetime) -> AgentTally:
        tally = self.agents[agent]
        since, tally.since = tally.since, at
        span = None if since is None else self._clipped(since, at)
        if span is None:
            return tally
        if tally.here:
            _prolong(tally.logged_in, span)
        if tally.busy or tally.present or tally.adherent_break:
            _prolong(tally.adherent, span)
        if tally.busy:
            tally.handling += _spread(self.handling, *span, self._zone)
        elif tally.present:
            tally.available += _spread(self.available, *span, self._zone)
        return tally


def _prolong(spans: list[Span], span: Span) -> None:
    if spans and spans[-1][1] == span[0]:
        span = (spans.pop()[0], span[1])
    spans.append(span)


def _common(within: Span, spans: Sequence[Span]) -> list[Span]:
    """The parts of the spans that lie within."""
    since, until = within
    return [(max(s, since), min(u, until)) for s, u in spans if s < until and u > since]


def _spread(hours: list[float], since: datetime, until: datetime, zone: tzinfo) -> float:
    """Seconds, by hour of the day; how many they are."""
    total = (until - since).total_seconds()
    local = since.astimezone(zone)
    while since < until:
        passed = timedelta(minutes=local.minute, seconds=local.second)
        rest = HOUR - passed - timedelta(microseconds=local.microsecond)
        part = min(rest, until - since)
        hours[local.hour] += part.total_seconds()
        since += part
        local = since.astimezone(zone)
    return total
