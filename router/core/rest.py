"""Who needs a break from heavy calls, who is on one, and whom the house cannot spare (A3)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from router.core.deadlines import RespiroOver
from router.core.routing.queue import Queue
from router.core.shift_records import RestBegan, RestEnded
from router.core.staff import Agent, Rest
from router.core.turn import Turn
from router.core.vocabulary import AgentState, QueueName

MISSED_OFFERS = "missed_offers"
"""The pause that is no break: nobody asked for it."""


def has_talked(
    turn: Turn, agent: Agent | None, name: QueueName, talked: timedelta, *, lost: bool = False
) -> None:
    """A conversation of this queue is over; `lost`: the same caller may come back to the agent."""
    rules, queue = turn.floor.policy.rules.heavy, turn.floor.policy.queues.get(name)
    if agent is None or rules is None or queue is None:
        return
    rest = agent.rest
    if not queue.heavy:
        rest.in_a_row = rest.in_a_row if lost else 0
        return
    rest.in_a_row += not lost
    rest.talked += talked
    if rest.in_a_row >= rules.max_in_a_row or rest.talked >= rules.max_talk:
        rest.tired = True
        turn.floor.tired.add(agent.id)
        weigh(turn)


def settle(turn: Turn, agent: Agent) -> None:
    """A break begins when nothing is left to do: the call is over, and the wrap-up too."""
    rest = agent.rest
    off = agent.state in (AgentState.PAUSED, AgentState.LOGGED_OUT)
    if not off or agent.paused == MISSED_OFFERS:
        return
    if rest.break_since is None:
        rest.break_since = turn.at
    if rest.respiro_for is not None:
        rest.respiro_until = turn.at + rest.respiro_for
        turn.wake(rest.respiro_for, RespiroOver(agent=agent.id, until=rest.respiro_until))
        rest.respiro_for = None


def comes_back(turn: Turn, agent: Agent) -> None:
    """After a break that was long enough nothing weighs on them any more."""
    rules, rest = turn.floor.policy.rules.heavy, agent.rest
    since = rest.break_since
    rested = rules is None or (since is not None and turn.at - since >= rules.rest)
    agent.rest = (
        Rest() if rested else Rest(in_a_row=rest.in_a_row, talked=rest.talked, tired=rest.tired)
    )


def weigh(turn: Turn) -> None:
    """Who is over a limit gets no heavy calls, unless a heavy queue would be left with nobody.

    Nobody is kept from a break by it, and the alarm says whose is due.
    """
    floor = turn.floor
    if not floor.tired:
        return
    present = [a for a in floor.agents.values() if a.logged_in and a.paused is None]
    fresh = [a for a in present if not a.rest.tired]
    heavy = [queue for queue in floor.policy.queues.values() if queue.heavy]
    bare = [queue for queue in heavy if not _served(queue, fresh)]
    for name in sorted(floor.tired):
        agent = floor.agents.get(name)
        if agent is not None and floor.policy.rules.heavy is None:
            agent.rest.tired = False
        if agent is None or not agent.rest.tired:
            floor.tired.discard(name)
        if agent is not None:
            needed_in = [queue for queue in bare if _served(queue, (agent,))] if bare else bare
            _decide(turn, agent, needed_in)


def _served(queue: Queue, agents: Sequence[Agent]) -> bool:
    if any(queue.require.fits(agent.skills) for agent in agents):
        return True  # as it mostly is: the other circles need not be put together
    widest = queue.widest
    return any(each.fits(agent.skills) for agent in agents for each in widest)


def _decide(turn: Turn, agent: Agent, needed_in: list[Queue]) -> None:
    rest = agent.rest
    needed = rest.tired and bool(needed_in) and agent.logged_in and agent.paused is None
    rests = rest.tired and not needed
    if needed:
        turn.raise_alarm(
            f"rest_due:{agent.id}",
            f"{agent.id} is due for a break ({rest.in_a_row} heavy calls in a row,"
            f" {rest.talked // timedelta(minutes=1)} min of talk) and nobody else is on shift for"
            f" {needed_in[0].name}: send somebody.",
        )
    elif turn.floor.alarms:
        turn.clear_alarm(f"rest_due:{agent.id}")
    if rests == agent.resting:
        return
    agent.resting = rests
    if rests:
        turn.note(RestBegan(agent=agent.id, in_a_row=rest.in_a_row, talked=rest.talked))
    else:
        turn.note(RestEnded(agent=agent.id, why="needed" if needed else "break"))
    turn.affects(agent)
