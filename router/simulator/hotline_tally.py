"""What a simulated hotline's journal adds up to."""

from __future__ import annotations

from collections import defaultdict
from datetime import datetime

from router.core.records import Answered, Entry
from router.core.vocabulary import CallId
from router.metrics.call_book import REACHED_WITHIN, CallBook
from router.metrics.report import Figures, figures, heavy_queues
from router.metrics.shift_book import ShiftBook
from router.simulator.hotline_plan import Plan
from router.simulator.hotline_run import HotlineRun
from router.simulator.roster import planned


class HotlineTally:
    """Hears the journal of one replication; `run` knows whose telephone each call came from."""

    def __init__(self, plan: Plan) -> None:
        self._plan = plan
        targets = {name: queue.target.within for name, queue in plan.policy.queues.items()}
        self._calls = CallBook(targets, plan.zone, short=plan.short)
        at_work = planned(plan.roster, plan.first, plan.days, plan.zone)
        self._shifts = ShiftBook(heavy_queues(plan.policy), plan.zone, plan=at_work)
        self._answered: dict[CallId, datetime] = {}

    def hear(self, entry: Entry) -> None:
        """One line of the journal."""
        record = entry.record
        if entry.call is not None:
            self._calls.hear(entry.call, record, entry.at)
            if isinstance(record, Answered):
                self._answered[entry.call] = entry.at
        self._shifts.hear(record, entry.at)

    def figures(self, run: HotlineRun) -> Figures:
        """Of the whole replication."""
        reached: defaultdict[str, list[datetime]] = defaultdict(list)
        for call, at in self._answered.items():
            reached[run.telephone(call)].append(at)

        def is_reached(call: CallId, gave_up: datetime) -> bool:
            later = reached.get(run.telephone(call), ())
            return any(gave_up <= at <= gave_up + REACHED_WITHIN for at in later)

        self._calls.close(is_reached)
        self._shifts.close(max(run.now, self._plan.ends))
        return figures(self._calls, self._shifts, self._plan.days)
