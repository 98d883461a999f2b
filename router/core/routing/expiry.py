"""Skills that a queue asks for only at first (S2): from a moment on, whoever lacks them may answer.

To stop asking is to widen: each moment becomes steps like those that an admin writes.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import timedelta

from router.core.routing.queue import Queue, WidenStep
from router.core.routing.skills import ANYONE, SkillSet
from router.core.vocabulary import SkillName

Levels = tuple[tuple[SkillName, int], ...]

WELCOME = 1
"""The weight of a skill that is not asked for any more."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Expire:
    """Until `after` on the call's own clock everybody has to have these, then they are welcome."""

    after: timedelta
    skills: SkillSet


def expiring(queue: Queue, expire: Sequence[Expire]) -> Queue:
    """The queue that asks for these as well, in every step, as long as they hold."""
    if not expire:
        return queue
    circles = (
        (timedelta(0), queue.require, False),
        *((s.after, s.also, s.alarm) for s in queue.widen),
    )
    moments = sorted({each.after for each in expire})
    steps = [
        WidenStep(after=after, also=also.plus(_asked(expire, after)), alarm=alarm)
        for after, also, alarm in circles[1:]
    ]
    for moment in moments:
        still = _asked(expire, moment)
        steps += [
            WidenStep(after=moment, also=also.plus(still))
            for after, also, _ in circles
            if after < moment
        ]
    welcome = {skill: WELCOME for each in expire for skill, _ in each.skills.levels}
    return replace(
        queue,
        require=queue.require.plus(_asked(expire, None)),
        prefer=welcome | dict(queue.prefer),
        widen=tuple(sorted(steps, key=lambda step: step.after)),
    )


def _asked(expire: Sequence[Expire], at: timedelta | None) -> Levels:
    """What is still asked for then; None: before the first moment."""
    asked = ANYONE
    for each in expire:
        if at is None or at < each.after:
            asked = asked.plus(each.skills.levels)
    return asked.levels
