"""An agent dials a short code from their desk phone: it is done, said, and the phone let go."""

from __future__ import annotations

from router.core.call import CodeLeg
from router.core.commands import Hangup
from router.core.deadlines import LegOverdue
from router.core.duty import may_extend
from router.core.events import (
    AgentLoggedIn,
    AgentLoggedOut,
    AgentPaused,
    AgentResumed,
    CodeDialled,
    PlaybackEnded,
    WrapUpFinished,
)
from router.core.shift_events import ExtensionAsked, RespiroTaken
from router.core.speech import LEG_GONE_WITHIN, tell_agent
from router.core.staff import Agent
from router.core.turn import PromptWanted, Turn
from router.core.vocabulary import Language, PlaybackId, PromptId

Meant = (
    AgentLoggedIn
    | AgentLoggedOut
    | AgentPaused
    | AgentResumed
    | WrapUpFinished
    | RespiroTaken
    | ExtensionAsked
)

CODES = {
    "*11": "login",
    "*12": "logout",
    "*13": "pause",
    "*14": "resume",
    "*15": "ready",
    "*16": "respiro",
    "*17": "extend",
}
RECORDS = "*50"
"""With the number of a prompt behind it. dialplans/extensions.conf lets no others through."""


def is_dialled(turn: Turn, event: CodeDialled) -> Meant | None:
    """A short code from a desk phone: do it, say so, and let the phone go.

    Returns the doing, for the engine to handle as if it had come by the console.
    """
    floor = turn.floor
    agent = floor.agents.get(event.agent)
    meaning, prompt = CODES.get(event.code), _prompt(turn, agent, event.code)
    doing = _meant(turn, agent, meaning) if agent is not None and meaning is not None else None
    said = meaning if doing is not None and meaning is not None else "refused"
    # Whoever is about to say a prompt anew hears which it is.
    language, heard = prompt or (floor.policy.agent_language, floor.policy.agent_prompts[said])
    floor.codes_dialled += 1
    playback = PlaybackId(f"{event.node}-e{floor.epoch}-k{floor.codes_dialled}")
    leg = CodeLeg(
        id=event.leg, node=event.node, agent=event.agent, playback=playback, prompt=prompt
    )
    floor.code_legs[event.leg] = leg
    tell_agent(turn, leg, heard, language)
    return doing


def _prompt(turn: Turn, agent: Agent | None, code: str) -> tuple[Language, PromptId] | None:
    """By its number in `hotline prompts list`; whoever may record it."""
    number, prompts = code.removeprefix(RECORDS), turn.floor.policy.prompts
    if agent is None or not agent.profile.records_prompts or number == code:
        return None
    known = number.isascii() and number.isdigit() and 1 <= int(number) <= len(prompts)
    return prompts[int(number) - 1] if known else None


def _meant(turn: Turn, agent: Agent, meaning: str) -> Meant | None:
    match meaning:
        case "login":
            return AgentLoggedIn(at=turn.at, agent=agent.id)
        case "logout":
            return AgentLoggedOut(at=turn.at, agent=agent.id)
        case "pause" if agent.logged_in:
            return AgentPaused(at=turn.at, agent=agent.id, reason="own")
        case "resume" if agent.logged_in:
            return AgentResumed(at=turn.at, agent=agent.id)
        case "ready" if agent.wrap_up is not None:
            return WrapUpFinished(at=turn.at, agent=agent.id)
        case "respiro" if agent.logged_in:
            return RespiroTaken(at=turn.at, agent=agent.id)
        case "extend" if meaning in turn.floor.policy.agent_prompts and may_extend(turn, agent):
            return ExtensionAsked(at=turn.at, agent=agent.id)
        case _:
            return None


def answer_ends(turn: Turn, leg: CodeLeg, event: PlaybackEnded) -> None:
    """Said: the agent's phone is let go, but to whoever now says a prompt."""
    if leg.prompt is not None:
        turn.move(PromptWanted(leg=leg))
        return
    turn.order(Hangup(node=leg.node, call=None, leg=leg.id))
    turn.wake(LEG_GONE_WITHIN, LegOverdue(leg.id))
