"""An agent whose line broke is rung again for the caller they lost, before anybody else (P3).

Rung by rung: the telephone they talked on, then their next one, then the head of the class for
whoever is free. Meanwhile agent and caller are kept for each other: neither a graver call nor
another agent comes between them, which is why a rung is short.
"""

from __future__ import annotations

from datetime import timedelta

from router.core.call import Call
from router.core.deadlines import LadderDue
from router.core.events import DeviceChanged
from router.core.records import LadderLeft
from router.core.routing.explain import Why
from router.core.routing.matching import Match
from router.core.staff import Agent, Ladder
from router.core.turn import (
    AgentFreed,
    LadderSet,
    OfferDue,
    OfferOver,
    OffersWithdrawn,
    RungOver,
    Turn,
)
from router.core.vocabulary import Device, OfferOutcome

TRIED_AGAIN_AFTER = timedelta(seconds=1)
"""A telephone that could not be reached, within its rung."""
REFUSALS = (OfferOutcome.DECLINED, OfferOutcome.MACHINE)
"""They were reached, and do not take the caller back."""


def is_set(turn: Turn, move: LadderSet) -> None:
    """From the first rung; not for who has logged out or has a break: they are not rung."""
    call, agent = move.call, turn.floor.agents.get(move.agent)
    if call.place is None or agent is None or agent.kept_for is not None or not _may_be_rung(agent):
        return
    lasts = turn.floor.policy.queues[call.place.queue].lost_agent.again
    call.ladder = Ladder(
        agent=agent.id,
        telephone=_place_of(agent, move.device),
        until=turn.at + lasts,
        again_at=turn.at,
    )
    agent.kept_for = call.id
    turn.wake(lasts, LadderDue(call=call.id))
    turn.affects(agent, call)
    _climb(turn, call, call.ladder)


def is_kept(turn: Turn, call: Call) -> None:
    """An earlier life of the engine had set it: the rung goes on to its end."""
    ladder = call.ladder
    if ladder is None:
        return
    agent = turn.floor.agents.get(ladder.agent)
    if agent is not None and agent.kept_for not in (None, call.id):
        _leave(turn, call, ladder, "away")  # lost twice before that life wrote it down
        return
    if agent is not None:
        agent.kept_for = call.id
        turn.affects(agent)
    turn.wake(max(ladder.until - turn.at, timedelta(0)), LadderDue(call=call.id))
    _climb(turn, call, ladder)


def is_due(turn: Turn, due: LadderDue) -> None:
    """Time for the next attempt, or the next rung."""
    call = turn.floor.calls.get(due.call)
    if call is None or call.ladder is None:
        return
    for offer in call.offers.values():
        if offer.again and not offer.picked_up and call.ladder.until <= turn.at:
            turn.move(OfferOver(offer=offer, outcome=OfferOutcome.NO_ANSWER))
            return
    _climb(turn, call, call.ladder)


def rung_is_over(turn: Turn, move: RungOver) -> None:
    """The next attempt waits until the agent's leg is gone: `agent_is_freed`."""
    call, ladder = move.call, move.call.ladder
    if ladder is None:
        return
    if move.outcome in REFUSALS:
        _leave(turn, call, ladder, move.outcome.value)
    elif move.outcome is OfferOutcome.NO_ANSWER:
        ladder.until = min(ladder.until, turn.at)
    else:
        ladder.again_at = turn.at + TRIED_AGAIN_AFTER


def agent_is_freed(turn: Turn, move: AgentFreed) -> None:
    """Their last leg is gone: they can be rung."""
    _climb_for(turn, move.agent)


def telephone_changes(turn: Turn, event: DeviceChanged) -> None:
    """It is there again."""
    agent = turn.floor.agents.get(event.agent)
    if agent is not None and event.reachable:
        _climb_for(turn, agent)


def is_withdrawn(turn: Turn, move: OffersWithdrawn) -> None:
    """The caller has somebody, or has gone."""
    if move.call.ladder is not None:
        _release(turn, move.call, move.call.ladder)


def _climb_for(turn: Turn, agent: Agent) -> None:
    call = turn.floor.calls.get(agent.kept_for) if agent.kept_for is not None else None
    if call is not None and call.ladder is not None:
        _climb(turn, call, call.ladder)


def _climb(turn: Turn, call: Call, ladder: Ladder) -> None:
    """Ring, or wait for what has to come first; step by step up to the end."""
    agent = turn.floor.agents.get(ladder.agent)
    apart = call.place is not None and ladder.agent in call.place.never  # A2: since they talked
    if agent is None or apart or not _may_be_rung(agent):
        _leave(turn, call, ladder, "away")
        return
    if agent.leg is not None:
        return
    if ladder.until <= turn.at:
        _next_rung(turn, call, ladder, agent)
        return
    telephone = agent.telephones[ladder.telephone]
    floor = turn.floor
    if floor.unheard:
        turn.wake(TRIED_AGAIN_AFTER, LadderDue(call=call.id))
        return
    if not telephone.is_seen_by(call.node) or not floor.nodes.get(call.node, True):
        return  # until it is there again, or the rung is over
    if turn.at < ladder.again_at:
        turn.wake(ladder.again_at - turn.at, LadderDue(call=call.id))
        return
    ladder.again_at = turn.at + TRIED_AGAIN_AFTER
    chosen = Match(call=call.id, agent=agent.id, why=_why(turn, call, agent, ladder))
    turn.move(OfferDue(match=chosen, telephone=telephone, ring_for=ladder.until - turn.at))


def _next_rung(turn: Turn, call: Call, ladder: Ladder, agent: Agent) -> None:
    assert call.place is not None
    lasts = turn.floor.policy.queues[call.place.queue].lost_agent.second
    others = [n for n in range(len(agent.telephones)) if n != ladder.telephone]
    if ladder.second or not others or not lasts:
        _leave(turn, call, ladder, "not_reached")
        return
    ladder.telephone, ladder.second = others[0], True
    ladder.until, ladder.again_at = turn.at + lasts, turn.at
    turn.wake(lasts, LadderDue(call=call.id))
    _climb(turn, call, ladder)


def _leave(turn: Turn, call: Call, ladder: Ladder, why: str) -> None:
    """Whoever is free gets the caller, who is at the head of their class."""
    turn.note(LadderLeft(agent=ladder.agent, why=why), call.id)
    _release(turn, call, ladder)


def _release(turn: Turn, call: Call, ladder: Ladder) -> None:
    call.ladder = None
    turn.affects(call)
    agent = turn.floor.agents.get(ladder.agent)
    if agent is not None and agent.kept_for == call.id:
        agent.kept_for = None
        turn.affects(agent)


def _may_be_rung(agent: Agent) -> bool:
    """Who stops working is not rung any more, not even for their own caller; nor who writes up
    another conversation, which the fallback may have given them meanwhile."""
    return (
        agent.logged_in
        and agent.paused is None
        and agent.wrap_up is None
        and not (agent.leaving or agent.elsewhere)
        and bool(agent.telephones)
    )


def _place_of(agent: Agent, device: Device | None) -> int:
    found = (n for n, t in enumerate(agent.telephones) if t.device == device)
    return next(found, 0)


def _why(turn: Turn, call: Call, agent: Agent, ladder: Ladder) -> Why:
    assert call.place is not None
    return Why(
        candidates=1,
        runner_up=None,
        decided_by="second_telephone" if ladder.second else "same_telephone",
        preferred=0,
        scarcity=0,
        idle=turn.at - agent.idle_since,
        widening=call.place.widening,
        waited=turn.at - call.arrived_at,
        excluded=(),
        policy=turn.floor.policy.version,
    )
