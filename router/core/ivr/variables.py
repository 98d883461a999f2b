"""Which variables a step can count on and of which kind they are, and which are read from it on."""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Mapping

from router.core.ivr.model import Flow, Step
from router.core.ivr.speaking.phrase import Gap, Phrases
from router.core.ivr.values import GIVEN, ValueKind
from router.core.vocabulary import PromptId, StepName

Known = Mapping[str, ValueKind]
Reads = Mapping[StepName, frozenset[str]]


def known_at(flow: Flow) -> Mapping[StepName, Known]:
    """For every step that can be reached, what is set on each way that leads to it.

    A variable that has another kind on another way cannot be counted on.
    """
    known: dict[StepName, Known] = {flow.start: {**GIVEN, **flow.parameters}}
    ahead = deque([flow.start])
    while ahead:
        name = ahead.popleft()
        step, before = flow.steps[name], known[name]
        filled = {**before, **step.sets(before)}
        for way in step.exits():
            after = filled if way.fills else before
            there = known.get(way.to)
            both = after if there is None else _shared(there, after)
            if both != there:
                known[way.to] = both
                ahead.append(way.to)
    return known


def _shared(one: Known, other: Known) -> Known:
    return {name: kind for name, kind in one.items() if other.get(name) is kind}


def read_from(flow: Flow, phrases: Phrases) -> Reads:
    """For every step, the variables that it reads, and those that later ones read unchanged."""
    gaps = _gaps(phrases)
    own = {name: _own(step, gaps) for name, step in flow.steps.items()}
    if not any(own.values()):
        return own
    before: defaultdict[StepName, list[StepName]] = defaultdict(list)
    for name, step in flow.steps.items():
        for way in step.exits():
            before[way.to].append(name)
    reads = dict(own)
    ahead = deque(name for name, names in own.items() if names)
    while ahead:
        for name in before[ahead.popleft()]:
            more = reads[name] | read_after(flow.steps[name], reads)
            if more != reads[name]:
                reads[name] = more
                ahead.append(name)
    return reads


def read_after(step: Step, reads: Reads) -> frozenset[str]:
    """What the steps after it read and it does not set."""
    return frozenset[str]().union(
        *(
            reads.get(way.to, frozenset()) - (step.writes() if way.fills else frozenset())
            for way in step.exits()
        )
    )


def _own(step: Step, gaps: Mapping[PromptId, frozenset[str]]) -> frozenset[str]:
    spoken = (gaps.get(each.prompt, frozenset()) - {*each.also} for each in step.spoken())
    return frozenset(need.name for need in step.needs()).union(*spoken)


def _gaps(phrases: Phrases) -> Mapping[PromptId, frozenset[str]]:
    """The variables that each prompt says, in any language."""
    gaps: defaultdict[PromptId, frozenset[str]] = defaultdict(frozenset)
    for (_, prompt), phrase in phrases.items():
        gaps[prompt] |= {part.name for part in phrase if isinstance(part, Gap)}
    return gaps
