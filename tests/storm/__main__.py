"""`python -m tests.storm --calls 1000000`: storms on every core, until one finds something."""

from __future__ import annotations

import argparse
import gc
import multiprocessing
import os
import sys
import time
from collections.abc import Iterator

from tests.storm.bugs import BUGS, bug
from tests.storm.plan import CALLS_AT_ONCE, Plan, plan
from tests.storm.storm import Outcome, Storm
from tests.storm.tell import in_a_line, story

Order = tuple[int, int, str | None]
"""The seed, how many callers, and the bug in the code."""


def run(order: Order) -> Outcome:
    """One storm, in a process of its own."""
    seed, calls, name = order
    with bug(name):
        return play(plan(seed, calls))


def play(what: Plan) -> Outcome:
    """Quick, and quiet."""
    # In the middle of a storm, looking for cycles of garbage costs a fifth of its time.
    gc.disable()
    # What a killed process was in the middle of has no tidy end: nobody waits for it any more.
    heard, sys.unraisablehook = sys.unraisablehook, lambda _: None
    try:
        return Storm(what).run()
    finally:
        gc.enable()
        gc.collect()
        sys.unraisablehook = heard


def outcomes(first: int, calls: int, each: int, name: str | None, cores: int) -> Iterator[Outcome]:
    """As they are ready."""
    orders = [(first + n, each, name) for n in range(-(-calls // each))]
    # What is there before the first storm is no storm's garbage.
    gc.collect()
    gc.freeze()
    if cores == 1:
        yield from map(run, orders)
        return
    with multiprocessing.get_context("fork").Pool(cores) as pool:
        yield from pool.imap_unordered(run, orders)


def main() -> int:
    """1 if anything was found."""
    options = _options()
    if options.bugs:
        print("\n".join(BUGS))
        return 0
    began, calls, answered, lives, found = time.monotonic(), 0, 0, 0, 0
    first, each = options.seed or 1, options.each
    total = each if options.seed is not None and options.calls is None else options.calls or each
    for outcome in outcomes(first, total, each, options.bug, options.cores):
        calls += len(outcome.plan.calls)
        answered += outcome.answered
        lives += outcome.lives
        if outcome.breaches:
            found += 1
            with bug(options.bug):
                print(story(outcome, play) if found <= options.stories else in_a_line(outcome))
            sys.stdout.flush()
        if calls // 50_000 != (calls - len(outcome.plan.calls)) // 50_000:
            _say(calls, answered, lives, found, began, options.cores)
        if options.bug is not None and found:
            break
    _say(calls, answered, lives, found, began, options.cores)
    return 1 if found else 0


def _say(calls: int, answered: int, lives: int, found: int, began: float, cores: int) -> None:
    seconds = time.monotonic() - began
    print(
        f"{calls:,} callers, {answered:,} conversations, {lives:,} lives of the engine,"
        f" {found} breaches; {calls / seconds / cores:,.0f} callers/s on each of {cores} cores",
        flush=True,
    )


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.storm", description=__doc__)
    parser.add_argument("--calls", type=int, help="callers in all")
    parser.add_argument("--seed", type=int, help="of the first storm; alone: of the only one")
    parser.add_argument("--each", type=int, default=CALLS_AT_ONCE, help="callers of one storm")
    parser.add_argument("--cores", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--stories", type=int, default=3, help="breaches to shrink")
    parser.add_argument("--bug", choices=tuple(BUGS), help="a bug to put into the code")
    parser.add_argument("--bugs", action="store_true", help="their names")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
