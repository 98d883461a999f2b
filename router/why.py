"""Why this agent was rung, as a sentence (routing.md Explain)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from router.core.routing.explain import Exclusion, Why
from router.core.vocabulary import AgentId, QueueName

NAMED_AT_MOST = 4

_EXCLUDED = {
    Exclusion.NOT_QUALIFIED: "not qualified",
    Exclusion.BUSY: "busy",
    Exclusion.PAUSED: "paused",
    Exclusion.WRAP_UP: "in wrap-up",
    Exclusion.UNREACHABLE: "not reachable",
    Exclusion.SKIPPED: "asked before",
    Exclusion.COOLING_DOWN: "missed one just now",
    Exclusion.RESERVED: "kept free for graver calls",
}


def because(why: Why, queue: QueueName) -> str:
    """The reason first, then the widening, then who was left out and why."""
    parts = [_decision(why, queue)]
    if why.widening:
        parts.append(f"widened {why.widening} time{'s' if why.widening > 1 else ''}")
    parts += _left_out(why.excluded)
    return "; ".join(parts)


def _decision(why: Why, queue: QueueName) -> str:
    if why.runner_up is None:
        return f"the only free agent for {queue}"
    of = f"of {why.candidates} free"
    match why.decided_by:
        case "preferred":
            return f"best in what the call prefers ({why.preferred}), before {why.runner_up}, {of}"
        case "least_scarce":
            return f"keeps rarer skills free than {why.runner_up} would, {of}"
        case "longest_idle":
            return f"idle longest ({_rounded(why.idle)}), before {why.runner_up}, {of}"
        case "id":
            return f"level with {why.runner_up}, first by id, {of}"
        case other:
            return f"before {why.runner_up} by {other}, {of}"


def _left_out(excluded: Sequence[tuple[AgentId, Exclusion]]) -> list[str]:
    parts = []
    for reason, words in _EXCLUDED.items():
        names: list[str] = [agent for agent, why in excluded if why == reason]
        if len(names) > NAMED_AT_MOST:
            names = [*names[:NAMED_AT_MOST], f"{len(names) - NAMED_AT_MOST} more"]
        if names:
            parts.append(f"{words}: {', '.join(names)}")
    return parts


def _rounded(duration: timedelta) -> str:
    seconds = round(duration.total_seconds())
    return f"{seconds} s" if seconds < 120 else f"{seconds // 60} min"
