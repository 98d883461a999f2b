"""A million random events, and not one choice that routing.md would not have made."""

from __future__ import annotations

import argparse
import random
import sys
import time

from tests.core.routing.commotion import Commotion

EVENTS_A_FLOOR = 400
POLICY_EVERY = 150


def compare(events: int, seed: int) -> int:
    """How many pairings were compared. Raises AssertionError at the first that differs."""
    pairings = done = 0
    while done < events:
        floor = Commotion(random.Random(seed))
        for n in range(min(EVENTS_A_FLOOR, events - done)):
            try:
                if n % POLICY_EVERY == POLICY_EVERY - 1:
                    floor.policy_changes()
                floor.happens()
            except AssertionError as differs:
                raise AssertionError(f"floor {seed}, event {n}: {differs}") from None
            done += 1
        pairings += floor.pairings
        seed += 1
    return pairings


def main() -> int:
    """1 if they differ."""
    parser = argparse.ArgumentParser(prog="python -m tests.core.routing.million")
    parser.add_argument("--events", type=int, default=1_000_000)
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    began = time.monotonic()
    pairings = compare(given.events, given.seed)
    print(  # noqa: T201  it is a program
        f"{given.events} events, {pairings} pairings, none differs"
        f" ({time.monotonic() - began:.0f} s)"
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
