"""The formulas of routing.md, with its own figures."""

from __future__ import annotations

import pytest

from router.metrics.figures import QueueTally


def vector() -> QueueTally:
    """M1: A 1000, B 60, A<=20 860, B<=20 20, Bs 10."""
    tally = QueueTally(within=20.0, offered=1060)
    tally.waits = [10.0] * 860 + [30.0] * 140
    tally.left = [2.0] * 10 + [15.0] * 10 + [60.0] * 40
    return tally


def test_service_level_is_that_of_the_vector_in_routing_md() -> None:
    figures = vector().figures()
    assert figures["service_level_strict"] == pytest.approx(0.811, abs=0.0005)
    assert figures["service_level"] == pytest.approx(0.819, abs=0.0005)
    assert figures["abandonment"] == pytest.approx(50 / 1050)
    assert figures["asa"] == pytest.approx((860 * 10 + 140 * 30) / 1000)


def test_another_bound_of_short_waits_counts_others_as_early() -> None:
    tally = vector()
    tally.short = 20.0
    figures = tally.figures()
    assert figures["abandoned_early"] == 20
    assert figures["service_level"] == pytest.approx(860 / 1040)


def test_two_queues_together_are_each_held_to_their_own_target() -> None:
    quick, slow = QueueTally(within=5.0, offered=10), QueueTally(within=60.0, offered=10)
    quick.waits = slow.waits = [30.0] * 10
    figures = QueueTally.of_all([quick, slow])
    assert figures["service_level"] == 0.5
    assert figures["answered"] == 20


def test_time_to_a_voice_has_its_mean_quantiles_and_maximum() -> None:
    """M2."""
    tally = QueueTally(within=20.0, offered=100)
    tally.voices = [float(each) for each in range(1, 101)]
    figures = tally.figures()
    assert (figures["voice_p90"], figures["voice_p99"], figures["voice_max"]) == (90, 99, 100)
    assert figures["voice_mean"] == 50.5


def test_handling_time_has_its_mean_median_and_quantile() -> None:
    """M4."""
    tally = QueueTally(within=20.0, offered=10)
    tally.handled = [100.0] * 8 + [300.0, 1100.0]
    figures = tally.figures()
    assert (figures["aht"], figures["aht_median"], figures["aht_p90"]) == (220, 100, 300)


def test_without_callers_there_are_no_shares() -> None:
    figures = QueueTally(within=20.0).figures()
    assert figures["service_level"] is figures["net_abandonment"] is figures["aht"] is None
