"""Why this agent was rung, and why nobody yet, in sentences (routing.md Explain)."""

from __future__ import annotations

from collections.abc import Sequence

from router.core.routing.explain import Exclusion, KeptWaiting, Stands, StillWaiting, Why
from router.core.vocabulary import AgentId, QueueName
from router.durations import rounded

NAMED_AT_MOST = 4

_EXCLUDED = {
    Exclusion.NOT_QUALIFIED: "not qualified",
    Exclusion.RESTING: "resting from heavy calls",
    Exclusion.BUSY: "busy",
    Exclusion.RETURNING: "kept for a caller their line lost",
    Exclusion.PAUSED: "paused",
    Exclusion.WRAP_UP: "in wrap-up",
    Exclusion.UNREACHABLE: "not reachable",
    Exclusion.NEVER_PAIR: "kept apart from this caller",
    Exclusion.SKIPPED: "asked before",
    Exclusion.COOLING_DOWN: "missed one just now",
    Exclusion.RESERVED: "kept free for graver calls",
}

_STANDS = {
    None: "is free and may take it: it is being offered, or others come first",
    Exclusion.NOT_QUALIFIED: "does not have the skills that are asked for now (S1, S2)",
    Exclusion.RESTING: "rests from heavy calls until a break (A3)",
    Exclusion.BUSY: "is busy with another call",
    Exclusion.RETURNING: "is rung again for the caller whom their line lost (P3)",
    Exclusion.PAUSED: "is on a break",
    Exclusion.WRAP_UP: "is in wrap-up (P1)",
    Exclusion.UNREACHABLE: "has no telephone that can be rung (F5)",
    Exclusion.NEVER_PAIR: "is kept apart from this caller (A2)",
    Exclusion.SKIPPED: "did not take this call before, and is spared (F6)",
    Exclusion.COOLING_DOWN: "missed a call just now (F5)",
    Exclusion.RESERVED: "is free and kept for graver calls (O4)",
}


def because(why: Why, queue: QueueName) -> str:
    """The reason first, then the widening, then who was left out and why."""
    parts = [_decision(why, queue)]
    if why.widening:
        parts.append(f"widened {why.widening} time{'s' if why.widening > 1 else ''}")
    parts += _left_out(why.excluded)
    return "; ".join(parts)


def because_nobody(why: KeptWaiting) -> str:
    """What is asked for, how many have it, what will widen it, and who is left out and why."""
    parts = [f"{why.eligible} of {why.staffed} on shift may take it ({why.accepts})"]
    if why.reserved:
        parts.append("somebody is free and kept for graver calls")
    if why.widens_after is not None:
        parts.append(f"widens {rounded(why.widens_after)} after the call began")
    parts += _left_out(why.excluded)
    return "; ".join(parts)


def standing(stands: Stands, waiting: StillWaiting) -> str:
    """One agent and one caller who waits: why they do not talk."""
    if stands.agent in waiting.ringing:
        return f"{stands.agent} is being rung for this call"
    words = _STANDS[stands.excluded]
    if stands.until is not None:
        words += f", for {rounded(stands.until - waiting.at)} more"
    return f"{stands.agent} {words}"


def excluded_words(why: Exclusion) -> str:
    """A reason by itself."""
    return _EXCLUDED[why]


def _decision(why: Why, queue: QueueName) -> str:
    if why.runner_up is None:
        return _only(why, queue)
    of = f"of {why.candidates} free"
    match why.decided_by:
        case "sticky":
            return f"knows the caller, before {why.runner_up}, {of}"
        case "preferred":
            return f"best in what the call prefers ({why.preferred}), before {why.runner_up}, {of}"
        case "least_scarce":
            return f"keeps rarer skills free than {why.runner_up} would, {of}"
        case "longest_idle":
            return f"idle longest ({rounded(why.idle)}), before {why.runner_up}, {of}"
        case "id":
            return f"level with {why.runner_up}, first by id, {of}"
        case other:
            return f"before {why.runner_up} by {other}, {of}"


def _only(why: Why, queue: QueueName) -> str:
    match why.decided_by:
        case "same_telephone":
            return "talked to the caller when their line broke (P3)"
        case "second_telephone":
            return "talked to the caller when their line broke: on their next telephone (P3)"
        case _:
            return f"the only free agent for {queue}"


def _left_out(excluded: Sequence[tuple[AgentId, Exclusion]]) -> list[str]:
    parts = []
    for reason, words in _EXCLUDED.items():
        names: list[str] = [agent for agent, why in excluded if why == reason]
        if len(names) > NAMED_AT_MOST:
            names = [*names[:NAMED_AT_MOST], f"{len(names) - NAMED_AT_MOST} more"]
        if names:
            parts.append(f"{words}: {', '.join(names)}")
    return parts
