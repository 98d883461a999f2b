"""Whether each step finds the variables that it reads, and of the kind that it needs."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping

from router.adapters.ivr.expressions import misfit
from router.adapters.ivr.flows import FlowFile
from router.adapters.ivr.problems import Problems, listed, shown
from router.adapters.ivr.prompts import PromptsFile
from router.adapters.ivr.tree import place_of
from router.core.ivr.expressions import Expression
from router.core.ivr.model import Step
from router.core.ivr.speaking.grammar import GRAMMARS, Unspeakable, spoken
from router.core.ivr.speaking.phrase import Gap
from router.core.ivr.steps.branch import BranchStep
from router.core.ivr.steps.flow import FlowStep
from router.core.ivr.steps.http import HttpStep
from router.core.ivr.steps.kind import Field, Needed
from router.core.ivr.steps.return_ import ReturnStep
from router.core.ivr.steps.say import SayStep
from router.core.ivr.steps.set import SetStep
from router.core.ivr.values import ValueKind
from router.core.ivr.variables import Known, known_at
from router.core.vocabulary import Language


def look_at_variables(
    flow: FlowFile,
    prompts: Mapping[str, PromptsFile | None],
    callers: Collection[Language],
    problems: Problems,
) -> None:
    """Of a flow whose steps all exist."""
    for name, known in known_at(flow.flow).items():
        step = flow.steps[name]
        missing = False
        for need in (*step.needs(), *_gaps(step, prompts, callers)):
            missing = _look_at_need(flow, step, need, known, problems) or missing
        if not missing:
            _look_at_expressions(flow, step, known, problems)
        _look_at_saying(flow, step, callers, problems)


def _gaps(
    step: Step, prompts: Mapping[str, PromptsFile | None], callers: Collection[Language]
) -> Iterator[Needed]:
    """The variables in the prompts that it says, in any language that a caller can be in."""
    for said in step.spoken():
        names = dict.fromkeys(
            part.name
            for language in callers
            if (file := prompts.get(language)) is not None
            for part in file.phrases.get(said.prompt, ())
            if isinstance(part, Gap) and part.name not in said.also
        )
        yield from (Needed(field=said.field, name=name, aloud=True) for name in names)


def _look_at_need(
    flow: FlowFile, step: Step, need: Needed, known: Known, problems: Problems
) -> bool:
    """Whether it is missing."""
    who, place = (
        f"the step {shown(step.name)}",
        place_of(flow.root, "steps", step.name, *need.field),
    )
    if need.name not in known:
        problems.add(
            place,
            f"{who} reads {shown(need.name)}, which is not set on every way that leads here",
            listed(known),
            word=need.name,
            known=known,
            code="IVR002",
        )
        return True
    if need.aloud and known[need.name] is ValueKind.SECRET:
        problems.add(place, f"{who} says {shown(need.name)}, which is secret", "it unspoken")
    return False


def _expressions(step: Step) -> Iterator[tuple[Field, Expression, bool]]:
    """Where it is, what it is, and whether it is a condition."""
    match step:
        case BranchStep(cases=cases):
            yield from ((("branch", n, "if"), c.condition, True) for n, c in enumerate(cases))
        case SetStep(values=values):
            for name, value in values.items():
                if isinstance(value, Expression):
                    yield ("set", name), value, False
        case HttpStep(send=values):
            for name, value in values.items():
                if isinstance(value, Expression):
                    yield ("send", name), value, False
        case FlowStep(values=values):
            for name, value in values.items():
                if isinstance(value, Expression):
                    yield ("with", name), value, False
        case ReturnStep(values=values):
            for name, value in values.items():
                if isinstance(value, Expression):
                    yield ("return", name), value, False
        case SayStep(value=Expression() as value):
            yield ("say",), value, False
        case _:
            pass


def _look_at_expressions(flow: FlowFile, step: Step, known: Known, problems: Problems) -> None:
    for field, expression, condition in _expressions(step):
        wrong = misfit(expression, known, condition=condition)
        if wrong is not None:
            problems.add(
                place_of(flow.root, "steps", step.name, *field),
                f"the step {shown(step.name)}: the expression {wrong}",
                "a condition that some callers meet" if condition else "values of one kind",
            )


def _look_at_saying(
    flow: FlowFile, step: Step, callers: Collection[Language], problems: Problems
) -> None:
    """What is written out can be said, in the languages that callers hear."""
    if not isinstance(step, SayStep):
        return
    at, who = ("steps", step.name, "say"), f"the step {shown(step.name)}"
    for language in callers:
        if language not in GRAMMARS:
            problems.add(
                place_of(flow.root, *at),
                f"{who} says a value, which cannot be done in {shown(language)}",
                f"a recording, or a language such as {listed(GRAMMARS)}",
            )
    if isinstance(step.value, Expression):
        return
    try:
        spoken(step.value, step.form, next(iter(GRAMMARS)), step.gender)
    except Unspeakable as failure:
        problems.add(place_of(flow.root, *at), f"{who} says {shown(step.value)}", str(failure))
