"""Who works here: agents who are new, who change, who leave, and skills that begin and end."""

from __future__ import annotations

from router.core.commands import RetireDevice, WithdrawFromFallback
from router.core.deadlines import SkillDue
from router.core.duty import (
    desk,
    enrol_everywhere,
    leaves_unseen,
    log_out,
    nodes_there,
    provision_everywhere,
)
from router.core.events import RosterReplaced
from router.core.house_records import RosterChanged
from router.core.rest import weigh
from router.core.routing.agent import AgentProfile
from router.core.shift_records import SkillsChanged
from router.core.staff import Agent, Telephone
from router.core.turn import Turn


def roster_is_replaced(turn: Turn, event: RosterReplaced) -> None:
    """Who is new is logged out; who left finishes their call; calls are left alone."""
    floor = turn.floor
    listed = {p.id: p for p in event.agents}
    removed = [a for a in floor.agents.values() if a.id not in listed]
    added = [p for p in event.agents if p.id not in floor.agents]
    for agent in removed:
        _dismiss(turn, agent)
    for profile in event.agents:
        present = floor.agents.get(profile.id)
        if present is None:
            floor.agents[profile.id] = _hire(turn, profile)
        else:
            _update(turn, present, profile)
    turn.note(
        RosterChanged(
            agents=len(listed),
            added=tuple(p.id for p in added),
            removed=tuple(a.id for a in removed),
        )
    )
    weigh(turn)
    turn.match_due = True


def _hire(turn: Turn, profile: AgentProfile) -> Agent:
    agent = Agent(
        profile=profile,
        skills=profile.skills_at(turn.at),
        telephones=_telephones(profile, []),
        since=turn.at,
        idle_since=turn.at,
    )
    _wait_for_skills(turn, agent)
    provision_everywhere(turn, agent)
    return agent


def _wait_for_skills(turn: Turn, agent: Agent) -> None:
    change = agent.profile.next_change(turn.at)
    if change is not None:
        turn.wake(change - turn.at, SkillDue(agent=agent.id))


def skill_is_due(turn: Turn, due: SkillDue) -> None:
    """From this instant the agent has other skills; whoever waits is looked at anew (S1)."""
    agent = turn.floor.agents.get(due.agent)
    if agent is None:
        return
    before, agent.skills = agent.skills, agent.profile.skills_at(turn.at)
    _wait_for_skills(turn, agent)
    begun = tuple(sorted(agent.skills.keys() - before.keys()))
    ended = tuple(sorted(before.keys() - agent.skills.keys()))
    if begun or ended:
        turn.note(SkillsChanged(agent=agent.id, begun=begun, ended=ended))
        weigh(turn)
        turn.affects(agent)


def _update(turn: Turn, agent: Agent, profile: AgentProfile) -> None:
    before = agent.profile
    agent.profile, agent.skills = profile, profile.skills_at(turn.at)
    _wait_for_skills(turn, agent)
    agent.telephones = _telephones(profile, agent.telephones)
    back, agent.leaving = agent.leaving, False
    if back or before.devices != profile.devices:
        had, has = desk(before), desk(profile)
        if had and not has:
            leaves_unseen(turn.floor, agent)
            for node in nodes_there(turn.floor):
                turn.order(
                    WithdrawFromFallback(node=node, call=None, agent=agent.id),
                    RetireDevice(node=node, call=None, agent=agent.id),
                )
        provision_everywhere(turn, agent)
        if agent.logged_in:
            enrol_everywhere(turn, agent)


def _telephones(profile: AgentProfile, known: list[Telephone]) -> list[Telephone]:
    """A telephone that did not change keeps what is known of it."""
    fresh = []
    for device in profile.devices:
        same = next((t for t in known if t.device == device), None)
        fresh.append(same or Telephone(device=device))
    return fresh


def _dismiss(turn: Turn, agent: Agent) -> None:
    log_out(turn, agent, "removed")
    leaves_unseen(turn.floor, agent)
    if desk(agent.profile):
        for node in nodes_there(turn.floor):
            turn.order(RetireDevice(node=node, call=None, agent=agent.id))
    if agent.leg is None:
        del turn.floor.agents[agent.id]
    else:
        agent.leaving = True
