"""What happened, in Spanish: as `router.story` says it in English, record by record."""

from __future__ import annotations

from typing import assert_never

from router.core.journal_lines import UnreadableRecord
from router.core.records import Record
from router.core.shift_records import ShiftRecord
from router.spanish.agents import of_agent, of_shift
from router.spanish.callers import of_caller
from router.spanish.house import of_house
from router.spanish.queues import of_offer, of_queue
from router.story import OfAgent, OfCaller, OfHouse, OfOffer, OfQueue


def sentence(record: Record | UnreadableRecord) -> str:
    """What a record says, without its time."""
    if isinstance(record, OfCaller):
        return of_caller(record)
    if isinstance(record, OfQueue):
        return of_queue(record)
    if isinstance(record, OfOffer):
        return of_offer(record)
    if isinstance(record, OfAgent):
        return of_agent(record)
    if isinstance(record, OfHouse):
        return of_house(record)
    if isinstance(record, ShiftRecord):
        return of_shift(record)
    if isinstance(record, UnreadableRecord):
        return f"{record.kind}: lo escribió otra versión ({record.problem})"
    assert_never(record)
