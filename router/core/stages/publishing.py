"""Another policy takes force: flows for callers to come, queues for those who wait too (W3)."""

from __future__ import annotations

from router.core.events import PolicyPublished
from router.core.house_records import PolicyChanged
from router.core.rest import weigh
from router.core.turn import Turn

OF_A_QUEUE = ("waiting", "overflow", "nobody_staffed", "unstaffed")
"""The alarms whose name ends with a queue's: nobody could ever clear them once it is gone."""


def policy_is_published(turn: Turn, event: PolicyPublished) -> None:
    """Callers in a menu keep the version they began; who waits in a queue that is gone is moved."""
    floor = turn.floor
    floor.policy = event.policy
    for call in floor.waiting():
        if call.place is not None and call.place.queue not in event.policy.queues:
            call.place.queue = event.policy.first_resort
            call.place.widening = 0
    for offer in floor.offers.values():
        if offer.queue not in event.policy.queues:
            offer.queue = event.policy.first_resort
    for alarm in tuple(floor.alarms):
        kind, _, queue = alarm.partition(":")
        if kind in OF_A_QUEUE and queue not in event.policy.queues:
            turn.clear_alarm(alarm)
    turn.note(PolicyChanged(version=event.policy.version, files=event.files, by=event.by))
    weigh(turn)
    turn.match_due = True
