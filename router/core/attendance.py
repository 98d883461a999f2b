"""Who of the agents can be rung, and why not the others: as the exchange is told it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from router.core.routing.board import Board
from router.core.routing.demand import instant
from router.core.routing.explain import Exclusion
from router.core.staff import Agent
from router.core.turn import Turn
from router.core.vocabulary import ON_CALL, AgentId, AgentState, NodeId

MAY_BE_RUNG = frozenset((AgentState.READY, AgentState.LOGGED_OUT))
_WHY_NOT: Mapping[AgentState, Exclusion] = {
    AgentState.OFFERED: Exclusion.BUSY,
    AgentState.TALKING: Exclusion.BUSY,
    AgentState.WRAP_UP: Exclusion.WRAP_UP,
    AgentState.PAUSED: Exclusion.PAUSED,
}
_WHY_NOT_MEANWHILE = {**_WHY_NOT, AgentState.OFFERED: Exclusion.RETURNING}
"""While the caller whom their line lost is to come back to them."""


def tell(turn: Turn, board: Board, name: AgentId) -> None:
    """Whatever has changed of the agent since they were told of last."""
    exchange = board.exchange
    agent = turn.floor.agents.get(name)
    member = exchange.staff.members.get(name)
    if agent is None or not works(board, agent):
        if member is not None:
            exchange.log_out(name)
            board.profiles.pop(name, None)
            board.rung_at.pop(name, None)
        return
    excluded = exclusion(turn, board, agent)
    if len(turn.floor.nodes) > 1:
        _tell_from_where(turn, board, agent)
    skills = agent.skills
    if not agent.logged_in:
        skills = {**skills, ON_CALL: 1}
    if member is None:
        since = instant(agent.idle_since)
        exchange.log_in(name, skills, idle_since=since, excluded=excluded, resting=agent.resting)
    else:
        told = (skills, agent.resting)
        if board.profiles.get(name) != told:
            exchange.change_skills(name, skills, resting=agent.resting)
            member = exchange.staff.members[name]
        if excluded is None:
            since = instant(agent.idle_since)
            if member.excluded is not None or member.idle_since != since:
                exchange.free(name, since)
        elif member.excluded is not excluded:
            exchange.busy(name, excluded)
    board.profiles[name] = (skills, agent.resting)
    if excluded is None:
        board.is_free(name, since)


def _tell_from_where(turn: Turn, board: Board, agent: Agent) -> None:
    """Callers of a node that does not reach the agent are told that they must not get them."""
    for node in turn.floor.nodes:
        before = board.unreached.get(node, frozenset())
        off = {agent.id} if agent.telephone(turn.at, node) is None else frozenset()
        after = before - {agent.id} | off
        if after != before:
            board.unreached[node] = after
            board.calls.update(call.id for call in turn.floor.waiting() if call.node == node)


def works(board: Board, agent: Agent) -> bool:
    """Whether they can be given a call at all: logged in, or on call while a caller needs it."""
    return agent.logged_in or (agent.profile.on_call and bool(board.on_call))


def is_idle(agent: Agent, at: datetime, *nodes: NodeId) -> bool:
    """Whether nothing keeps them from being rung, from one of these nodes."""
    if agent.state not in MAY_BE_RUNG:
        return False
    cools = agent.cools_until is not None and agent.cools_until > at
    return not cools and agent.telephone(at, *nodes) is not None


def exclusion(turn: Turn, board: Board, agent: Agent) -> Exclusion | None:
    """Why they are not to be rung now; what ends by itself is looked at again then."""
    state = agent.state
    if state not in MAY_BE_RUNG:
        return _WHY_NOT[state] if agent.kept_for is None else _WHY_NOT_MEANWHILE[state]
    if agent.cools_until is not None and agent.cools_until > turn.at:
        board.look_again(agent.id, instant(agent.cools_until))
        return Exclusion.COOLING_DOWN
    for telephone in agent.telephones:
        if telephone.down:
            _look_when_rested(turn, board, agent)
            break
    if agent.telephone(turn.at, *turn.floor.nodes) is not None:
        return None
    return Exclusion.UNREACHABLE


def _look_when_rested(turn: Turn, board: Board, agent: Agent) -> None:
    rests = [until for each in agent.telephones for until in each.rests_until(turn.at)]
    if rests:
        board.look_again(agent.id, instant(min(rests)))
