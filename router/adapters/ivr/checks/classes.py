"""Widening steps that bring nobody, classes in which only the place decides, and idle limits."""

from __future__ import annotations

from itertools import combinations

from router.adapters.ivr.checks.findings import Findings
from router.adapters.ivr.checks.sight import Sight
from router.adapters.ivr.problems import shown
from router.adapters.ivr.tree import Entries, Items, Scalar, place_of
from router.adapters.ivr.words import read_circle, read_skills
from router.core.routing.queue import Queue
from router.core.routing.skills import SkillSet


def look_at_widening(sight: Sight, findings: Findings) -> None:
    """Steps for people who may answer already: asking for more narrows nothing, and adds nobody."""
    for queue in sight.queues.values():
        written = sight.queue_node(queue.name)
        accepted = [read_skills(_text(written, "skills"))]
        widen = written.items.get("widen")
        for number, step in enumerate(widen.items if isinstance(widen, Items) else ()):
            assert isinstance(step, Entries)
            also = [
                each.plus(queue.never_relax.levels) for each in read_circle(_text(step, "also"))
            ]
            known = [next((a for a in accepted if a.covers(each)), None) for each in also]
            accepted += also
            if None in known:
                continue
            after, who = _text(step, "after"), " or ".join(map(str, also))
            findings.add(
                "IVR021",
                place_of(written, "widen", number, "also"),
                f"queue {queue.name} at {after}",
                f"the queue {shown(queue.name)} widens to {who} at {after}, and whoever has that"
                f" may answer before, as {known[0]}: the step adds nobody, and callers wait for it"
                " in vain",
                "Ask for somebody else there, or take the step away.",
            )


def _text(entries: Entries, key: str) -> str:
    node = entries.items[key]
    assert isinstance(node, Scalar)
    return node.text


def look_at_classes(sight: Sight, findings: Findings) -> None:
    """Queues of one class that share people: their callers stand in one line."""
    for one, other in combinations(sight.queues.values(), 2):
        if one.order_class != other.order_class:
            continue
        shared = _shared(one, other)
        if shared is None:
            continue
        names = " and ".join(sorted((one.name, other.name)))
        findings.add(
            "IVR023",
            place_of(sight.queue_node(other.name), "class"),
            f"queues {names}",
            f"the queues {names} are of one class ({one.order_class}), and {shared} may answer"
            " both: whoever came first is served first, whichever of the two is graver",
            "Give the graver one a higher class, or accept it.",
        )


def _shared(one: Queue, other: Queue) -> SkillSet | None:
    """People whom both ask for, at first or later."""
    for mine in one.demand().circles[-1]:
        for theirs in other.demand().circles[-1]:
            if mine.covers(theirs):
                return theirs
            if theirs.covers(mine):
                return mine
    return None


def look_at_heavy(sight: Sight, findings: Findings) -> None:
    """Limits that no call counts for, and heavy calls that nothing limits."""
    assert sight.files.queues is not None
    limits = sight.files.queues.rules.heavy
    heavy = [queue for queue in sight.queues.values() if queue.heavy]
    root = sight.files.queues.root
    if limits is not None and not heavy:
        findings.add(
            "IVR026",
            place_of(root, "heavy", key=True),
            "heavy",
            "there are limits for heavy calls, and no queue is `heavy: true`: nobody ever rests",
            "Say which queues are heavy, or take the limits away.",
        )
    if limits is None and heavy:
        findings.add(
            "IVR026",
            place_of(sight.queue_node(heavy[0].name), "heavy"),
            "heavy",
            f"the queue {shown(heavy[0].name)} is heavy, and nothing limits it: nobody ever rests",
            "Write `heavy: {max_in_a_row: 3, max_talk: 90min, break: 10min}`.",
        )
