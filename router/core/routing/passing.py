"""What time brings to callers who wait: circles that widen, bounds that pass, second attempts."""

from __future__ import annotations

from heapq import heappop

from router.core.routing.demand import Instant
from router.core.routing.lines import IN_TURN, OVERDUE, Caller, Clock, Kind
from router.core.routing.waiting import Reminder, Waiting, Widening


def pass_time(waiting: Waiting, at: Instant) -> None:
    """Whatever is due by now, and steps in which nobody works any more (W1, W2, O1, F6)."""
    due = waiting.due
    while due and due[0][0] <= at:
        moment, _, what = heappop(due)
        if isinstance(what, Clock):
            if what.armed == moment:
                _ring(waiting, what, at)
        elif isinstance(what, Reminder):
            if not what.caller.gone:
                waiting.reminded.append(what.caller.id)
        elif not what.gone:
            _look_at(waiting, what)
    if waiting.staff.emptied:
        emptied, waiting.staff.emptied = waiting.staff.emptied, 0
        _leave_empty_circles(waiting, emptied, at)
    if waiting.unsettled:
        unsettled, waiting.unsettled = waiting.unsettled, []
        for caller in unsettled:
            if not caller.gone:
                _settle(waiting, caller, at)


def next_due(waiting: Waiting) -> Instant | None:
    """When something is due of somebody who still waits."""
    due = waiting.due
    while due:
        moment, _, what = due[0]
        if isinstance(what, Clock):
            if what.armed == moment and what.counts(what.heap[0][2]):
                return moment
            heappop(due)
            if what.armed == moment:
                _arm_for_next(waiting, what)
        elif (what.caller if isinstance(what, Reminder) else what).gone:
            heappop(due)
        else:
            return moment
    return None


def _arm_for_next(waiting: Waiting, clock: Clock) -> None:
    """The first who still waits for it."""
    clock.armed = None
    heap = clock.heap
    while heap and not clock.counts(heap[0][2]):
        heappop(heap)
    if heap:
        waiting.arm(clock, heap[0][0])


def _ring(waiting: Waiting, clock: Clock, at: Instant) -> None:
    clock.armed = None
    heap = clock.heap
    while heap and heap[0][0] <= at:
        caller = heappop(heap)[2]
        if clock.counts(caller):
            if clock.step >= 0:
                _settle(waiting, caller, at)
            else:
                wishes = waiting.lift(caller)
                caller.tier = OVERDUE
                waiting.put(caller, wishes)
    _arm_for_next(waiting, clock)


def _settle(waiting: Waiting, caller: Caller, at: Instant) -> None:
    """By the call's own clock, and at once past a circle in which nobody works now."""
    line, step = caller.line, caller.step
    after = line.demand.after
    while step < len(after):
        due = caller.arrived + after[step] <= at
        if not due and line.kinds[step][0].circle.profiles & waiting.staff.staffed:
            break
        step += 1
        waiting.widened.append(Widening(caller.id, step, not due))
    if step != caller.step:
        wishes = waiting.lift(caller)
        line.population[caller.step] -= 1
        caller.step = step
        line.population[step] += 1
        waiting.put(caller, wishes)
        if step < len(after):
            waiting.set_clock(line.clocks[step], caller, caller.arrived + after[step])


def _leave_empty_circles(waiting: Waiting, emptied: int, at: Instant) -> None:
    """Those in which these profiles were the last that worked."""
    if waiting.unnumbered:
        waiting.number()
    todo, staff = 0, waiting.staff
    while emptied:
        bit = emptied & -emptied
        emptied ^= bit
        todo |= staff.profiles[bit.bit_length() - 1].kinds
    left: list[Kind] = []
    while todo:
        bit = todo & -todo
        todo ^= bit
        kind = waiting.kinds[bit.bit_length() - 1]
        # One tier stands for all of its step.
        if not kind.circle.profiles & staff.staffed and kind.tier == IN_TURN:
            left.append(kind)
    for kind in sorted(left, key=lambda kind: (kind.line.number, kind.step)):
        if kind.step < len(kind.line.clocks) and kind.line.population[kind.step]:
            clock = kind.line.clocks[kind.step]
            for _, _, caller in sorted(clock.heap):
                if clock.counts(caller):
                    _settle(waiting, caller, at)


def _look_at(waiting: Waiting, caller: Caller) -> None:
    if caller.first is not None:
        waiting.fresh |= caller.kind(False).bit
    if caller.extras:
        waiting.fresh |= caller.kind(True).bit
