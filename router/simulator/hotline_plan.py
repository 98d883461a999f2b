"""What is simulated of a hotline: who works, who calls, under which policy, and when."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta, tzinfo

from router.core.policy import Policy
from router.metrics.figures import SHORT
from router.past_call import PastCall
from router.simulator.guests import Guest, Guests
from router.simulator.habits import Habits
from router.simulator.past_guests import come_again
from router.simulator.roster import Roster
from router.simulator.traffic import Traffic


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What is simulated: `days` from local midnight of `first` on. `past`: these calls come again,
    instead of others that chance makes up after `traffic`. `short`: the wait in seconds below
    which who hangs up does not count as having waited (Bs)."""

    policy: Policy
    roster: Roster
    traffic: Traffic
    first: date
    days: int
    zone: tzinfo
    seed: int
    habits: Habits = field(default_factory=Habits)
    past: tuple[PastCall, ...] | None = None
    short: float = SHORT

    @property
    def begins(self) -> datetime:
        return datetime.combine(self.first, time(0), tzinfo=self.zone).astimezone(UTC)

    @property
    def ends(self) -> datetime:
        last = self.first + timedelta(days=self.days)
        return datetime.combine(last, time(0), tzinfo=self.zone).astimezone(UTC)

    def guests(self, number: int) -> list[Iterator[Guest]]:
        """Who calls in this replication, in flows that are each in order."""
        if self.past is not None:
            return [come_again(self.past, self.traffic, self.habits, seed=self.seed, number=number)]
        return [
            iter(
                Guests(
                    self.traffic,
                    need,
                    self.habits,
                    begins=self.begins,
                    days=self.days,
                    zone=self.zone,
                    seed=self.seed,
                    number=number,
                )
            )
            for need in self.traffic.needs
        ]
