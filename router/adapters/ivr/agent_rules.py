"""What queues.yaml says of agents: whom a caller knows, when they rest, how long they write."""

from __future__ import annotations

from datetime import timedelta

from pydantic import Field

from router.adapters.ivr.shapes import Shape
from router.adapters.ivr.words import Names, Positive, UpTo40, Window
from router.core.routing.agent_rules import HeavyLimits, Sticky, WrapUpCap
from router.core.vocabulary import QueueName

CAP = WrapUpCap()


class StickyShape(Shape):
    """A caller gets whom they talked to last."""

    window: Window
    queues: Names | None = None

    def sticky(self) -> Sticky:
        """Compiled."""
        names = None if self.queues is None else frozenset(map(QueueName, self.queues))
        return Sticky(window=self.window, queues=names)


class HeavyShape(Shape):
    """When an agent has had enough of heavy calls, and which break it takes."""

    max_in_a_row: UpTo40 = 3
    max_talk: Positive = timedelta(minutes=90)
    rest: Positive = Field(alias="break", default=timedelta(minutes=10))

    def limits(self) -> HeavyLimits:
        """Compiled."""
        return HeavyLimits(max_in_a_row=self.max_in_a_row, max_talk=self.max_talk, rest=self.rest)


class RespiroShape(Shape):
    """The break after a hard call."""

    lasts: Positive = timedelta(minutes=20)


class WrapUpCapShape(Shape):
    """By how much an agent may lengthen a wrap-up."""

    extend_by: Positive = CAP.extend_by
    at_most: Positive = CAP.at_most
