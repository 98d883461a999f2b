"""When a roster leaves a queue with nobody: at first, or even after all widening."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

from router.core.policy import Policy
from router.core.routing.queue import Queue
from router.core.routing.skills import SkillSet
from router.core.vocabulary import QueueName
from router.simulator.roster import Roster, staffed

STEP = timedelta(minutes=15)
WEEK = timedelta(days=7)


@dataclass(frozen=True, slots=True, kw_only=True)
class Gap:
    """From Monday 0 h. `eligible_later`: how many, at least, the widening still reaches."""

    queue: QueueName
    start: timedelta
    end: timedelta
    eligible_later: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Cover:
    """Agents at work at a time of the week: who may answer a queue at first, and in the end."""

    first: int
    last: int


def cover_at(policy: Policy, roster: Roster, since: timedelta) -> Mapping[QueueName, Cover]:
    """Breaks are left out: who rests answers nobody."""
    at_work = [worker.skills for worker in staffed(roster, since).values()]
    found = {}
    for name, queue in policy.queues.items():
        circles = _circles(queue)
        first = sum(1 for skills in at_work if circles[0].fits(skills))
        last = sum(1 for skills in at_work if any(each.fits(skills) for each in circles))
        found[name] = Cover(first=first, last=last)
    return found


def gaps(policy: Policy, roster: Roster) -> list[Gap]:
    """Every stretch of the week in which nobody is eligible for a queue at first."""
    found: list[Gap] = []
    for number in range(WEEK // STEP):
        since = number * STEP
        for name, cover in cover_at(policy, roster, since).items():
            if not cover.first:
                _add(
                    found, Gap(queue=name, start=since, end=since + STEP, eligible_later=cover.last)
                )
    order = {name: -queue.order_class for name, queue in policy.queues.items()}
    return sorted(found, key=lambda gap: (order[gap.queue], gap.queue, gap.start))


def _add(found: list[Gap], gap: Gap) -> None:
    """Joined with the stretch before, if there is the same lack in it."""
    for index, before in enumerate(found):
        same = before.queue == gap.queue and before.end == gap.start
        if same and bool(before.eligible_later) == bool(gap.eligible_later):
            fewest = min(before.eligible_later, gap.eligible_later)
            found[index] = Gap(
                queue=gap.queue, start=before.start, end=gap.end, eligible_later=fewest
            )
            return
    found.append(gap)


def _circles(queue: Queue) -> tuple[SkillSet, ...]:
    """The first, and all that widening adds."""
    return queue.demand().circles[-1]
