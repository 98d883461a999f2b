"""What is done when waiting is not enough any more (V1): conditions, and actions in their order."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from router.core.routing.skills import SkillSet
from router.core.vocabulary import ContactName, PromptId, StepName


@dataclass(frozen=True, slots=True, kw_only=True)
class Outside:
    """Somebody outside is rung; whoever picks up hears `confirm` and presses 1."""

    contact: ContactName
    confirm: tuple[PromptId, ...]
    ring_for: timedelta = timedelta(seconds=30)


@dataclass(frozen=True, slots=True, kw_only=True)
class Overflow:
    """Once for each place, as soon as all of its conditions hold at the same time.

    Conditions: the caller has waited for `wait`; as far as one can tell, half of all in their place
    would wait longer than `expected`; `length` callers stand in the queue; `nobody_staffed`: nobody
    is logged in who could ever take them. Actions, in this order: an `alarm`; the next circle opens
    (`widen`); agents who are `on_call` and fit any of these are rung though logged out; somebody
    `outside` is rung while the caller keeps their place; the caller goes on at another `step`.
    """

    wait: timedelta = timedelta(0)
    expected: timedelta | None = None
    length: int | None = None
    nobody_staffed: bool = False
    alarm: bool = False
    widen: bool = False
    on_call: tuple[SkillSet, ...] = ()
    outside: Outside | None = None
    step: StepName | None = None

    @property
    def watched(self) -> bool:
        """Whether it hangs on more than the caller's own clock."""
        return self.nobody_staffed or self.expected is not None or self.length is not None

    def __str__(self) -> str:
        """The conditions, as a queue's YAML has them."""
        parts = []
        if self.wait or not self.watched:
            parts.append(f"wait {self.wait.total_seconds():g} s")
        if self.expected is not None:
            parts.append(f"expected {self.expected.total_seconds():g} s")
        if self.length is not None:
            parts.append(f"length {self.length}")
        if self.nobody_staffed:
            parts.append("nobody staffed")
        return ", ".join(parts)


@dataclass(frozen=True, slots=True, kw_only=True)
class Alerts:
    """What a supervisor is told of a queue: a caller has waited for `waiting`; `nobody` is logged
    in who has its skills, whether anybody waits or not."""

    waiting: timedelta | None = None
    nobody: bool = False
