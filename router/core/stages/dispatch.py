"""Who gets whom, at the end of every turn that changed it: the floor as the matcher sees it."""

from __future__ import annotations

from datetime import datetime

from router.core.floor import Call, Floor, Place
from router.core.records import Widened
from router.core.routing.agent import AgentProfile
from router.core.routing.explain import Exclusion
from router.core.routing.matching import Candidate, Held, Seeker, anyone_staffed, match
from router.core.routing.queue import Queue
from router.core.staff import Agent
from router.core.turn import OfferDue, Turn
from router.core.vocabulary import AgentState


def look(turn: Turn) -> None:
    """Widen what is due, match, and ask for the offers."""
    floor = turn.floor
    waiting = floor.waiting()
    if not waiting:
        _nobody_alarms(turn, waiting)
        return
    for call in waiting:
        _widen(turn, call)
    _nobody_alarms(turn, waiting)
    staff = [candidate(agent, turn.at) for agent in floor.staffed()]
    seekers = [s for call in waiting if (s := seeker(floor, call)) is not None]
    outcome = match(seekers, staff, reserves_in_force(floor, turn.at), turn.at)
    for chosen in outcome.matches:
        turn.move(OfferDue(match=chosen))
    _look_again_when_more_may_be_asked(turn, waiting)


def seeker(floor: Floor, call: Call) -> Seeker | None:
    """The call as the matcher sees it; None if enough agents are ringing for it."""
    place = call.place
    if place is None:
        return None
    queue = floor.policy.queues[place.queue].insisting_on(place.require)
    ended = place.offers_made - len(call.offers)
    at_once = queue.fanout.agents if ended + 1 >= queue.fanout.from_offer else 1
    wants = at_once - len(call.offers)
    if wants <= 0:
        return None
    return Seeker(
        call=call.id,
        queue=queue,
        since=place.since,
        arrived_at=call.arrived_at,
        at_head=place.at_head,
        widening=place.widening,
        prefer=place.prefer,
        passed_over=place.passed_over,
        wants=wants,
        extra=bool(call.offers),
    )


def candidate(agent: Agent, at: datetime) -> Candidate:
    """The agent as the matcher sees them."""
    return Candidate(
        profile=agent.profile, idle_since=agent.idle_since, excluded=_exclusion(agent, at)
    )


def _exclusion(agent: Agent, at: datetime) -> Exclusion | None:
    match agent.state:
        case AgentState.READY:
            if agent.cools_until is not None and agent.cools_until > at:
                return Exclusion.COOLING_DOWN
            return None if agent.telephone(at) is not None else Exclusion.UNREACHABLE
        case AgentState.WRAP_UP:
            return Exclusion.WRAP_UP
        case AgentState.PAUSED:
            return Exclusion.PAUSED
        case _:
            return Exclusion.BUSY


def reserves_in_force(floor: Floor, at: datetime) -> list[Held]:
    """O4, with the figure of the hours that are open now."""
    held = []
    for reserve in floor.policy.reserves:
        free = reserve.free
        for name, figure in reserve.free_by_hours.items():
            if floor.policy.book.hours[name].is_open(at):
                free = figure
        held.append(Held(skills=reserve.skills, for_class=reserve.for_class, free=free))
    return held


def _widen(turn: Turn, call: Call) -> None:
    """W1, W2: by the call's own clock, and at once past a circle in which nobody works now."""
    place = call.place
    assert place is not None
    queue = turn.floor.policy.queues[place.queue]
    staff = [a.profile for a in turn.floor.staffed()]
    place.widening = min(place.widening, len(queue.widen))
    while place.widening < len(queue.widen):
        step = queue.widen[place.widening]
        due = call.arrived_at + step.after <= turn.at
        skipped = not due and not _staffed(queue, place, staff)
        if not (due or skipped):
            break
        place.widening += 1
        turn.note(
            Widened(queue=queue.name, step=place.widening, also=str(step.also), skipped=skipped),
            call.id,
        )
    for step in queue.widen:
        if step.alarm and call.arrived_at + step.after <= turn.at:
            turn.raise_alarm(
                f"waiting:{queue.name}",
                f"A caller in {queue.name} has waited {step.after.seconds} s.",
            )


def _staffed(queue: Queue, place: Place, staff: list[AgentProfile]) -> bool:
    queue = queue.insisting_on(place.require)
    sets = (queue.require, *(s.also for s in queue.widen[: place.widening]))
    return anyone_staffed(sets, staff)


def _nobody_alarms(turn: Turn, waiting: list[Call]) -> None:
    """A queue with callers and nobody logged in who could ever take them is an alarm."""
    staff = [a.profile for a in turn.floor.staffed()]
    empty = set()
    for call in waiting:
        assert call.place is not None
        queue = turn.floor.policy.queues[call.place.queue]
        if call.place.widening == len(queue.widen) and not _staffed(queue, call.place, staff):
            empty.add(queue.name)
    for queue in turn.floor.policy.queues.values():
        name = f"nobody_staffed:{queue.name}"
        if queue.name in empty:
            turn.raise_alarm(name, f"Callers wait in {queue.name} and nobody is logged in for it.")
        else:
            turn.clear_alarm(name)
        if not any(c.place is not None and c.place.queue == queue.name for c in waiting):
            turn.clear_alarm(f"waiting:{queue.name}")


def _look_again_when_more_may_be_asked(turn: Turn, waiting: list[Call]) -> None:
    """At the first instant at which a circle widens, or a cool-down, a telephone's rest or the
    sparing of who did not take a call runs out (W1, F5, F6)."""
    changes: list[datetime | None] = []
    for call in waiting:
        assert call.place is not None
        queue = turn.floor.policy.queues[call.place.queue]
        changes.extend(call.arrived_at + step.after for step in queue.widen)
        changes.extend(call.place.passed_over.values())
    for agent in turn.floor.staffed():
        changes.append(agent.cools_until)
        changes.extend(t.down_until for t in agent.telephones)
    later = [at for at in changes if at is not None and at > turn.at]
    if later:
        turn.look_again(min(later))
