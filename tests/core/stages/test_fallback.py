"""The guard moved callers to the fallback: a living engine takes them back where they were."""

from __future__ import annotations

import pytest

from router.core import events as e
from router.core.commands import TakeBack
from router.core.records import Adopted, CallStarted, HandedToFallback, Queued
from router.core.vocabulary import AgentId, AgentState, EndedBy, LegId
from tests.core.driver import NODE, Caller, Driver
from tests.core.house import agent, seconds

ANA = agent("ana", psicologia=3, crisis=3)


def hotline_with_ana() -> Driver:
    hotline = Driver()
    hotline.works(ANA)
    return hotline


def guard_moves(hotline: Driver, caller: Caller) -> None:
    hotline.board.leaves(caller.leg, hotline.at)


def fallback_is(
    hotline: Driver,
    *waiting: LegId,
    engaged: tuple[str, ...] = (),
    talking: tuple[str, ...] = (),
    freed: bool = False,
) -> None:
    hotline.happens(
        e.FallbackListed(
            at=hotline.at,
            node=NODE,
            waiting=waiting,
            engaged=tuple(map(AgentId, (*engaged, *talking))),
            talking=tuple(map(AgentId, talking)),
            freed=freed,
        )
    )


def test_a_waiting_caller_comes_back_to_their_place_as_the_same_call() -> None:
    hotline = hotline_with_ana()
    hotline.pauses("ana")
    first = hotline.caller_arrives().chooses("1")
    hotline.passes(1)
    second = hotline.caller_arrives().chooses("1")
    since = first.call.place
    assert since is not None
    hotline.disconnects()
    guard_moves(hotline, first)
    hotline.listed()
    assert [r.queue for r in hotline.records(HandedToFallback)] == ["crisis"]
    fallback_is(hotline, first.leg)
    place = first.call.place
    assert place is not None
    assert place.since == since.since
    assert first.hears == "music"
    hotline.resumes("ana")
    assert len(first.call.offers) == 1
    assert not second.call.offers


def test_the_books_have_a_place_for_each_end() -> None:
    hotline = hotline_with_ana()
    hotline.pauses("ana")
    caller = hotline.caller_arrives().chooses("1")
    guard_moves(hotline, caller)
    hotline.happens(e.LegLeft(at=hotline.at, leg=caller.leg))
    fallback_is(hotline, caller.leg)
    kinds = [type(r) for r in caller.records() if isinstance(r, Queued | HandedToFallback)]
    assert kinds == [Queued, HandedToFallback, Queued]
    assert hotline.records(Queued)[-1].place_from == hotline.records(Queued)[0].place_from


def test_the_books_have_a_place_as_well_for_one_who_came_back_unseen() -> None:
    hotline = hotline_with_ana()
    hotline.pauses("ana")
    caller = hotline.caller_arrives().chooses("1")
    guard_moves(hotline, caller)
    hotline.listed()
    hotline.board.obey(TakeBack(node=NODE, call=None, leg=caller.leg), hotline.at)
    hotline.disconnects()
    hotline.listed()
    kinds = [type(r) for r in caller.records() if isinstance(r, Queued | HandedToFallback)]
    assert kinds == [Queued, HandedToFallback, Queued]
    assert hotline.records(Queued)[-1].place_from == hotline.records(Queued)[0].place_from


@pytest.mark.parametrize("unseen", [False, True])
def test_a_place_that_was_not_written_in_time_is_not_lost_by_the_life_that_gave_it(
    unseen: bool,
) -> None:
    """The guard was quicker than the engine's next beat: nothing it ordered was carried out."""
    hotline = hotline_with_ana()
    hotline.pauses("ana")
    caller = hotline.caller_arrives().hears_out()
    in_the_menu = hotline.board.carried[caller.leg]
    caller.chooses("1")
    given = caller.call.place
    hotline.board.carried[caller.leg] = in_the_menu
    guard_moves(hotline, caller)
    hotline.happens(e.LegLeft(at=hotline.at, leg=caller.leg))
    hotline.passes(3)
    if unseen:
        hotline.board.obey(TakeBack(node=NODE, call=None, leg=caller.leg), hotline.at)
        hotline.disconnects()
        hotline.listed()
    else:
        fallback_is(hotline, caller.leg)
    assert given is not None
    assert caller.call.place == given
    assert caller.hears == "music"
    assert hotline.board.carried[caller.leg] == caller.call.carried != in_the_menu


def test_no_id_is_used_twice_by_one_who_comes_back() -> None:
    hotline = hotline_with_ana()
    caller = hotline.caller_arrives().chooses("1")
    first = hotline.leg_of("ana")
    guard_moves(hotline, caller)
    hotline.happens(e.LegLeft(at=hotline.at, leg=caller.leg))
    fallback_is(hotline, caller.leg)
    assert hotline.leg_of("ana") != first


