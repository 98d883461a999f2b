"""A breach in words: its seed, what to type to see it again, and the shortest story."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from tests.storm.plan import Plan
from tests.storm.shrink import shrink
from tests.storm.storm import Outcome, Storm


def in_a_line(outcome: Outcome) -> str:
    """For those after the first few, which are not shrunk."""
    breach, plan = outcome.breaches[0], outcome.plan
    return (
        f"BREACH  {breach.what}  (seed {plan.seed}, {len(plan.calls)} callers):"
        f" {breach.detail}, at {breach.at:.3f} s"
    )


def story(outcome: Outcome, run: Callable[[Plan], Outcome] | None = None) -> str:
    """Runs the plan again and again, with fewer callers and fewer faults."""
    what = outcome.breaches[0].what
    again = run or (lambda plan: Storm(plan).run())

    def fails(plan: Plan) -> bool:
        breaches = again(plan).breaches
        return bool(breaches) and breaches[0].what == what

    ends = outcome.breaches[0].at
    early = replace(
        outcome.plan,
        calls=tuple(call for call in outcome.plan.calls if call.at < ends),
        faults=tuple(fault for fault in outcome.plan.faults if fault.at < ends),
    )
    shortest = shrink(early if fails(early) else outcome.plan, fails)
    last = again(shortest).breaches or outcome.breaches
    lines = [
        f"BREACH  {what}  (seed {outcome.plan.seed}, {len(outcome.plan.calls)} callers)",
        f"        {last[0].detail}, at {last[0].at:.3f} s",
        *(f"fault   {fault.at:8.3f}  {fault.kind.name} {fault.figure} {fault.span:.2f}"
          for fault in shortest.faults),
        *(
            f"caller  {call.at:8.3f}  presses {call.key or 'nothing'}, waits {call.patience:.0f} s,"
            f" talks {call.talks:.1f} s; {call.ends} ends it"
            for call in shortest.calls
        ),
        f"again:  .venv/bin/python -m tests.storm --seed {outcome.plan.seed}"
        f" --each {len(outcome.plan.calls)}",
    ]  # fmt: skip
    return "\n".join(lines)
