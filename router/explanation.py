"""Who was eligible for a call at a decision, and who was not and why: rebuilt from its journal."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from router.core.journal_lines import Line
from router.core.records import OfferMade
from router.core.routing.explain import NAMED_AT_MOST, Exclusion, KeptWaiting, Why
from router.core.vocabulary import AgentId, QueueName


@dataclass(frozen=True, slots=True, kw_only=True)
class Explained:
    """One decision: made `at` an instant, for a caller who had `waited` since the PBX.

    `rung` None: nobody could be rung. `stands` has everybody who was logged in, None for who was
    eligible and free; it is empty if more were on shift than a decision names (`staffed`).
    """

    at: datetime
    queue: QueueName
    accepts: str
    rung: AgentId | None
    decided_by: str
    stands: Mapping[AgentId, Exclusion | None]
    eligible: int
    staffed: int
    widening: int
    widens_after: timedelta | None
    waited: timedelta
    policy: str

    @property
    def names_all(self) -> bool:
        """Whether `stands` is the whole shift."""
        return len(self.stands) == self.staffed


def rebuilt(line: Line) -> Explained | None:
    """The decision that a line of a call's story is; None: it is none."""
    record = line.record
    if isinstance(record, OfferMade):
        why: Why | KeptWaiting = record.why
        rung, decided_by, queue = record.agent, record.why.decided_by, record.queue
    elif isinstance(record, KeptWaiting):
        why, rung, decided_by, queue = record, None, "nobody", record.queue
    else:
        return None
    free = why.free if rung is None else (rung, *why.free)
    stands: dict[AgentId, Exclusion | None] = dict(why.excluded)
    stands.update(dict.fromkeys(free) if why.staffed <= NAMED_AT_MOST else {})
    return Explained(
        at=line.at,
        queue=queue,
        accepts=why.accepts,
        rung=rung,
        decided_by=decided_by,
        stands=dict(sorted(stands.items())),
        eligible=why.eligible,
        staffed=why.staffed,
        widening=why.widening,
        widens_after=why.widens_after,
        waited=why.waited,
        policy=why.policy,
    )


def decision_at(lines: Iterable[Line], at: datetime) -> Explained | None:
    """The latest decision about a call until then."""
    found = (rebuilt(line) for line in lines if line.at <= at)
    return next(iter(reversed([each for each in found if each is not None])), None)
