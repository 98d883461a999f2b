"""How agents spend their hours, and who carried the heavy calls."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta, tzinfo

from router.core.vocabulary import AgentId, QueueName

HOURS = 24
HOUR = timedelta(hours=1)


@dataclass(slots=True)
class AgentTally:
    """`run`: heavy calls since the last break, `longest_run` the most of them; seconds."""

    calls: int = 0
    heavy: int = 0
    run: int = 0
    longest_run: int = 0
    heavy_talk: float = 0.0
    handling: float = 0.0
    available: float = 0.0
    present: bool = False
    busy: bool = False
    busy_with_heavy: bool = False
    since: datetime | None = None

    @property
    def figures(self) -> Mapping[str, float | None]:
        worked = self.handling + self.available
        return {
            "calls": self.calls,
            "heavy_calls": self.heavy,
            "heavy_hours": self.heavy_talk / 3600,
            "longest_heavy_run": self.longest_run,
            "hours": worked / 3600,
            "occupancy": self.handling / worked if worked else None,
        }


class ShiftBook:
    """Occupancy (M4) is handling / (handling + available); breaks are neither."""

    def __init__(self, heavy: frozenset[QueueName], zone: tzinfo) -> None:
        self._heavy = heavy
        self._zone = zone
        self.agents: defaultdict[AgentId, AgentTally] = defaultdict(AgentTally)
        self.handling = [0.0] * HOURS
        self.available = [0.0] * HOURS

    def works(self, agent: AgentId, at: datetime) -> None:
        """Logged in, or back from a break."""
        self._count(agent, at).present = True

    def rests(self, agent: AgentId, at: datetime) -> None:
        """A break: what was heavy before weighs less after it."""
        tally = self._count(agent, at)
        tally.present = False
        tally.run = 0

    def leaves(self, agent: AgentId, at: datetime) -> None:
        """The shift is over."""
        self.rests(agent, at)

    def takes(self, agent: AgentId, queue: QueueName, at: datetime) -> None:
        """A conversation begins."""
        tally = self._count(agent, at)
        tally.busy = True
        tally.calls += 1
        tally.busy_with_heavy = queue in self._heavy
        if tally.busy_with_heavy:
            tally.heavy += 1
            tally.run += 1
            tally.longest_run = max(tally.longest_run, tally.run)

    def talked(self, agent: AgentId, lasted: timedelta) -> None:
        """A conversation has ended; its wrap-up begins."""
        tally = self.agents[agent]
        if tally.busy_with_heavy:
            tally.heavy_talk += lasted.total_seconds()

    def is_free(self, agent: AgentId, at: datetime) -> None:
        """Wrap-up is over."""
        self._count(agent, at).busy = False

    def close(self, at: datetime) -> None:
        """The days are over."""
        for agent in list(self.agents):
            self._count(agent, at)

    def occupancy(self, hour: int) -> float | None:
        """In an hour of the day."""
        worked = self.handling[hour] + self.available[hour]
        return self.handling[hour] / worked if worked else None

    def _count(self, agent: AgentId, at: datetime) -> AgentTally:
        tally = self.agents[agent]
        since, tally.since = tally.since, at
        if since is not None and (tally.busy or tally.present):
            lasted = (at - since).total_seconds()
            if tally.busy:
                tally.handling += lasted
                self._spread(self.handling, since, at)
            else:
                tally.available += lasted
                self._spread(self.available, since, at)
        return tally

    def _spread(self, hours: list[float], since: datetime, until: datetime) -> None:
        local = since.astimezone(self._zone)
        while since < until:
            passed = timedelta(minutes=local.minute, seconds=local.second)
            rest = HOUR - passed - timedelta(microseconds=local.microsecond)
            part = min(rest, until - since)
            hours[local.hour] += part.total_seconds()
            since += part
            local = since.astimezone(self._zone)
