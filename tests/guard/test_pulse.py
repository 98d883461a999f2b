"""When the guard takes the engine for dead, and when it does not."""

from __future__ import annotations

import pytest

from router.guard.pulse import Pulse

HOUR = 3600.0


class Asterisk:
    """Its clock, the engine's beat, and a guard that looks four times a second."""

    def __init__(self) -> None:
        self.pulse = Pulse()
        self.at, self.ahead = 100.0, 1_000_000.0
        self.beat = ""

    @property
    def now(self) -> float:
        return self.at + self.ahead

    def beats(self) -> None:
        self.beat = f"{self.now:.3f}"

    def looks(self) -> bool:
        """Whether the guard takes the engine for dead."""
        return self.pulse.is_stale(asterisk_now=f"{self.now:.6f}", beat=self.beat, at=self.at)

    def goes_on(self, seconds: float, *, beating: bool) -> list[float]:
        """When the guard took the engine for dead, from the beginning of it."""
        began, dead = self.at, []
        for look in range(round(seconds * 4)):
            self.at += 0.25
            if beating and look % 4 == 3:
                self.beats()
            if self.looks():
                dead.append(self.at - began)
        return dead


@pytest.mark.parametrize(
    ("now", "beat", "stale"),
    [
        ("1000.5", "1000", False),
        ("1003.4", "1000.0", False),
        ("1003.6", "1000.0", True),
        ("1000", "1002", True),
        ("1000", "", True),
        ("1000", "abc", True),
        ("", "1000", True),
        ("nan", "1000", True),
    ],
)
def test_a_beat_is_fresh_only_if_it_is_a_time_just_gone(now: str, beat: str, stale: bool) -> None:
    assert Pulse().is_stale(asterisk_now=now, beat=beat, at=5.0) is stale


def test_an_engine_that_beats_is_left_alone_and_one_that_stops_is_dead_within_4_s() -> None:
    asterisk = Asterisk()
    asterisk.beats()
    assert asterisk.goes_on(10, beating=True) == []
    dead = asterisk.goes_on(10, beating=False)
    assert 3.5 <= dead[0] <= 4
    assert asterisk.goes_on(1, beating=False)
    asterisk.beats()
    assert not asterisk.looks()


@pytest.mark.parametrize("by", [HOUR, -HOUR, 5.0, -5.0])
def test_a_clock_that_is_set_makes_no_engine_dead_and_no_dead_one_alive(by: float) -> None:
    asterisk = Asterisk()
    asterisk.beats()
    assert asterisk.goes_on(3, beating=True) == []
    asterisk.ahead += by
    assert asterisk.goes_on(0.75, beating=False) == []
    assert asterisk.goes_on(3, beating=True) == []
    asterisk.ahead += by
    assert 3.25 <= asterisk.goes_on(8, beating=False)[0] <= 4


def test_a_beat_that_was_under_way_when_the_clock_was_set_is_fresh() -> None:
    asterisk = Asterisk()
    asterisk.beats()
    assert asterisk.goes_on(2, beating=True) == []
    asterisk.at += 0.1
    stamped = f"{asterisk.now:.3f}"
    asterisk.ahead += HOUR
    asterisk.beat = stamped
    asterisk.at += 0.1
    assert not asterisk.looks()
    assert asterisk.goes_on(2, beating=True) == []


def test_a_guard_that_slept_gives_the_engine_one_beat_and_no_more() -> None:
    asterisk = Asterisk()
    asterisk.beats()
    assert asterisk.goes_on(2, beating=True) == []
    asterisk.at += 20
    assert not asterisk.looks()
    asterisk.beats()
    assert asterisk.goes_on(2, beating=True) == []
    asterisk.at += 20
    assert 1 <= asterisk.goes_on(10, beating=False)[0] <= 2


def test_a_guard_that_sleeps_again_and_again_takes_over_all_the_same() -> None:
    asterisk = Asterisk()
    asterisk.beats()
    looks = []
    for _ in range(5):
        asterisk.at += 2
        looks.append(asterisk.looks())
    assert looks[:2] == [False, False]
    assert all(looks[3:])
