"""`overflow` and `alarms` of a queue: what is done when waiting is not enough."""

from __future__ import annotations

from datetime import timedelta

from router.adapters.ivr.problems import Place, Problems
from router.adapters.ivr.shapes import Shape
from router.adapters.ivr.words import Circle, Duration, Length, Name, Positive, Prompts, Truth
from router.core.routing.overflow import Alerts, Outside, Overflow
from router.core.vocabulary import ContactName, StepName


class WhenShape(Shape):
    """All of these at the same time."""

    wait: Duration | None = None
    expected: Positive | None = None
    length: Length | None = None
    nobody_staffed: Truth = False


class DoShape(Shape):
    """In this order."""

    alarm: Truth = False
    widen: Truth = False
    on_call: Circle = ()
    partner: Name | None = None
    confirm: Prompts = ()
    ring: Positive = timedelta(seconds=30)
    step: Name | None = None


class OverflowShape(Shape):
    """Conditions, and what is then done."""

    when: WhenShape
    do: DoShape

    def overflow(self) -> Overflow:
        """Compiled."""
        when, do = self.when, self.do
        outside = None
        if do.partner is not None:
            outside = Outside(contact=ContactName(do.partner), confirm=do.confirm, ring_for=do.ring)
        return Overflow(
            wait=when.wait or timedelta(0),
            expected=when.expected,
            length=when.length,
            nobody_staffed=when.nobody_staffed,
            alarm=do.alarm,
            widen=do.widen,
            on_call=do.on_call,
            outside=outside,
            step=None if do.step is None else StepName(do.step),
        )

    def look(self, what: str, at: Place, problems: Problems) -> None:
        """Note what says too little."""
        when, do = self.when, self.do
        if when.wait is None and not self.overflow().watched:
            expected = "`wait`, `expected`, `length` or `nobody_staffed: true`"
            problems.add(at, f"{what} overflows without a condition", expected)
        if not (do.alarm or do.widen or do.on_call or do.partner or do.step):
            expected = "`alarm`, `widen`, `on_call`, `partner` or `step`"
            problems.add(at, f"{what} overflows into nothing", expected)
        if do.partner is not None and not do.confirm:
            wrong = f"{what} hands callers to a partner, and a machine could take them"
            problems.add(at, wrong, "`confirm: ...`, the prompt after which a person presses 1")


class AlarmsShape(Shape):
    """What a supervisor is told."""

    waiting: Positive | None = None
    nobody: Truth = False

    def alerts(self) -> Alerts:
        """Compiled."""
        return Alerts(waiting=self.waiting, nobody=self.nobody)
