"""What is counted of a model's calls and groups in one replication."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(slots=True)
class CallTally:
    """Of the calls of a kind that count. `waits`: the sum over all of them, abandoned ones too.

    `queue_area`: the number of those who wait, integrated over the time that counts.
    """

    offered: int = 0
    answered: int = 0
    abandoned: int = 0
    delayed: int = 0
    in_time: int = 0
    waits: float = 0.0
    queue_area: float = 0.0

    def figures(self, lasted: float) -> dict[str, float | None]:
        """As they are reported; None where nothing was offered."""
        offered = self.offered
        return {
            "offered": offered,
            "answered": self.answered,
            "abandoned": self.abandoned,
            "p_wait": self.delayed / offered if offered else None,
            "mean_wait": self.waits / offered if offered else None,
            "service_level": self.in_time / offered if offered else None,
            "mean_queue": self.queue_area / lasted if lasted > 0 else None,
        }

    @classmethod
    def of_all(cls, tallies: Iterable[CallTally]) -> CallTally:
        """All kinds together."""
        total = cls()
        for each in tallies:
            total.offered += each.offered
            total.answered += each.answered
            total.abandoned += each.abandoned
            total.delayed += each.delayed
            total.in_time += each.in_time
            total.waits += each.waits
            total.queue_area += each.queue_area
        return total


@dataclass(slots=True)
class GroupTally:
    """Agent-time of a group within the time that counts."""

    busy: float = 0.0
    staffed: float = 0.0

    def figures(self) -> dict[str, float | None]:
        """As they are reported; None if nobody worked."""
        return {"occupancy": self.busy / self.staffed if self.staffed > 0 else None}
