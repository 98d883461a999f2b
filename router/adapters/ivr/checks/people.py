"""Queues without people, people without queues, and hours at which nothing opens."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from router.adapters.ivr.checks.findings import Findings
from router.adapters.ivr.checks.rota import Rota
from router.adapters.ivr.checks.sight import Sight
from router.adapters.ivr.problems import shown
from router.core.ivr.steps.callback import CallbackStep
from router.core.ivr.steps.prefer import PreferStep
from router.core.ivr.steps.queue import QueueStep
from router.core.ivr.steps.require import RequireStep
from router.core.routing.queue import Queue
from router.core.routing.skills import SkillSet
from router.core.vocabulary import SYNTHETIC, QueueName, SkillName

DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")


def look_at_hours(sight: Sight, findings: Findings) -> None:
    """Hours that are open neither in the week nor on any day to come."""
    for name, hours in sight.hours.items():
        if not any(hours.week) and not any(hours.days.values()):
            findings.add(
                "IVR014",
                sight.hours_places[name],
                f"hours {name}",
                f"the hours {shown(name)} never open",
                "Write when they are open, or take them away.",
            )


def look_at_queues(sight: Sight, findings: Findings) -> None:
    """Queues that no flow asks for."""
    asked: set[QueueName] = {sight.crisis}
    for flow in sight.roads.flows.values():
        for step in flow.steps.values():
            if isinstance(step, QueueStep | CallbackStep):
                asked.add(step.queue)
    for name in sight.queues:
        if name not in asked:
            findings.add(
                "IVR017",
                sight.queue_place(name),
                f"queue {name}",
                f"no flow asks for the queue {shown(name)}",
                "Lead callers to it by a step `queue`, or take it away.",
            )


def look_at_roster(sight: Sight, rota: Rota, findings: Findings) -> None:
    """Who could answer, at all and at each hour of the week; and skills that nobody asks for."""
    for queue in sight.queues.values():
        able = [
            agent
            for agent in rota.agents
            if any(each.fits(agent.profile.skills) for each in _circles(queue))
        ]
        place, of = sight.queue_place(queue.name), f"queue {queue.name}"
        if not able:
            findings.add(
                "IVR012",
                place,
                of,
                f"nobody in {rota.file} has the skills that the queue {shown(queue.name)} asks for"
                f" ({queue.require}), however far it widens",
                "Give somebody the skills, or let the queue widen to somebody.",
            )
        elif (hole := rota.first_hole(able)) is not None:
            day, hour = divmod(hole, 24)
            findings.add(
                "IVR013",
                place,
                of,
                f"nobody who could answer the queue {shown(queue.name)} works on {DAYS[day]} at"
                f" {hour:02}:00",
                "Roster somebody then, or let the queue widen to somebody who works then.",
            )
    asked = {*_skills_asked(sight), SYNTHETIC}  # the hotline's own test calls ask for it
    for skill, place in rota.skills.items():
        if skill not in asked:
            findings.add(
                "IVR018",
                place,
                f"skill {skill}",
                f"no queue, reserve or step asks for the skill {shown(skill)}",
                "Ask for it somewhere, or correct its name.",
            )


def _circles(queue: Queue) -> Iterator[SkillSet]:
    yield queue.require
    yield from (step.also for step in queue.widen)


def _skills_asked(sight: Sight) -> Iterable[SkillName]:
    for queue in sight.queues.values():
        yield from queue.prefer
        for circle in _circles(queue):
            yield from (skill for skill, _ in circle.levels)
    assert sight.files.queues is not None
    for reserve in sight.files.queues.reserves:
        yield from (skill for skill, _ in reserve.skills.levels)
    for flow in sight.roads.flows.values():
        for step in flow.steps.values():
            if isinstance(step, PreferStep | RequireStep):
                yield from step.skills
