"""Callers through crashes, freezes, cut lines and outages: nobody is lost, and bugs are found."""

from __future__ import annotations

import os

import pytest

from tests.storm.__main__ import outcomes, run
from tests.storm.bugs import BUGS, bug
from tests.storm.plan import CALLS_AT_ONCE, Plan, plan
from tests.storm.storm import Outcome, Storm
from tests.storm.tell import story

CALLERS = 20_000
BUGGY_CALLERS = 50_000
CORES = max((os.cpu_count() or 1) // 2, 1)
"""The others are for the real telephones of `make test`, which must not be late."""
SOON = {
    "while a key is waited for, nobody would ask again": 3,
    "the beat is the engine's clock": 5,
    "the journal is kept in memory only": 10,
    "who waits keeps a queue that is gone": 5,
    "a new policy changes the menu under callers": 44,
    "nobody outside has to press 1": 20,
    "it rings on outside": 20,
    "a lost line outside ends the call": 8,
    "who was on their way outside starts at the end": 98,
    "nobody takes over from a machine that is gone": 20,
    "whoever stands by takes over": 1,
    "nobody looks after what an engine sent as it froze": 231,
    "who was replaced goes on": 28,
    "telephones are not made known again": 25,
    "who died with Asterisk has hung up": 25,
}
"""Which storm finds a bug soon, where it is not the second: it is tried first."""


def test_callers_go_through_storms_and_nobody_is_lost() -> None:
    found, answered, lives = [], 0, 0
    for outcome in outcomes(1, CALLERS, CALLS_AT_ONCE, None, CORES):
        answered, lives = answered + outcome.answered, lives + outcome.lives
        if outcome.breaches:
            found.append(story(outcome))
            break
    assert not found, found[0]
    assert answered > CALLERS / 2, "it was no day like any other: hardly anybody was answered"
    assert lives > CALLERS / CALLS_AT_ONCE, "no engine ever died"


@pytest.mark.parametrize("seed", [165, 306, 454, 464, 570])
def test_a_storm_that_once_found_something_is_gone_through(seed: int) -> None:
    """Silence in the menu while two engines die within seconds; and keys that were pressed as
    nothing reached Asterisk any more: by a death soon after another, a beat that was late, a
    freeze, and one of two engines."""
    outcome = Storm(plan(seed)).run()
    assert not outcome.breaches, story(outcome)


@pytest.mark.parametrize("name", BUGS)
def test_a_bug_is_found(name: str) -> None:
    """By the seeds that find nothing without it (above)."""
    for seed in (SOON.get(name, 2), *range(1, BUGGY_CALLERS // CALLS_AT_ONCE + 1)):
        if run((seed, CALLS_AT_ONCE, name)).breaches:
            return
    pytest.fail(f"{BUGGY_CALLERS} callers, and nobody noticed: {name}")


def test_a_breach_is_told_as_the_shortest_story_of_it_with_its_seed() -> None:
    name = "bridged at the first ring"
    with bug(name):
        told = story(Storm(plan(1, 30)).run())
    first, *lines = told.splitlines()
    assert first.startswith("BREACH  bridged before both were there  (seed 1, 30 callers)")
    # Of 30; none, where the caller who tries the hotline once the storm is over meets it, too.
    assert len([line for line in lines if line.startswith("caller")]) <= 1
    assert not [line for line in lines if line.startswith("fault")]
    assert lines[-1].endswith("--seed 1 --each 30")


def test_the_same_seed_is_the_same_storm() -> None:
    def happens(what: Plan) -> Outcome:
        return Storm(what).run()

    assert happens(plan(4, 60)) == happens(plan(4, 60))
