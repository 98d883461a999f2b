"""Many independent replications, on as many cores as there are, joined in their order."""

from __future__ import annotations

import multiprocessing
import os
import threading
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from typing import TypeVar

T = TypeVar("T")

Progress = Callable[[int], None]
"""Told how many replications are done."""


def cores() -> int:
    """Those that this process may use."""
    return len(os.sched_getaffinity(0))


def replicate(
    run: Callable[[int], T], count: int, *, workers: int | None = None, progress: Progress
) -> list[T]:
    """`run(0)` ... `run(count - 1)`; the results are the same on any number of cores.

    `run` is a picklable callable that knows its seed.
    """
    hands = min(workers or cores(), count)
    if hands < 2:
        return _one_by_one(run, count, progress)
    # A fork begins at once. Not beside threads (a progress bar's): it may copy a lock they hold.
    alone = threading.active_count() == 1
    apart = multiprocessing.get_context("fork" if alone else "spawn")
    done: list[T] = []
    with ProcessPoolExecutor(hands, mp_context=apart) as pool:
        for result in pool.map(run, range(count)):
            done.append(result)
            progress(len(done))
    return done


def _one_by_one(run: Callable[[int], T], count: int, progress: Progress) -> list[T]:
    done: list[T] = []
    for number in range(count):
        done.append(run(number))
        progress(len(done))
    return done
