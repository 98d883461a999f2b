"""What a step is told, and what it answers: stay and wait, or leave for another step."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from router.core.ivr.flow_run import FlowRun
from router.core.ivr.hours import Hours
from router.core.ivr.sayings import Saying
from router.core.ivr.waits import Wait
from router.core.vocabulary import StepName


@dataclass(frozen=True, slots=True, kw_only=True)
class Moment:
    """All that a step may look at besides its run."""

    at: datetime
    hours: Mapping[str, Hours]


@dataclass(frozen=True, slots=True, kw_only=True)
class Stay:
    """Say this, and wait for that."""

    run: FlowRun
    said: tuple[Saying, ...] = ()
    wait: Wait


@dataclass(frozen=True, slots=True, kw_only=True)
class Leave:
    """Say this, and go to another step; `after` says how: `key`, `wrong_key`, `silence`, `end`,
    `open`, `closed`, `gave_up`."""

    run: FlowRun
    said: tuple[Saying, ...] = ()
    to: StepName
    after: str = "end"


Decision = Stay | Leave


@dataclass(frozen=True, slots=True, kw_only=True)
class Exit:
    """A way out of a step. `field` is where the flow file writes it, `silent` whether a caller who
    presses nothing may take it."""

    field: tuple[str, ...]
    to: StepName
    silent: bool = True
