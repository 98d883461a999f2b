"""The interpreter: what a flow is given, and what it says and waits for next."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from router.core.frozen import made_quickly
from router.core.ivr.flow_run import FlowRun, Frame
from router.core.ivr.model import FlowBook, Line, Step
from router.core.ivr.resuming import way_back
from router.core.ivr.sayings import Answer, CallbackAsked, Say, Saying, StepEntered, StopSaying
from router.core.ivr.steps.decision import Ascend, Decision, Descend, Leave, Moment, Stay
from router.core.ivr.steps.flow import FlowStep
from router.core.ivr.waits import (
    ConversationOver,
    Digit,
    ForAgent,
    ForPrompt,
    Given,
    NobodyStaffed,
    Over,
    QueueGaveUp,
    Wait,
)
from router.core.vocabulary import FlowName, Language, SkillName, StepName

__all__ = [
    "Answer",
    "CallbackAsked",
    "FlowRun",
    "Say",
    "Saying",
    "StopSaying",
    "Turn",
    "advance",
    "begin",
    "resume",
]

NOWHERE = StepName("")
DEEPEST = 10
"""Flows within flows."""
STEPS_PER_TURN = 100
"""A flow that goes round without waiting is a mistake, and must not take the engine with it."""


@dataclass(frozen=True, slots=True)
class Turn:
    """What came of it; `wait` is also the run's."""

    run: FlowRun
    said: tuple[Saying, ...]
    wait: Wait
    entered: tuple[StepEntered, ...]


made_quickly(Turn)


NEW = FlowRun(flow=FlowName(""), step=NOWHERE, language=Language(""), wait=ForPrompt())
"""Every run begins as a copy of it, which is made in a third of the time."""


def begin(
    book: FlowBook,
    line: Line,
    at: datetime,
    *,
    anonymous: bool = False,
    require: tuple[tuple[SkillName, int], ...] = (),
) -> Turn:
    """A caller enters the flow of the line that they dialled; `anonymous`: their number is not
    known; `require`: what the call asks for from the start (S3)."""
    flow = book.flows[line.flow]
    run = NEW.but(
        flow=flow.name,
        step=flow.start,
        language=line.language,
        line=line.number,
        anonymous=anonymous,
        require=require,
    )
    return _go(book, run, (), flow.start, "start", _moment(book, at))


def resume(book: FlowBook, run: FlowRun, at: datetime) -> Turn:
    """The run of an earlier life of the engine enters its step again, or an earlier one if it lacks
    what is read from there on: the prompt starts anew."""
    run = way_back(book, run)
    return _go(book, run, (), run.step, "resumed", _moment(book, at))


def advance(book: FlowBook, run: FlowRun, given: Given, at: datetime) -> Turn:
    """The flow is given something. What fits no wait changes nothing."""
    step = _step(book, run.flow, run.step)
    if isinstance(run.wait, Over):
        return _same(run)
    if step is None or _was_stuck(run, step):
        return _without_flow(book, run, given)
    with_it = run.but(digits=run.digits + 1) if isinstance(given, Digit) else run
    moment = _moment(book, at)
    decision = step.given(with_it, given, moment)
    if decision is None:
        return _same(run)
    return _carry_on(book, decision, moment)


def _carry_on(book: FlowBook, decision: Decision, moment: Moment) -> Turn:
    if isinstance(decision, Stay):
        run = decision.run.but(wait=decision.wait)
        return Turn(run, decision.said, run.wait, ())
    run, to, after = _led(book, decision)
    return _go(book, run, decision.said, to, after, moment)


def _led(book: FlowBook, decision: Leave | Descend | Ascend) -> tuple[FlowRun, StepName, str]:
    """Where a decision leads, in this flow or another; to a step that is none if it cannot."""
    run = decision.run
    match decision:
        case Leave(to=to, after=after):
            return run, to, after
        case Descend(flow=name, values=values, fleeting=fleeting):
            flow, here = book.flows.get(name), _step(book, run.flow, run.step)
            if flow is None or len(run.stack) >= DEEPEST:
                if not isinstance(here, FlowStep):
                    return run, NOWHERE, "failure"
                return _led(book, here.cannot(run))
            frame = Frame(
                flow=run.flow, step=run.step, variables=run.variables, fleeting=run.fleeting
            )
            run = run.but(
                flow=name,
                stack=(*run.stack, frame),
                variables=values,
                fleeting=dict.fromkeys(fleeting, NOWHERE),
            )
            return run, flow.start, "flow"
        case Ascend(values=values, fleeting=fleeting):
            if not run.stack:
                return run, NOWHERE, "returned"
            *below, frame = run.stack
            asker = _step(book, frame.flow, frame.step)
            run = run.but(
                flow=frame.flow,
                stack=tuple(below),
                variables=frame.variables,
                fleeting=frame.fleeting,
            )
            if not isinstance(asker, FlowStep):
                return run, NOWHERE, "returned"
            return _led(book, asker.back(run, values, fleeting))


def _go(
    book: FlowBook,
    run: FlowRun,
    said: tuple[Saying, ...],
    to: StepName,
    after: str,
    moment: Moment,
) -> Turn:
    """Step after step, until one waits."""
    spoken, entered = list(said), list[StepEntered]()
    for _ in range(STEPS_PER_TURN):
        step = _step(book, run.flow, to)
        if step is None:
            break
        entered.append(
            StepEntered(flow=run.flow, step=to, step_kind=step.kind, after=after, digits=run.digits)
        )
        run = run.at_step(to)
        decision = step.enter(run, moment)
        spoken.extend(decision.said)
        if isinstance(decision, Stay):
            run = decision.run.but(wait=decision.wait)
            return Turn(run, tuple(spoken), run.wait, tuple(entered))
        if isinstance(decision, Leave):  # as most do
            run, to, after = decision.run, decision.to, decision.after
        else:
            run, to, after = _led(book, decision)
    run = run.but(typed_ahead="", wait=_first_resort(book, run))
    return Turn(run, tuple(spoken), run.wait, tuple(entered))


def _moment(book: FlowBook, at: datetime) -> Moment:
    return Moment(at, book.hours, book.phrases, book.contacts)


def _step(book: FlowBook, flow: FlowName, step: StepName) -> Step | None:
    found = book.flows.get(flow)
    return found.steps.get(step) if found is not None else None


def _same(run: FlowRun) -> Turn:
    return Turn(run, (), run.wait, ())


def _first_resort(book: FlowBook, run: FlowRun) -> ForAgent:
    return ForAgent(queue=book.first_resort, prefer=run.prefer)


def _was_stuck(run: FlowRun, step: Step) -> bool:
    return isinstance(run.wait, ForAgent) and step.kind != "queue"


def _without_flow(book: FlowBook, run: FlowRun, given: Given) -> Turn:
    """The first resort took a caller whose flow could not go on: it ends with the conversation."""
    match given:
        case ConversationOver():
            run = run.but(wait=Over())
        case QueueGaveUp() | NobodyStaffed():
            run = run.but(wait=_first_resort(book, run))
    return _same(run)
