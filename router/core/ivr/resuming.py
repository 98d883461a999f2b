"""Where a run of an earlier life goes on: at its step, or as far back as what it lacks is set.

What a caller typed or another system said is not kept over a restart, and a variable may have been
left out for its length. If a step that is still to come reads what is not there, the run goes back:
to the step that asks for it; or to the start of its flow; or to the step that went through the
flow, and so on. So nothing is decided on a variable that is missing.
"""

from __future__ import annotations

from router.core.ivr.flow_run import FlowRun
from router.core.ivr.model import FlowBook
from router.core.ivr.variables import read_after, read_from
from router.core.vocabulary import StepName


def way_back(book: FlowBook, run: FlowRun) -> FlowRun:
    """The run at the step that it enters next."""
    for depth in range(len(run.stack)):
        before = _up_to(run, depth)
        if _lacks_on_return(book, before):
            run = before
            break
    while (step := _goes_on_at(book, run)) is None:
        if not run.stack:
            return _from_the_start(book, run)
        run = _up_to(run, len(run.stack) - 1)
    return run.but(step=step)


def _goes_on_at(book: FlowBook, run: FlowRun) -> StepName | None:
    """In its flow; None: nowhere there. A step that a new policy lost is the interpreter's case."""
    flow = book.flows.get(run.flow)
    if flow is None or run.step not in flow.steps:
        return run.step
    reads, known = read_from(flow, book.phrases), run.known.keys()
    asking = [step for name, step in run.fleeting.items() if name in reads[run.step] - known]
    ways = (run.step, *asking, flow.start)
    return next((step for step in ways if step in reads and reads[step] <= known), None)


def _lacks_on_return(book: FlowBook, run: FlowRun) -> bool:
    """Whether the steps after the one that goes through another flow read what is not there."""
    flow = book.flows.get(run.flow)
    step = flow.steps.get(run.step) if flow is not None else None
    if flow is None or step is None:
        return False
    return not read_after(step, read_from(flow, book.phrases)) <= run.known.keys()


def _up_to(run: FlowRun, depth: int) -> FlowRun:
    """The run before it went through the flow of this depth."""
    frame = run.stack[depth]
    return run.but(
        flow=frame.flow,
        step=frame.step,
        variables=frame.variables,
        fleeting=frame.fleeting,
        stack=run.stack[:depth],
    )


def _from_the_start(book: FlowBook, run: FlowRun) -> FlowRun:
    """Of the line that was dialled."""
    line, _ = book.line_for(run.line)
    start = book.flows[line.flow].start
    return run.but(flow=line.flow, step=start, variables={}, fleeting={}, stack=())
