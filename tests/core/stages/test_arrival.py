"""A caller reaches us: whatever they dialled, somebody speaks to them at once."""

from __future__ import annotations

from datetime import timedelta

from router.core import events as e
from router.core.commands import Dial, Play
from router.core.records import CallStarted, StepEntered
from router.core.vocabulary import LegEnding, LegId
from tests.core.driver import NODE, Driver
from tests.core.house import agent


def test_caller_hears_the_greeting_at_once() -> None:
    hotline = Driver()
    caller = hotline.caller_arrives()
    assert caller.hears == "saludo"
    started = hotline.records(CallStarted)[0]
    assert (started.known_line, started.language, started.policy) == (True, "es", "test")
    assert [s.step for s in hotline.records(StepEntered)] == ["saludo"]


def test_unknown_number_is_served_on_the_default_line_and_recorded_as_unknown() -> None:
    hotline = Driver()
    caller = hotline.caller_arrives("5550000000")
    assert caller.hears == "saludo"
    assert [r.known_line for r in hotline.records(CallStarted)] == [False]


def test_the_number_dialled_is_in_no_record() -> None:
    hotline = Driver()
    hotline.caller_arrives("5550000000")
    assert "5550000000" not in repr(hotline.entries)


def test_the_clock_of_a_call_starts_at_the_pbx() -> None:
    hotline = Driver()
    caller = hotline.caller_arrives(seconds_ago=12)
    assert hotline.at - caller.call.arrived_at == timedelta(seconds=12)


def test_a_channel_from_the_future_has_just_arrived() -> None:
    hotline = Driver()
    assert hotline.caller_arrives(seconds_ago=-3600).call.arrived_at == hotline.at


def test_a_doubled_arrival_is_ignored_and_counted() -> None:
    hotline = Driver()
    caller = hotline.caller_arrives()
    assert hotline.happens(arrival(hotline, caller.leg)) == []
    assert hotline.engine.floor.ignored["call_arrived_twice"] == 1
    assert len(hotline.records(CallStarted)) == 1


def arrival(hotline: Driver, leg: LegId) -> e.CallArrived:
    return e.CallArrived(
        at=hotline.at,
        node=NODE,
        leg=leg,
        number_dialled="5555335533",
        arrived_at=hotline.at,
        caller=None,
    )


def test_an_arrival_told_again_after_the_hang_up_raises_no_ghost() -> None:
    hotline = Driver()
    hotline.works(agent("ana", psicologia=3, crisis=3))
    caller = hotline.caller_arrives().chooses("1")
    caller.hangs_up()
    assert hotline.happens(arrival(hotline, caller.leg)) == []
    hotline.passes(60)
    assert not hotline.engine.floor.calls
    assert len(hotline.ordered(Dial)) == 1


def test_an_arrival_told_only_after_the_end_leaves_the_floor_at_once() -> None:
    hotline = Driver()
    hotline.works(agent("ana", psicologia=3, crisis=3))
    leg = LegId("late")
    hotline.board.ends(leg, hotline.at)
    hotline.happens(e.LegEnded(at=hotline.at, leg=leg, ending=LegEnding.HUNG_UP))
    hotline.happens(arrival(hotline, leg))
    hotline.passes(5)
    assert not hotline.engine.floor.calls
    assert hotline.rung() == []
    hotline.passes(60)
    assert not hotline.ordered(Dial), "nobody is rung for a ghost"


def test_a_caller_who_comes_back_from_the_dialplan_gets_no_old_ids() -> None:
    hotline = Driver()
    hotline.works(agent("ana", psicologia=3, crisis=3))
    caller = hotline.caller_arrives().chooses("1")
    hotline.board.leaves(caller.leg, hotline.at)
    hotline.happens(e.LegLeft(at=hotline.at, leg=caller.leg))
    del hotline.board.hears[caller.leg]
    hotline.board.comes_up(caller.leg, hotline.at)
    hotline.happens(arrival(hotline, caller.leg))
    caller.chooses("1")
    assert len({d.leg for d in hotline.ordered(Dial)}) == 2
    assert len({p.playback for p in hotline.ordered(Play)}) == len(hotline.ordered(Play))


def test_callers_do_not_hear_each_other() -> None:
    hotline = Driver()
    first, second = hotline.caller_arrives(), hotline.caller_arrives()
    first.hears_out()
    assert (first.hears, second.hears) == ("menu", "saludo")