def test_a_caller_in_the_menu_hears_it_again() -> None:
    hotline = hotline_with_ana()
    caller = hotline.caller_arrives().hears_out()
    guard_moves(hotline, caller)
    hotline.happens(e.LegLeft(at=hotline.at, leg=caller.leg))
    fallback_is(hotline, caller.leg)
    assert caller.hears == "menu"
    assert len(hotline.records(CallStarted)) == 1


def test_a_caller_of_an_earlier_life_comes_back_as_well() -> None:
    before = hotline_with_ana()
    before.pauses("ana")
    caller = before.caller_arrives().chooses("1")
    place = caller.call.place
    assert place is not None
    guard_moves(before, caller)
    now = Driver(epoch=8, at=before.at + seconds(9))
    now.board = before.board
    now.listed()
    assert [r.queue for r in now.records(HandedToFallback)] == ["crisis"]
    assert not now.records(Adopted)
    fallback_is(now, caller.leg)
    mine = now.engine.floor.calls[caller.id].place
    assert mine is not None
    assert mine.since == place.since
    assert len(now.records(HandedToFallback)) == 1


def test_a_caller_whom_only_the_fallback_knew_begins_from_the_start() -> None:
    hotline = hotline_with_ana()
    leg = LegId("stranger")
    hotline.board.created[leg] = hotline.at
    hotline.board.leaves(leg, hotline.at)
    fallback_is(hotline, leg)
    assert hotline.board.hears[leg] == "saludo"


def test_a_caller_whom_we_gave_away_is_not_asked_for_again() -> None:
    hotline = hotline_with_ana()
    caller = hotline.caller_arrives()
    defect = e.DigitPressed(at=hotline.at, leg=caller.leg, digit="1")
    for command in hotline.engine.quarantine(defect).commands:
        hotline.board.obey(command, hotline.at)
    fallback_is(hotline, caller.leg)
    assert not hotline.ordered(TakeBack)


def test_a_caller_whom_we_gave_away_keeps_nobody_waiting() -> None:
    hotline = hotline_with_ana()
    hotline.pauses("ana")
    lost = hotline.caller_arrives()
    defect = e.DigitPressed(at=hotline.at, leg=lost.leg, digit="1")
    for command in hotline.engine.quarantine(defect).commands:
        hotline.board.obey(command, hotline.at)
    fallback_is(hotline, lost.leg)
    waits = hotline.caller_arrives().chooses("1")
    hotline.disconnects()
    hotline.listed()
    hotline.resumes("ana")
    assert len(waits.call.offers) == 1


def two_in_the_fallback_of_an_engine_that_is_back() -> tuple[Driver, Caller, Caller]:
    """Ana is free, and was not rung yet."""
    hotline = hotline_with_ana()
    hotline.pauses("ana")
    first = hotline.caller_arrives().chooses("1")
    hotline.passes(1)
    second = hotline.caller_arrives().chooses("1")
    hotline.disconnects()
    guard_moves(hotline, first)
    guard_moves(hotline, second)
    hotline.listed()
    hotline.resumes("ana")
    return hotline, first, second


def test_who_comes_back_first_does_not_get_the_agent_of_one_who_waits_longer() -> None:
    hotline, first, second = two_in_the_fallback_of_an_engine_that_is_back()
    fallback_is(hotline, second.leg, first.leg)
    assert len(first.call.offers) == 1
    assert not second.call.offers


def test_who_is_rung_for_in_the_fallback_and_comes_late_keeps_nobody_waiting() -> None:
    hotline, first, second = two_in_the_fallback_of_an_engine_that_is_back()
    hotline.board.hears[first.leg] = "an agent, in a moment"
    fallback_is(hotline, first.leg, second.leg)
    assert hotline.rung() == []
    hotline.passes(2)
    assert len(second.call.offers) == 1


def test_who_talks_in_the_fallback_keeps_nobody_waiting() -> None:
    hotline, _, second = two_in_the_fallback_of_an_engine_that_is_back()
    fallback_is(hotline, second.leg)
    assert len(second.call.offers) == 1


def test_who_was_kept_there_is_back_before_anybody_is_rung() -> None:
    hotline, first, second = two_in_the_fallback_of_an_engine_that_is_back()
    fallback_is(hotline)  # the guard keeps them, and we are told of nobody
    fallback_is(hotline, second.leg, first.leg, freed=True)
    assert len(first.call.offers) == 1
    assert not second.call.offers


def test_who_was_kept_there_and_is_rung_for_just_then_keeps_nobody_waiting() -> None:
    hotline, first, second = two_in_the_fallback_of_an_engine_that_is_back()
    fallback_is(hotline)
    hotline.board.hears[first.leg] = "an agent, in a moment"
    fallback_is(hotline, first.leg, second.leg, freed=True)
    assert hotline.rung() == []
    hotline.passes(2)
    assert len(second.call.offers) == 1


