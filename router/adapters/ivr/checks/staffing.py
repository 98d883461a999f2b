"""Whether the people of a roster suffice: for reserves, for low classes, and for how long."""

from __future__ import annotations

from datetime import datetime, timedelta

from router.adapters.ivr.checks.findings import Findings
from router.adapters.ivr.checks.people import DAYS
from router.adapters.ivr.checks.rota import Rostered, Rota
from router.adapters.ivr.checks.sight import Sight
from router.adapters.ivr.problems import shown
from router.adapters.ivr.tree import place_of
from router.core.routing.queue import Queue

SOON = timedelta(days=30)


def look_at_reserves(sight: Sight, rota: Rota, findings: Findings) -> None:
    """More people to be kept free than there are: they are then kept from all other callers."""
    assert sight.files.queues is not None
    for number, reserve in enumerate(sight.files.queues.reserves):
        able = [a for a in rota.agents if reserve.skills.fits(a.profile.skills)]
        least = min((reserve.free, *reserve.free_by_hours.values()))
        most = max((reserve.free, *reserve.free_by_hours.values()))
        place = place_of(sight.files.queues.root, "reserves", number, "keep")
        when = None
        if most > len(able):
            when = f"{most} people who have {reserve.skills}, and {rota.file} has {len(able)}"
        elif (hole := rota.first_hour_with_fewer(able, least)) is not None:
            day, hour = divmod(hole, 24)
            when = (
                f"at least {least} people who have {reserve.skills}, and fewer work on {DAYS[day]}"
                f" at {hour:02}:00"
            )
        if when is not None:
            findings.add(
                "IVR022",
                place,
                f"reserve {reserve.skills}",
                f"the reserve keeps {when}: whoever has the skills is kept from all lower classes,"
                " unless nobody else could answer those",
                "Keep fewer, or roster more people with these skills.",
            )


def look_at_starving(sight: Sight, rota: Rota, findings: Findings) -> None:
    """Queues with nobody of their own: higher classes always come first, and may never end."""
    for queue in sight.queues.values():
        above = [q for q in sight.queues.values() if q.order_class > queue.order_class]
        able = [a for a in rota.agents if _may(a, queue)]
        takers = {q.name for a in able for q in above if q.require.fits(a.profile.skills)}
        lent = [a for a in able if any(q.require.fits(a.profile.skills) for q in above)]
        if able and len(lent) == len(able):
            findings.add(
                "IVR024",
                sight.queue_place(queue.name),
                f"queue {queue.name}",
                f"everybody in {rota.file} who could answer the queue {shown(queue.name)} is asked"
                f" for first by {' and '.join(sorted(takers))}, of a higher class: while those have"
                " callers, nobody comes",
                "Roster somebody with none of those skills, or accept it.",
            )


def _may(agent: Rostered, queue: Queue) -> bool:
    return any(each.fits(agent.profile.skills) for each in queue.demand().circles[-1])


def look_at_ends(rota: Rota, findings: Findings, now: datetime) -> None:
    """Skills that have ended, or will soon: from then on the agent is not rung for them."""
    for agent, skill, ends, place in rota.ends:
        if ends > now + SOON:
            continue
        ended = ends <= now
        left = f"in {(ends - now) // timedelta(days=1)} days" if not ended else "already"
        verb = "has ended" if ended else "ends"
        findings.add(
            "IVR025",
            place,
            f"skill {skill} of {agent}",
            f"the skill {shown(skill)} of {agent} {verb} {left}: from then on {agent} is not rung"
            " for it",
            "Renew it (and its `until`), or see that somebody else has it.",
        )
