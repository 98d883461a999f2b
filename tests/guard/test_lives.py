"""When the engine counts as dying again and again, and what it takes to be trusted again."""

from __future__ import annotations

import pytest

from router.guard.lives import SHORT, TRIAL, TRIAL_AT_MOST, Lives

LOOKS_EVERY = 0.25
START = 0.75
"""Seconds from the death of an engine to the first beat of the next, whose token stands before."""


class House:
    """Engines that live one after another, and a guard that looks four times a second."""

    def __init__(self, *, kept: bool = False) -> None:
        self.at, self.token, self.beats = 100.0, 7, 0
        self.kept = kept
        self.lives = Lives()
        self.kept_from: list[int] = []
        """The tokens of the lives from which callers were kept."""
        self.looks()

    def looks(self, *, token: str | None = None, beat: str | None = None) -> None:
        restless = self.lives.look(
            token=str(self.token) if token is None else token,
            beat=str(self.beats) if beat is None else beat,
            at=self.at,
            kept=self.kept,
        )
        if restless and self.token not in self.kept_from:
            self.kept_from.append(self.token)

    def passes(self, seconds: float, *, beating: bool = False) -> None:
        for look in range(round(seconds / LOOKS_EVERY)):
            if beating and look % 4 == 0:
                self.beats += 1
            self.looks()
            self.at += LOOKS_EVERY

    def lives_on(self, seconds: float) -> None:
        """The present engine beats for so long."""
        self.passes(seconds, beating=True)

    def next_lives(self, seconds: float) -> None:
        """The engine dies; the next one takes over, and lives for so long."""
        self.passes(START / 2)
        self.token += 1
        self.passes(START / 2)
        self.lives_on(seconds)

    @property
    def restless(self) -> bool:
        return self.lives.restless


def house() -> House:
    """Whose engine has lived for a minute."""
    one = House()
    one.lives_on(60)
    return one


def test_an_engine_that_dies_right_after_its_first_beat_is_not_trusted_a_third_time() -> None:
    one = house()
    for _ in range(6):
        one.next_lives(0.5)
    assert one.kept_from == [10, 11, 12, 13]


def test_the_third_is_not_trusted_before_it_beats() -> None:
    one = house()
    one.next_lives(1)
    one.next_lives(1)
    assert not one.restless
    one.token += 1
    one.looks()
    assert one.restless


def test_one_death_and_the_death_of_who_took_over_are_bad_luck() -> None:
    one = house()
    one.next_lives(30)
    one.next_lives(0.5)
    one.next_lives(30)
    one.next_lives(0.5)
    one.next_lives(30)
    assert not one.kept_from


@pytest.mark.parametrize("seconds", [SHORT + 2, 10])
def test_an_engine_that_is_killed_every_some_seconds_is_trusted(seconds: float) -> None:
    one = house()
    for _ in range(30):
        one.next_lives(seconds - START)
    assert not one.kept_from


def test_an_upgrade_is_no_death() -> None:
    one = house()
    one.token += 1
    one.lives_on(60)
    assert not one.kept_from


def test_tokens_that_never_beat_are_no_lives() -> None:
    one = house()
    for _ in range(5):
        one.token += 1
        one.passes(1)
    one.lives_on(20)
    assert not one.kept_from


def test_an_asterisk_that_starts_anew_ends_no_life() -> None:
    one = house()
    for _ in range(3):
        one.looks(token="", beat="")
        one.at += 1
        one.looks(token="", beat="")
        one.at += 1
        one.lives_on(1)
    one.token += 1
    one.lives_on(5)
    assert not one.kept_from


def test_what_a_guard_did_not_see_is_held_against_nobody() -> None:
    one = house()
    for _ in range(5):
        one.next_lives(1)
        one.at += 10
    assert not one.kept_from


def test_a_life_that_lasts_gets_the_callers_back() -> None:
    one = house()
    for _ in range(3):
        one.next_lives(1)
    one.lives_on(TRIAL - 2)
    assert one.restless
    one.lives_on(3)
    assert not one.restless


def test_a_pause_in_its_beats_begins_the_trial_anew() -> None:
    one = house()
    for _ in range(3):
        one.next_lives(1)
    one.lives_on(TRIAL - 3)
    one.passes(5)
    one.lives_on(TRIAL - 2)
    assert one.restless
    one.lives_on(3)
    assert not one.restless


def test_who_dies_as_soon_as_it_has_the_callers_back_is_tried_for_longer_each_time() -> None:
    one = house()
    for _ in range(2):
        one.next_lives(1)
    tried = []
    for _ in range(5):
        one.next_lives(0)
        began = one.at
        while one.restless:
            one.lives_on(1)
        tried.append(one.at - began)
        one.lives_on(2)
    assert tried == sorted(tried)
    assert TRIAL <= tried[0] <= TRIAL + 2
    assert 2 * TRIAL <= tried[1] <= 2 * TRIAL + 2
    assert TRIAL_AT_MOST <= tried[-1] <= TRIAL_AT_MOST + 2


def test_who_has_lived_long_enough_with_its_callers_may_die_once_as_before() -> None:
    one = house()
    for _ in range(3):
        one.next_lives(1)
    one.lives_on(3 * TRIAL)
    before = list(one.kept_from)
    one.next_lives(1)
    one.next_lives(30)
    assert one.kept_from == before


def test_a_guard_that_was_started_anew_goes_on_keeping_them() -> None:
    one = House(kept=True)
    assert one.restless
    one.next_lives(1)
    one.next_lives(TRIAL - 2)
    assert one.restless
    one.lives_on(4)
    assert not one.restless