def test_who_was_moved_instead_of_hung_up_hears_the_goodbye_again_and_no_silence() -> None:
    hotline = hotline_with_ana()
    caller = hotline.caller_arrives().chooses("1")
    hotline.answers("ana")
    hotline.hangs_up("ana")
    caller.call.ended_by = EndedBy.SYSTEM  # the order to hang up is on its way
    guard_moves(hotline, caller)
    hotline.happens(e.LegLeft(at=hotline.at, leg=caller.leg))
    fallback_is(hotline, caller.leg)
    assert caller.hears == "gracias"
    caller.hears_out()
    assert caller.hears == "gone"


def test_nobody_is_asked_for_while_the_node_is_unseen() -> None:
    hotline = hotline_with_ana()
    hotline.disconnects()
    fallback_is(hotline, LegId("one"))
    assert not hotline.ordered(TakeBack)


def test_an_agent_engaged_in_the_fallback_counts_as_talking_and_is_not_rung() -> None:
    hotline = hotline_with_ana()
    fallback_is(hotline, engaged=("ana",))
    assert hotline.state("ana") is AgentState.TALKING
    hotline.caller_arrives().chooses("1")
    assert hotline.rung() == []
    fallback_is(hotline)
    assert hotline.rung() == ["ana"]


def test_an_agent_who_talks_in_the_fallback_is_rung_no_more_and_another_is() -> None:
    hotline = hotline_with_ana()
    hotline.works(agent("bea", psicologia=3, crisis=3))
    caller = hotline.caller_arrives().chooses("1")
    assert hotline.rung() == ["ana"]
    fallback_is(hotline, talking=("ana",))
    assert hotline.rung() == ["bea"]
    hotline.answers("bea")
    assert caller.talks_to() == "bea"
    assert hotline.state("ana") is AgentState.TALKING
    fallback_is(hotline)
    assert hotline.state("ana") is AgentState.READY


def test_an_agent_who_has_picked_up_our_call_is_not_taken_from_it_by_what_was_true_before() -> None:
    hotline = Driver()
    hotline.works(agent("bea", on="phone", psicologia=3, crisis=3))
    caller = hotline.caller_arrives().chooses("1")
    hotline.rings("bea")
    hotline.picks_up("bea")
    fallback_is(hotline, talking=("bea",))
    hotline.agent_presses("bea", "1")
    assert caller.talks_to() == "bea"


def test_an_agent_whom_we_ring_ourselves_is_not_engaged_elsewhere() -> None:
    hotline = hotline_with_ana()
    hotline.caller_arrives().chooses("1")
    fallback_is(hotline, engaged=("ana",))
    hotline.answers("ana")
    assert hotline.state("ana") is AgentState.TALKING
    hotline.hangs_up("ana")
    assert hotline.state("ana") is AgentState.WRAP_UP


def test_a_caller_who_dialled_while_no_engine_lived_has_waited_since_they_arrived() -> None:
    hotline = hotline_with_ana()
    hotline.pauses("ana")
    engines = hotline.caller_arrives().chooses("1")
    hotline.passes(30)
    fallbacks = hotline.caller_arrives(seconds_ago=60).chooses("1")
    assert engines.call.place is not None
    assert fallbacks.call.place is not None
    assert fallbacks.call.place.since == fallbacks.call.arrived_at < engines.call.place.since
    hotline.resumes("ana")
    assert len(fallbacks.call.offers) == 1
    assert not engines.call.offers


def test_a_caller_whom_no_engine_saw_keeps_that_place_over_its_death_in_the_menu() -> None:
    hotline = hotline_with_ana()
    caller = hotline.caller_arrives(seconds_ago=60)
    arrived_at = caller.call.arrived_at
    second = hotline.dies_and_comes_back(ANA)
    second.pauses("ana")
    (call,) = second.engine.floor.calls.values()
    assert call.seen_late
    back = Caller(second, call.leg)
    back.chooses("1")
    assert call.place is not None
    assert call.place.since == arrived_at
    assert not call.seen_late


def test_a_caller_who_comes_later_than_the_dialplan_waits_for_an_engine_was_in_the_fallback() -> (
    None
):
    hotline = hotline_with_ana()
    soon = hotline.caller_arrives(seconds_ago=4).chooses("1").call.place
    late = hotline.caller_arrives(seconds_ago=4.5).chooses("1").call.place
    assert soon is not None
    assert late is not None
    assert soon.since == hotline.at
    assert late.since == hotline.at - seconds(4.5)


def test_a_place_in_a_second_queue_counts_from_its_choice() -> None:
    hotline = hotline_with_ana()
    caller = hotline.caller_arrives(seconds_ago=3).chooses("1")
    assert caller.call.place is not None
    assert caller.call.place.since == hotline.at
