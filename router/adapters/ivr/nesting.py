"""Flows that go through other flows: what goes in, what comes back, and never round and round."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace

from router.adapters.ivr.flows import FlowFile
from router.adapters.ivr.lines import LinesFile
from router.adapters.ivr.problems import Problems, listed, shown
from router.adapters.ivr.tree import place_of
from router.core.ivr.model import Step
from router.core.ivr.steps.flow import FlowStep
from router.core.ivr.steps.return_ import ReturnStep
from router.core.vocabulary import FlowName, StepName

Flows = Mapping[str, FlowFile | None]


def linked(flows: Flows) -> Flows:
    """The flows, whose steps know of what kind the results of other flows are."""
    return {
        name: _linked(file, flows) if file is not None else None for name, file in flows.items()
    }


def _linked(file: FlowFile, flows: Flows) -> FlowFile:
    steps: dict[StepName, Step] = dict(file.steps)
    for name, step in file.steps.items():
        other = flows.get(step.flow) if isinstance(step, FlowStep) else None
        if isinstance(step, FlowStep) and other is not None:
            steps[name] = replace(step, kinds=other.results)
    return replace(file, steps=steps)


def look_at_nesting(flows: Flows, lines: LinesFile | None, problems: Problems) -> None:
    """Note what does not fit."""
    begun = set() if lines is None else {line.flow for line in lines.lines.values()}
    for file in flows.values():
        if file is None:
            continue
        for step in file.steps.values():
            if isinstance(step, FlowStep):
                _look_at_flow_step(file, step, flows, problems)
            elif isinstance(step, ReturnStep):
                _look_at_return(file, step, problems, begun=file.name in begun)
        if file.name in begun and file.parameters:
            problems.add(
                place_of(file.root, "parameters", key=True),
                f"the flow {shown(file.name)} begins on a line, where nobody fills its parameters",
                "a flow without parameters",
            )
    for file, step in _rounds(flows):
        problems.add(
            place_of(file.root, "steps", step.name, "flow"),
            f"the step {shown(step.name)} leads through {shown(step.flow)} back to this flow",
            "flows that end before they come to themselves",
        )


def _look_at_flow_step(file: FlowFile, step: FlowStep, flows: Flows, problems: Problems) -> None:
    who, at = f"the step {shown(step.name)}", ("steps", step.name)
    if step.flow not in flows:
        problems.add(
            place_of(file.root, *at, "flow"),
            f"{who} goes through {shown(step.flow)}, which is no flow",
            listed(flows),
            word=step.flow,
            known=flows,
        )
        return
    other = flows[step.flow]
    if other is None:
        return
    for name in step.values:
        if name not in other.parameters:
            problems.add(
                place_of(file.root, *at, "with", name, key=True),
                f"{who} gives {shown(name)}, which is no parameter of {shown(step.flow)}",
                listed(other.parameters),
                word=name,
                known=other.parameters,
            )
    for name in other.parameters:
        if name not in step.values:
            problems.add(
                place_of(file.root, *at, "flow"),
                f"{who} does not give {shown(name)} to {shown(step.flow)}",
                f"a line `{name}: ...` below `with`",
            )
    for ours, theirs in step.results.items():
        if theirs not in other.results:
            problems.add(
                place_of(file.root, *at, "result", ours),
                f"{who} takes {shown(theirs)}, which is no result of {shown(step.flow)}",
                listed(other.results),
                word=theirs,
                known=other.results,
            )


def _look_at_return(file: FlowFile, step: ReturnStep, problems: Problems, *, begun: bool) -> None:
    who, at = f"the step {shown(step.name)}", ("steps", step.name)
    if begun:
        problems.add(
            place_of(file.root, *at, "return", key=True),
            f"{who} returns, and the flow begins on a line",
            "a queue or a goodbye",
        )
    for name in step.values:
        if name not in file.results:
            problems.add(
                place_of(file.root, *at, "return", name, key=True),
                f"{who} returns {shown(name)}, which is no result of this flow",
                listed(file.results),
                word=name,
                known=file.results,
            )
    for name in file.results:
        if name not in step.values:
            problems.add(
                place_of(file.root, *at, "return", key=True),
                f"{who} does not return {shown(name)}",
                f"a line `{name}: ...` below `return`",
            )


def _rounds(flows: Flows) -> Iterator[tuple[FlowFile, FlowStep]]:
    """The steps by which a flow comes to itself."""
    through = {
        name: {s.flow for s in file.steps.values() if isinstance(s, FlowStep)}
        for name, file in flows.items()
        if file is not None
    }
    for name, file in flows.items():
        steps = () if file is None else file.steps.values()
        for step in steps:
            if isinstance(step, FlowStep) and name in _reached(step.flow, through):
                assert file is not None
                yield file, step


def _reached(start: FlowName, through: Mapping[str, set[FlowName]]) -> set[str]:
    seen: set[str] = set()
    ahead: list[str] = [start]
    while ahead:
        flow = ahead.pop()
        if flow not in seen:
            seen.add(flow)
            ahead.extend(through.get(flow, ()))
    return seen
