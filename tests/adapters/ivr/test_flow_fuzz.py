"""Twenty thousand spoilt flow files: none crashes, hangs, or leads a caller round."""

from __future__ import annotations

from concurrent.futures import ProcessPoolExecutor

from tests.adapters.ivr.fuzz import SHARE, run_share

INPUTS = 20_000


def test_whatever_is_saved_is_a_policy_that_callers_get_through_or_is_told() -> None:
    with ProcessPoolExecutor() as processes:
        shares = list(processes.map(run_share, range(1, INPUTS // SHARE + 1)))
    counts = sum(shares[1:], shares[0])
    assert counts.total() == INPUTS
    assert all(counts[each] > INPUTS / 10 for each in ("problems told", "loaded and walked")), (
        counts
    )
