"""Each invariant is broken on purpose, and an alarm tells of it with the call's story."""

from __future__ import annotations

import pytest

from router.core import events as e
from router.core import inspection
from router.core.records import CallFinished, TimedOut
from router.core.turn import Turn
from router.core.vocabulary import AgentId, EndedBy
from tests.core.driver import NODE, Caller, Driver, listed_leg
from tests.core.house import agent, seconds

ANA = agent("ana", psicologia=3, crisis=3, juridico=3)
NAME = AgentId("ana")


def waiting(key: str = "1") -> tuple[Driver, Caller]:
    """In the queue; Ana is on shift and has a break."""
    hotline = Driver()
    hotline.works(ANA)
    hotline.pauses("ana")
    return hotline, hotline.caller_arrives().chooses(key)


def broken(hotline: Driver) -> list[str]:
    return [name for name in hotline.engine.floor.alarms if name.startswith("invariant")]


def story(hotline: Driver, invariant: int) -> str:
    return hotline.engine.floor.alarms[f"invariant:{invariant}"].text


def test_invariant_1_a_caller_who_left_a_queue_without_a_word_raises_an_alarm() -> None:
    hotline, caller = waiting()
    caller.call.place = None  # the fault
    hotline.passes(1)
    caller.hangs_up()
    assert broken(hotline) == ["invariant:1"]
    told = story(hotline, 1)
    assert caller.id in told
    assert "queued crisis" in told


def test_invariant_1_the_system_never_hangs_up_on_crisis() -> None:
    hotline, caller = waiting()
    turn = Turn(floor=hotline.engine.floor, at=hotline.at)  # the fault: a stage that does this
    turn.note(TimedOut(queue=caller.call.place.queue, waited=seconds(9)), caller.id)  # type: ignore[union-attr]  # they wait
    caller.call.place = None
    turn.note(
        CallFinished(by=EndedBy.SYSTEM, at_step=caller.call.run.step, lasted=seconds(9)), caller.id
    )
    turn.floor.depart(caller.call)
    inspection.inspect(turn, e.ClockReached(at=hotline.at))
    assert "hung up on a caller of the first class" in story(hotline, 1)


def test_invariant_2_an_agent_who_is_rung_twice_raises_an_alarm() -> None:
    hotline, _ = waiting()
    hotline.resumes("ana")
    assert hotline.rung() == ["ana"]
    busy = hotline.engine.floor.agents[NAME]
    busy.offer = busy.leg = None  # the fault
    hotline.engine.floor.board.everything = True
    other = hotline.caller_arrives().chooses("1")
    assert "invariant:2" in broken(hotline)
    assert other.id in story(hotline, 2)


def test_invariant_3_somebody_idle_whom_routing_was_not_told_of_raises_an_alarm_and_is_rung() -> (
    None
):
    hotline, caller = waiting()
    hotline.engine.floor.agents[NAME].paused = None  # the fault: nobody is told
    for _ in range(20):
        hotline.caller_arrives()
    hotline.passes(1)
    assert broken(hotline) == ["invariant:3"]
    assert hotline.rung() == ["ana"]
    hotline.answers("ana")
    assert caller.talks_to() == "ana"


def test_invariant_3_a_caller_whom_routing_has_forgotten_raises_an_alarm_and_is_served() -> None:
    hotline, caller = waiting()
    hotline.engine.floor.board.exchange.leave(caller.id)  # the fault
    for _ in range(20):
        hotline.caller_arrives()
    hotline.passes(1)
    assert "invariant:3" in broken(hotline)
    assert caller.id in story(hotline, 3)
    hotline.resumes("ana")
    assert hotline.rung() == ["ana"]


def test_invariant_3_an_idle_agent_whom_the_matcher_overlooks_raises_an_alarm() -> None:
    hotline, caller = waiting()
    profile = hotline.engine.floor.board.exchange.staff.members[NAME].profile
    profile.kinds = 0  # the fault: whom they can serve is forgotten
    hotline.resumes("ana")
    assert broken(hotline) == ["invariant:3"]
    assert caller.id in story(hotline, 3)


def test_invariant_4_a_lower_class_served_first_raises_an_alarm() -> None:
    hotline, crisis = waiting()
    hotline.caller_arrives().chooses("4")
    exchange = hotline.engine.floor.board.exchange
    for kinds in exchange.waiting.callers[crisis.id].line.kinds:
        for kind in kinds:
            kind.rank = (0, kind.tier)  # the fault: crisis stands last
    exchange.waiting.number()
    hotline.resumes("ana")
    assert "invariant:4" in broken(hotline)
    assert crisis.id in story(hotline, 4)


def test_invariant_5_a_later_caller_served_first_raises_an_alarm() -> None:
    hotline, first = waiting()
    hotline.passes(1)
    hotline.caller_arrives().chooses("1")
    exchange = hotline.engine.floor.board.exchange
    exchange.waiting.callers[first.id].kind(False).plain.reverse()  # the fault
    hotline.resumes("ana")
    assert broken(hotline) == ["invariant:5"]
    assert first.id in story(hotline, 5)


def test_invariant_6_a_caller_whom_a_new_life_does_not_know_raises_an_alarm() -> None:
    hotline, caller = waiting()
    turn = Turn(floor=hotline.engine.floor, at=hotline.at)
    del turn.floor.calls[caller.id]  # the fault: adoption lost them
    leg = listed_leg(caller.leg, None)
    inspection.inspect(turn, e.LegsListed(at=hotline.at, node=NODE, legs=(leg,), bridges=()))
    assert broken(hotline) == ["invariant:6"]


def test_invariant_6_callers_who_changed_places_over_a_restart_raise_an_alarm() -> None:
    hotline, first = waiting()
    hotline.passes(1)
    second = hotline.caller_arrives().chooses("1")
    assert first.call.place is not None
    first.call.place.since = hotline.at + seconds(5)  # the fault
    turn = Turn(floor=hotline.engine.floor, at=hotline.at)
    legs = tuple(
        listed_leg(each.leg, None, carried=hotline.board.carried[each.leg])
        for each in (first, second)
    )
    inspection.inspect(turn, e.LegsListed(at=hotline.at, node=NODE, legs=legs, bridges=()))
    assert broken(hotline) == ["invariant:6"]


@pytest.mark.parametrize("end", ["hangs_up", "loses_line"])
def test_a_day_without_a_fault_breaks_nothing_and_keeps_no_story(end: str) -> None:
    hotline, caller = waiting()
    hotline.resumes("ana")
    hotline.answers("ana")
    getattr(hotline, end)("ana")
    hotline.passes(40)
    caller.hangs_up()
    hotline.passes(1)
    assert broken(hotline) == []
    watch = hotline.engine.floor.watch
    assert not watch.places
    assert caller.id not in watch.stories
