"""The dialplan's fallback, seen from a living engine: whom it gives back, and who talks there."""

from __future__ import annotations

from router.core.commands import TakeBack
from router.core.events import FallbackListed
from router.core.turn import Turn
from router.core.vocabulary import CallId


def is_listed(turn: Turn, event: FallbackListed) -> None:
    """Callers who wait there are asked for, but for those whom we gave away ourselves.

    An agent whose telephone is engaged there counts as talking, and is not rung.
    """
    floor = turn.floor
    for agent in floor.agents.values():
        was_elsewhere = agent.elsewhere
        if agent.id in event.engaged and agent.leg is None:
            agent.engaged_at.add(event.node)
        else:
            agent.engaged_at.discard(event.node)
        if agent.elsewhere != was_elsewhere:
            agent.since = turn.at
            turn.affects(agent)
    if not floor.nodes.get(event.node, False):
        return
    for leg in event.waiting:
        before = floor.departed.get(leg)
        if before is None or not before.handed:
            turn.order(TakeBack(node=event.node, call=CallId(f"{event.node}-{leg}"), leg=leg))
