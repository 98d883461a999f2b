"""What legs carry is read back as it was, by any version, and damage is never believed."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from router.core.carried import ROOM, CarriedCall, Urgency, of_call, read_call, read_offer
from router.core.vocabulary import AgentId, CallerKey, QueueName, SkillName
from tests.core.driver import Driver
from tests.core.house import agent


def somebody_waiting() -> Driver:
    hotline = Driver()
    hotline.works(agent("ana", psicologia=3, crisis=3))
    hotline.caller_arrives().chooses("1")
    hotline.rings("ana")
    hotline.passes(8)
    return hotline


def waiting_text() -> str:
    (call,) = somebody_waiting().engine.floor.calls.values()
    return call.carried


def test_everything_that_matters_comes_back() -> None:
    (call,) = somebody_waiting().engine.floor.calls.values()
    carried = read_call(call.carried)
    assert carried is not None
    assert (carried.run.flow, carried.run.step) == ("linea", "crisis")
    assert carried.kept.place == call.place
    assert carried.kept.arrived_at == call.arrived_at


def test_the_first_character_tells_the_dialplan_how_urgent_it_is() -> None:
    hotline = Driver()
    urgent, other = hotline.caller_arrives(), hotline.caller_arrives()
    undecided = hotline.caller_arrives()
    urgent.chooses("1")
    other.chooses("4")
    marks = [caller.call.carried[0] for caller in (urgent, other, undecided)]
    assert marks == ["!", ".", "?"]


def test_no_key_that_was_pressed_is_written() -> None:
    (call,) = somebody_waiting().engine.floor.calls.values()
    call.run = replace(call.run, typed_ahead="937")
    assert "937" not in of_call(call, None, Urgency.FIRST)


def test_a_text_fits_into_one_line_of_ami_however_many_agents_were_asked() -> None:
    (call,) = somebody_waiting().engine.floor.calls.values()
    assert call.place is not None
    for number in range(60):
        later = call.arrived_at + timedelta(seconds=number)
        call.place.passed_over[AgentId(f"agent-{number}")] = later
    text = of_call(call, None, Urgency.FIRST)
    assert len(text) <= ROOM
    carried = read_call(text)
    assert carried is not None
    assert carried.kept.place is not None
    assert "agent-59" in carried.kept.place.passed_over
    assert "agent-0" not in carried.kept.place.passed_over


def test_a_text_of_another_version_is_read_as_far_as_it_goes() -> None:
    plain = json.loads(waiting_text()[1:])
    plain["moon"] = "full"
    plain["run"] |= {"mood": 7, "prefer": [], "tags": []}
    del plain["playback"], plain["caller"]
    del plain["place"]["widening"]
    carried = read_call(json.dumps(plain))
    assert carried is not None
    assert carried.kept.place is not None
    assert carried.kept.place.widening == 0


@pytest.mark.parametrize("needed", ["arrived_at", "run"])
def test_a_text_without_what_is_needed_is_not_believed(needed: str) -> None:
    plain = json.loads(waiting_text()[1:])
    del plain[needed]
    assert read_call(json.dumps(plain)) is None


@pytest.mark.parametrize(
    "instant", ["", "now", "2026-11-24T18:00:00", "0001-01-01T00:00:00+00:00", 7, None]
)
def test_an_instant_that_cannot_be_is_not_believed(instant: object) -> None:
    plain = json.loads(waiting_text()[1:])
    plain["arrived_at"] = instant
    assert read_call(json.dumps(plain)) is None


@given(st.text() | st.binary().map(lambda raw: raw.decode("latin-1")))
def test_garbage_is_nothing(text: str) -> None:
    read_call(text)
    read_offer(text)


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner),
    max_leaves=8,
)
WAITING = json.loads(waiting_text()[1:])


@settings(max_examples=300, deadline=None)
@given(st.data())
def test_a_damaged_text_never_stops_the_engine(data: st.DataObject) -> None:
    plain = json.loads(json.dumps(WAITING))
    where = plain
    if data.draw(st.booleans()):
        where = plain[data.draw(st.sampled_from(["run", "place"]))]
    where[data.draw(st.sampled_from(sorted(where)))] = data.draw(json_values)
    before = somebody_waiting()
    before.board.carried = dict.fromkeys(before.board.carried, json.dumps(plain))
    now = Driver(epoch=8, at=before.at)
    now.works(agent("ana", psicologia=3, crisis=3))
    now.board = before.board
    now.listed()
    now.passes(200)
    assert len(now.engine.floor.calls) == 1


def test_what_counts_from_the_end_of_a_list_is_damage() -> None:
    plain = json.loads(json.dumps(WAITING))
    plain["place"]["overflowed"] = [-1]
    assert read_call(json.dumps(WAITING)) is not None
    assert read_call(json.dumps(plain)) is None


@given(
    widening=st.integers(0, 9),
    at_head=st.booleans(),
    prefer=st.lists(st.tuples(st.text(max_size=9).map(SkillName), st.integers(-9, 9)), max_size=3),
    key=st.none() | st.text(max_size=20).map(CallerKey),
    queue=st.text(max_size=20).map(QueueName),
)
def test_whatever_is_written_comes_back_the_same(
    widening: int,
    at_head: bool,
    prefer: list[tuple[SkillName, int]],
    key: CallerKey | None,
    queue: QueueName,
) -> None:
    (call,) = somebody_waiting().engine.floor.calls.values()
    assert call.place is not None
    call.caller = key
    call.place.queue, call.place.widening, call.place.at_head = queue, widening, at_head
    call.place.prefer = tuple(prefer)
    carried = read_call(of_call(call, None, Urgency.FIRST))
    assert isinstance(carried, CarriedCall)
    assert (carried.kept.place, carried.kept.caller) == (call.place, key)
