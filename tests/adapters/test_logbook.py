"""The log: one line per record, and no number in any, whoever wrote it."""

from __future__ import annotations

import errno
import io
import json
import logging
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import structlog

from router.adapters.logbook import configure, entry_logger, event_name
from router.core.house_records import AlarmRaised
from router.core.journal_lines import KINDS
from router.core.records import CommandRefused, Entry, OfferEnded, Record, StepEntered
from router.core.vocabulary import AgentId, CallId, FlowName, OfferId, OfferOutcome, StepName

NOON = datetime(2026, 3, 1, 18, tzinfo=UTC)
DECLINED = OfferEnded(
    offer=OfferId("n1-17.1-e7-o2"),
    agent=AgentId("ana"),
    outcome=OfferOutcome.DECLINED,
    after=timedelta(seconds=3.25),
    cause=17,
)


def entry(record: Record, call: str | None = "n1-17.1") -> Entry:
    return Entry(
        call=None if call is None else CallId(call), epoch=7, seq=4, at=NOON, record=record
    )


@pytest.fixture
def log() -> Iterator[io.StringIO]:
    """What was logged as JSON; the process's own set-up comes back afterwards."""
    handlers, level = logging.root.handlers[:], logging.root.level
    logging.root.handlers = []
    written = io.StringIO()
    configure(as_json=True, stream=written)
    yield written
    structlog.reset_defaults()
    logging.root.handlers, logging.root.level = handlers, level


def only_line(log: io.StringIO) -> dict[str, Any]:
    (line,) = log.getvalue().splitlines()
    found: dict[str, Any] = json.loads(line)
    return found


def test_a_record_is_one_line_with_its_event_name_and_fields(log: io.StringIO) -> None:
    entry_logger()(entry(DECLINED))
    line = only_line(log)
    assert line.pop("logged_at")
    assert line == {
        "event": "offer.ended",
        "level": "info",
        "call_id": "n1-17.1",
        "epoch": 7,
        "seq": 4,
        "at": "2026-03-01T18:00:00+00:00",
        "offer_id": "n1-17.1-e7-o2",
        "agent_id": "ana",
        "outcome": "declined",
        "after": 3.25,
        "cause": 17,
    }


def test_an_alarm_is_a_warning_and_belongs_to_no_call(log: io.StringIO) -> None:
    entry_logger()(entry(AlarmRaised(alarm="disk", text="almost full"), call=None))
    line = only_line(log)
    assert line["level"] == "warning"
    assert "call_id" not in line


def test_how_many_keys_were_pressed_is_logged(log: io.StringIO) -> None:
    step = StepEntered(
        flow=FlowName("main"), step=StepName("menu"), step_kind="menu", after="key", digits=2
    )
    entry_logger()(entry(step))
    assert only_line(log)["keys_pressed"] == 2


def test_a_number_in_a_detail_of_the_network_is_hidden(log: io.StringIO) -> None:
    entry_logger()(
        entry(CommandRefused(command="dial", why="refused", detail="PJSIP/+525512345678@t"))
    )
    assert "5512345678" not in log.getvalue()
    assert only_line(log)["detail"] == "PJSIP/+[number]@t"


@pytest.mark.parametrize("field", ["number", "digits", "caller", "Caller_ID", "exten", "password"])
def test_a_field_that_may_hold_a_number_is_refused(log: io.StringIO, field: str) -> None:
    structlog.get_logger().info("something", **{field: "5512345678"})
    assert "5512345678" not in log.getvalue()


def test_a_number_deep_inside_a_value_is_hidden(log: io.StringIO) -> None:
    structlog.get_logger().info("x", channel={"caller": {"number": "5512345678"}, "name": "a"})
    structlog.get_logger().info("x", tried=["sip:5512345678@trunk", ("tel:+525512345678", 3)])
    structlog.get_logger().info("x", problem=ValueError("sip:5512345678@trunk"))
    assert "5512345678" not in log.getvalue()


def test_a_number_in_a_traceback_is_hidden(log: io.StringIO) -> None:
    try:
        raise ValueError("cannot dial +525512345678")
    except ValueError:
        structlog.get_logger().exception("failed")
    assert "cannot dial +[number]" in log.getvalue()


def test_a_library_may_warn_but_not_chat_and_shows_no_number(log: io.StringIO) -> None:
    library = logging.getLogger("panoramisk")
    library.info("event from sip:5512345678@trunk")
    library.warning("cannot reach %s", "sip:5512345678@trunk")
    line = only_line(log)
    assert line["event"] == "cannot reach sip:[number]@trunk"
    assert line["logger"] == "panoramisk"


def test_a_full_disk_costs_lines_of_the_log_and_raises_nothing(log: io.StringIO) -> None:
    class Full(io.StringIO):
        def write(self, text: str) -> int:
            raise OSError(errno.ENOSPC, "No space left on device")

    configure(as_json=False, stream=Full())
    entry_logger()(entry(DECLINED))
    structlog.get_logger().error("engine.defect", trace="x")
    logging.getLogger("asyncio").error("cannot")
    assert log.getvalue() == ""


def test_asterisks_own_ids_are_left_alone(log: io.StringIO) -> None:
    structlog.get_logger().info("x", call_id="n1-1772388000.123")
    assert only_line(log)["call_id"] == "n1-1772388000.123"


def test_the_console_shows_the_same_without_braces() -> None:
    written = io.StringIO()
    configure(as_json=False, stream=written)
    entry_logger()(entry(DECLINED))
    structlog.reset_defaults()
    assert "offer.ended" in written.getvalue()
    assert "outcome=declined after=3.25 cause=17\n" in written.getvalue()
    assert "{" not in written.getvalue()


def test_a_traceback_in_a_file_follows_its_line() -> None:
    written = io.StringIO()
    configure(as_json=False, stream=written)
    try:
        raise ValueError("cannot dial +525512345678")
    except ValueError:
        structlog.get_logger().exception("failed", text="a caller was lost")
    structlog.reset_defaults()
    line, *trace = written.getvalue().splitlines()
    assert line.endswith("text='a caller was lost'")
    assert trace[-1] == "ValueError: cannot dial +[number]"


@pytest.mark.parametrize(
    ("kind", "name"),
    [
        ("offer_made", "offer.made"),
        ("wrap_up_started", "wrap_up.started"),
        ("agent_state_changed", "agent.state_changed"),
        ("answered", "call.answered"),
        ("call_started", "call.started"),
        ("handed_to_fallback", "call.handed_to_fallback"),
    ],
)
def test_event_names_read_noun_first(kind: str, name: str) -> None:
    assert event_name(kind) == name


def test_every_kind_has_an_event_name_of_its_own() -> None:
    assert len({event_name(kind) for kind in KINDS}) == len(KINDS)
