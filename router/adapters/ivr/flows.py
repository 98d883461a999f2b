"""flows/*.yaml: where a call begins, and the steps that lead to each other."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from router.adapters.ivr.expressions import read_variable
from router.adapters.ivr.problems import Place, Problems, listed, shown
from router.adapters.ivr.shapes import entries_of, only_sections
from router.adapters.ivr.steps import read_step
from router.adapters.ivr.tree import Entries, Scalar, place_of
from router.adapters.ivr.words import Misread, read_name
from router.core.ivr.model import Flow, Step
from router.core.ivr.values import ValueKind
from router.core.vocabulary import FlowName, StepName


@dataclass(frozen=True, slots=True, kw_only=True)
class FlowFile:
    """What could be read of it; `names` are all steps that are written, readable or not."""

    root: Entries
    name: FlowName
    start: StepName | None
    names: frozenset[str]
    steps: Mapping[StepName, Step]
    parameters: Mapping[str, ValueKind]
    results: Mapping[str, ValueKind]

    @property
    def whole(self) -> bool:
        """Every step could be read."""
        return self.start is not None and len(self.steps) == len(self.names)

    @property
    def flow(self) -> Flow:
        """Compiled, once nothing is wrong."""
        return Flow(
            name=self.name,
            start=self.start or StepName(""),
            steps=self.steps,
            parameters=self.parameters,
            results=self.results,
        )


def read_flow(root: Entries, name: str, file: str, problems: Problems) -> FlowFile:
    """The flow of this file, which is named as the file is."""
    only_sections(root, ("start", "parameters", "results", "steps"), problems)
    steps: dict[StepName, Step] = {}
    written = entries_of(root, "steps", file, problems)
    for step_name, at, node in written:
        try:
            read_name(step_name)
        except Misread as misread:
            wrong = f"the step {shown(step_name)} cannot be named so"
            problems.add(at, wrong, str(misread))
        if (step := read_step(step_name, at, node, problems)) is not None:
            steps[step.name] = step
    names = frozenset(name for name, _, _ in written)
    return FlowFile(
        root=root,
        name=FlowName(name),
        start=_start(root, file, names, problems),
        names=names,
        steps=steps,
        parameters=_kinds(root, "parameters", file, problems),
        results=_kinds(root, "results", file, problems),
    )


def _kinds(root: Entries, section: str, file: str, problems: Problems) -> dict[str, ValueKind]:
    """What others give to this flow, or get from it."""
    kinds = {}
    for name, at, node in entries_of(root, section, file, problems, needed=False):
        try:
            read_variable(name)
        except Misread as misread:
            problems.add(at, f"{section}: {shown(name)} cannot be named so", str(misread))
        text = node.text if isinstance(node, Scalar) else ""
        if text in tuple(ValueKind):
            kinds[name] = ValueKind(text)
        else:
            problems.add(
                node.place, f"{section}: {shown(name)} is {shown(text)}", listed(ValueKind)
            )
    return kinds


def _start(root: Entries, file: str, names: frozenset[str], problems: Problems) -> StepName | None:
    node = root.items.get("start")
    if node is None:
        problems.add(Place(file=file), "the flow has no `start`", "the name of its first step")
        return None
    start = node.text if isinstance(node, Scalar) else ""
    if start in names:
        return StepName(start)
    problems.add(
        place_of(root, "start"),
        f"the flow starts at {shown(start)}, which is no step of it",
        listed(names),
        word=start,
        known=names,
    )
    return None
