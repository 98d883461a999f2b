"""What an admin writes about a queue: whom it asks for, how it widens, how long it rings."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import timedelta

from router.core.routing.demand import Demand, whole
from router.core.routing.overflow import Alerts, Overflow
from router.core.routing.skills import ANYONE, SkillSet
from router.core.vocabulary import ON_CALL, DeviceKind, PromptId, QueueName, SkillName

RING_FOR: Mapping[DeviceKind, timedelta] = {
    DeviceKind.DESK: timedelta(seconds=15),
    DeviceKind.PHONE: timedelta(seconds=20),
}
"""routing.md F3; crisis rings 8 s and 12 s by its own configuration."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WidenStep:
    """From `after` on the call's own clock, agents who fit `also` are eligible too (W1, W2)."""

    after: timedelta
    also: SkillSet
    alarm: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """Service level: `share` of the calls answered `within`."""

    share: float
    within: timedelta


@dataclass(frozen=True, slots=True, kw_only=True)
class Fanout:
    """`agents` at once from the `from_offer`-th offer of a call on (F3, F4)."""

    agents: int = 1
    from_offer: int = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class LostAgent:
    """How long an agent whose line broke is rung for the caller they lost before others are (P3):
    `again` on the same telephone, then `second` on their next; nothing leaves a rung out."""

    again: timedelta = timedelta(seconds=10)
    second: timedelta = timedelta(seconds=15)


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """What a caller hears in this queue.

    `notice` is played on entering; `message` at `first` and then `every`, counted from the place
    in the queue; music between. While the wait is estimated to be longer than `above`, `estimate`
    is said instead, with the minutes as its `{n}`; until the day has shown how long a call takes
    an agent, it is taken to be `takes`.
    """

    notice: PromptId | None = None
    message: PromptId | None = None
    estimate: PromptId | None = None
    above: timedelta = timedelta(seconds=60)
    takes: timedelta = timedelta(minutes=8)
    first: timedelta = timedelta(seconds=25)
    every: timedelta = timedelta(seconds=30)

    @property
    def speaks(self) -> bool:
        """Whether who waits is spoken to after the notice."""
        return self.message is not None or self.estimate is not None


@dataclass(frozen=True, slots=True, kw_only=True)
class Queue:
    """A queue's policy. A higher `order_class` is served first (O1).

    `wrap_up` None: the agent ends it (P1). `gives_up_after` None: a caller waits as long as it
    takes. A telephone that does not ring `rings_within` is unreachable (F3); a person confirms
    within `confirm_within` from the start of the whisper (F2); an agent who did not take a call
    is asked again for it at the earliest `offer_again_after`, and only if nobody else is free (F6).
    Every widening step keeps asking for `never_relax` (S2). `head_start` is taken off the place;
    who waits for longer than `overdue` goes to the top of the class (O1). `heavy`: not for agents
    who rest from heavy calls (A3).
    """

    name: QueueName
    order_class: int
    require: SkillSet
    prefer: Mapping[SkillName, int] = field(default_factory=dict)
    never_relax: SkillSet = ANYONE
    head_start: timedelta = timedelta(0)
    overdue: timedelta | None = None
    heavy: bool = False
    widen: tuple[WidenStep, ...] = ()
    target: Target
    wrap_up: timedelta | None
    ring_for: Mapping[DeviceKind, timedelta] = field(default_factory=lambda: RING_FOR)
    rings_within: timedelta = timedelta(seconds=3)
    confirm_within: timedelta = timedelta(seconds=10)
    offer_again_after: timedelta = timedelta(seconds=10)
    fanout: Fanout = field(default_factory=Fanout)
    lost_agent: LostAgent = field(default_factory=LostAgent)
    waiting: Waiting = field(default_factory=Waiting)
    whisper: PromptId
    gives_up_after: timedelta | None = None
    alerts: Alerts = field(default_factory=Alerts)
    overflow: tuple[Overflow, ...] = ()

    @property
    def circles(self) -> tuple[SkillSet, ...]:
        """Whoever fits any of these may take its callers, sooner or later."""
        return (self.require, *(step.also for step in self.widen))

    @property
    def widest(self) -> tuple[SkillSet, ...]:
        """Whoever on shift may take its callers in the end: the last circle of `demand`."""
        relaxed = (step.also.plus(self.never_relax.levels) for step in self.widen)
        return (self.require, *relaxed)

    def insisting_on(self, levels: tuple[tuple[SkillName, int], ...]) -> Queue:
        """The queue for a caller who needs these skills in every circle of it (S2)."""
        if not levels:
            return self
        return replace(
            self,
            require=self.require.plus(levels),
            widen=tuple(replace(step, also=step.also.plus(levels)) for step in self.widen),
        )

    def on_call(self, overflowed: tuple[int, ...]) -> tuple[SkillSet, ...]:
        """Who of those on call is eligible, once these of its overflows have come about."""
        if not overflowed:
            return ()
        return tuple(
            s for n in overflowed if n < len(self.overflow) for s in self.overflow[n].on_call
        )

    def demand(
        self,
        *,
        prefer: tuple[tuple[SkillName, int], ...] = (),
        require: tuple[tuple[SkillName, int], ...] = (),
        on_call: tuple[SkillSet, ...] = (),
    ) -> Demand:
        """What a caller asks for, with what the call added on its way (S3), in microseconds;
        `on_call`: agents who are not logged in are eligible too if they fit any of these (V1)."""
        asked = self.insisting_on(require)
        circles: list[tuple[SkillSet, ...]] = [(asked.require,)]
        for step in asked.widen:
            circles.append((*circles[-1], step.also.plus(self.never_relax.levels)))
        insisted = SkillSet.of({ON_CALL: 1}).plus(require).plus(self.never_relax.levels)
        pool = tuple(each.plus(insisted.levels) for each in on_call)
        return Demand(
            queue=self.name,
            order_class=self.order_class,
            circles=tuple((*circle, *pool) for circle in circles),
            after=tuple(whole(step.after) for step in self.widen),
            prefer=(*sorted(self.prefer.items()), *prefer),
            head_start=whole(self.head_start),
            overdue=None if self.overdue is None else whole(self.overdue),
            heavy=self.heavy,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Reserve:
    """Keep `free` agents who fit `skills` for calls of at least `for_class` (O4).

    `free_by_hours`: other figures while the named hours are open, e.g. one at night.
    """

    skills: SkillSet
    for_class: int
    free: int
    free_by_hours: Mapping[str, int] = field(default_factory=dict)
