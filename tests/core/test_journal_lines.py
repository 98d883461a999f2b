"""The journal's lines: what is written is what is read, whichever version wrote it."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from router.core.house_records import AlarmCleared
from router.core.journal_lines import (
    KINDS,
    Line,
    UnreadableRecord,
    decode,
    encode,
    from_line,
    to_line,
)
from router.core.plain import NotReadable
from router.core.records import Entry, Queued
from router.core.shift_records import WrapUpStarted
from router.core.vocabulary import AgentId, CallId, QueueName

NOON = datetime(2026, 3, 1, 18, 0, 0, 250_000, tzinfo=UTC)
INSTANTS = st.integers(min_value=0, max_value=10**15).map(
    lambda us: NOON + timedelta(microseconds=us)
)
DURATIONS = st.integers(min_value=0, max_value=10**12).map(lambda us: timedelta(microseconds=us))
st.register_type_strategy(datetime, INSTANTS)
st.register_type_strategy(timedelta, DURATIONS)


@pytest.mark.parametrize("kind", sorted(KINDS))
def test_every_record_comes_back_as_it_was(kind: str) -> None:
    @settings(max_examples=10, deadline=None, database=None)
    @given(st.from_type(KINDS[kind]))
    def comes_back(record: Any) -> None:
        found, body = encode(record)
        assert found == kind
        assert decode(kind, json.loads(json.dumps(body))) == record

    comes_back()


def test_durations_are_seconds_and_an_open_end_is_null() -> None:
    agent = AgentId("ana")
    timed = WrapUpStarted(agent=agent, lasts=timedelta(minutes=4))
    assert encode(timed) == ("wrap_up_started", {"agent": "ana", "lasts": 240.0})
    assert encode(WrapUpStarted(agent=agent, lasts=None))[1]["lasts"] is None


def test_a_field_of_a_newer_version_is_ignored() -> None:
    assert decode("alarm_cleared", {"alarm": "disk", "since": 3}) == AlarmCleared(alarm="disk")


def test_a_field_that_may_be_absent_may_be_missing_in_an_older_line() -> None:
    assert decode("wrap_up_started", {"agent": "ana"}) == WrapUpStarted(
        agent=AgentId("ana"), lasts=None
    )


@pytest.mark.parametrize(
    ("kind", "body"),
    [
        ("call_teleported", {"to": "mars"}),
        ("queued", {"queue": "crisis"}),
        (
            "queued",
            {"queue": 1, "order_class": 1, "place_from": "2026-03-01", "again": False},
        ),
        (
            "queued",
            {"queue": "q", "order_class": 1, "place_from": "noon", "again": False},
        ),
        (
            "offer_ended",
            {"offer": "o", "agent": "a", "outcome": "eaten", "after": 1, "cause": 0},
        ),
        (
            "offer_ended",
            {"offer": "o", "agent": "a", "outcome": "declined", "after": "x"},
        ),
        ("roster_changed", {"agents": 1, "added": 5, "removed": []}),
        (
            "offer_made",
            {"offer": "o", "agent": "a", "device": "desk", "queue": "q", "why": 3},
        ),
    ],
)
def test_a_record_of_another_version_is_kept_and_breaks_nothing(
    kind: str, body: dict[str, Any]
) -> None:
    record = decode(kind, body)
    assert isinstance(record, UnreadableRecord)
    assert record.kind == kind
    line = Line(call=None, epoch=1, seq=1, at=NOON, record=record)
    assert to_line(line)["body"] == body


def test_a_line_comes_back_with_its_key() -> None:
    record = Queued(queue=QueueName("crisis"), order_class=100, place_from=NOON, again=False)
    entry = Entry(call=CallId("n1-17.3"), epoch=7, seq=2, at=NOON, record=record)
    line = from_line(json.loads(json.dumps(to_line(entry))))
    assert line == Line(call=CallId("n1-17.3"), epoch=7, seq=2, at=NOON, record=record)


def test_a_damaged_line_is_named_as_such() -> None:
    with pytest.raises(NotReadable, match="not a line of the journal"):
        from_line({"call": None, "epoch": 1})
