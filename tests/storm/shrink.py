"""The shortest story of a breach: callers and faults are left out as long as it still happens."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import TypeVar

from tests.storm.plan import Plan

T = TypeVar("T")

Fails = Callable[[Plan], bool]
"""Whether the plan still leads to the same kind of breach."""


def shrink(plan: Plan, fails: Fails, *, tries: int = 120) -> Plan:
    """Faults first, since each explains more than a caller does."""
    tried = 0

    def still(less: Plan) -> bool:
        nonlocal tried
        tried += 1
        return tried <= tries and fails(less)

    faults = _fewest(plan.faults, lambda some: still(replace(plan, faults=some)))
    fewer = replace(plan, faults=faults)
    calls = _fewest(plan.calls, lambda some: still(replace(fewer, calls=some)))
    return replace(fewer, calls=calls)


def _fewest(items: tuple[T, ...], still: Callable[[tuple[T, ...]], bool]) -> tuple[T, ...]:
    """Without halves, quarters and so on, down to single ones."""
    size = max(len(items) // 2, 1)
    while items:
        at = 0
        while at < len(items):
            without = items[:at] + items[at + size :]
            if still(without):
                items = without
            else:
                at += size
        if size == 1:
            break
        size //= 2
    return items
