"""A call of the past, as far as the journal knows it: what a replay needs of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from router.core.vocabulary import CallId, QueueName


@dataclass(frozen=True, slots=True, kw_only=True)
class PastCall:
    """`queue`: the first that they took a place in, `reached` when. None is what never came to be.

    `gave_up_after`: known only of callers who gave up; `waited` of those who were answered.
    """

    call: CallId
    arrived_at: datetime
    queue: QueueName
    reached: datetime
    gave_up_after: timedelta | None = None
    waited: timedelta | None = None
    talked: timedelta | None = None
    wrapped_up: timedelta | None = None
