"""The engine dies and is started again: every caller goes on where they were."""

from __future__ import annotations

import time
from datetime import timedelta

import pytest

from router.core import events as e
from router.core.commands import (
    Bridge,
    HandToDialplan,
    Hangup,
    Listen,
    Remember,
    StopMusic,
    StopPlay,
)
from router.core.house_records import NodeConnected
from router.core.records import (
    Adopted,
    AgentLost,
    Answered,
    CallStarted,
    Ended,
    OfferEnded,
    OfferMade,
    Queued,
    StepEntered,
    Widened,
)
from router.core.routing.agent import AgentProfile
from router.core.vocabulary import AgentState, EndedBy, LegEnding, LegId, OfferOutcome
from tests.core.driver import NODE, Caller, Driver, listed_leg
from tests.core.house import LINE, agent, policy, seconds

ANA = agent("ana", psicologia=3, crisis=3)
ANA_AT_HOME = agent("ana", on="phone", psicologia=3, crisis=3)
LEO = agent("leo", juridico=2)


def crisis_hotline(*staff: AgentProfile) -> Driver:
    hotline = Driver()
    hotline.works(*(staff or (ANA, LEO)))
    return hotline


def dies_and_comes_back(first: Driver, *staff: AgentProfile, after: float = 1.5) -> Driver:
    return first.dies_and_comes_back(*(staff or (ANA, LEO)), after=after)


def same(caller: Caller, hotline: Driver) -> Caller:
    return Caller(hotline, caller.leg)


# -- in the menu --------------------------------------------------------------------------------


def test_caller_in_the_greeting_hears_it_again() -> None:
    before = crisis_hotline()
    caller = before.caller_arrives()
    old = before.board.playing[caller.leg]
    now = dies_and_comes_back(before)
    assert caller.leg in now.board.playing
    assert now.board.hears[caller.leg] == "saludo"
    assert [c.playback for c in now.ordered(StopPlay)] == [old]
    assert not now.records(CallStarted)
    assert same(caller, now).call.run.step == "saludo"


def test_caller_in_the_menu_hears_the_menu_again_and_their_key_counts() -> None:
    before = crisis_hotline()
    caller = before.caller_arrives().hears_out()
    now = dies_and_comes_back(before)
    assert now.board.hears[caller.leg] == "menu"
    same(caller, now).presses("4")
    assert [q.queue for q in now.records(Queued)] == ["juridico"]


def test_caller_who_was_silent_after_the_menu_hears_it_again() -> None:
    before = crisis_hotline()
    caller = before.caller_arrives().hears_out().hears_out()
    before.passes(3)
    now = dies_and_comes_back(before)
    assert now.board.hears[caller.leg] == "menu"
    now.passes(3)
    assert not now.records(Queued)


def test_caller_at_the_goodbye_hears_it_and_is_let_go() -> None:
    before = crisis_hotline()
    caller = before.caller_arrives().chooses("1")
    before.answers("ana")
    before.hangs_up("ana")
    assert caller.hears == "gracias"
    now = dies_and_comes_back(before)
    assert now.board.hears[caller.leg] == "gracias"
    same(caller, now).hears_out()
    assert now.board.hears[caller.leg] == "gone"


def test_a_step_that_the_flow_no_longer_has_leads_to_the_first_resort() -> None:
    before = crisis_hotline()
    caller = before.caller_arrives()
    before.board.carried[caller.leg] = before.board.carried[caller.leg].replace("saludo", "hola")
    now = dies_and_comes_back(before)
    assert [q.queue for q in now.records(Queued)] == ["crisis"]


# -- in a queue ---------------------------------------------------------------------------------


def test_caller_keeps_queue_place_arrival_and_who_was_asked() -> None:
    before = crisis_hotline()
    caller = before.caller_arrives(seconds_ago=3).chooses("1")
    before.rings("ana")
    before.passes(9)  # nobody answers
    kept, place = caller.call, caller.call.place
    assert place is not None
    assert place.passed_over
    now = dies_and_comes_back(before)
    mine = same(caller, now).call
    assert mine.arrived_at == kept.arrived_at
    assert mine.place is not None
    assert (mine.place.queue, mine.place.since) == (place.queue, place.since)
    assert mine.place.passed_over == place.passed_over
    assert not now.records(Queued)
    (adopted,) = now.records(Adopted)
    assert (adopted.queue, adopted.place_from) == ("crisis", place.since)


def test_the_order_of_those_who_wait_is_exactly_what_it_was() -> None:
    before = crisis_hotline()
    before.pauses("ana")
    callers = []
    for microseconds in (0, 1, 7):
        before.at += timedelta(microseconds=microseconds)
        callers.append(before.caller_arrives().chooses("1"))
    keys = [c.call.place.since for c in callers if c.call.place is not None]
    now = dies_and_comes_back(before, ANA)
    places = [same(c, now).call.place for c in callers]
    assert [p.since for p in places if p is not None] == keys
    assert now.rung() == ["ana"]
    assert now.engine.floor.offers[next(iter(now.engine.floor.offers))].call == callers[0].id


def test_a_circle_that_was_widened_stays_wide_and_the_next_is_on_time() -> None:
    before = crisis_hotline(LEO)
    caller = before.caller_arrives().chooses("1")
    assert caller.call.place is not None
    widening = caller.call.place.widening
    assert widening == 4 or widening >= 1
    now = dies_and_comes_back(before, LEO)
    place = same(caller, now).call.place
    assert place is not None
    assert place.widening == widening
    assert not now.records(Widened)


def test_who_waits_hears_music_again_and_the_next_message_when_it_was_due() -> None:
    before = crisis_hotline(LEO)
    caller = before.caller_arrives().chooses("1")
    before.passes(20)
    now = dies_and_comes_back(before, LEO, after=1)
    assert now.board.hears[caller.leg] == "music"
    now.passes(3.9)
    assert now.board.hears[caller.leg] == "music"
    now.passes(0.2)
    assert now.board.hears[caller.leg] == "espera_crisis"


def test_the_notice_that_was_being_said_is_followed_by_music_and_not_by_silence() -> None:
    before = crisis_hotline(ANA)
    caller = before.caller_arrives().presses("4")
    notice = before.board.playing[caller.leg]
    now = dies_and_comes_back(before, ANA)
    assert now.ordered(StopPlay)[0].playback == notice
    assert now.board.hears[caller.leg] == "music"


def test_who_waits_is_offered_to_whoever_is_free_now() -> None:
    before = crisis_hotline()
    before.pauses("ana")
    caller = before.caller_arrives().chooses("1")
    now = dies_and_comes_back(before)
    assert now.rung() == ["ana"]
    now.answers("ana")
    assert same(caller, now).talks_to() == "ana"
    assert len({c.bridge for c in now.ordered(Bridge)}) == 1


def test_a_queue_that_the_policy_lost_meanwhile_becomes_the_first_resort() -> None:
    before = crisis_hotline(ANA)
    caller = before.caller_arrives().chooses("4")
    second = Driver(policy(without="juridico"), epoch=8, at=before.at)
    second.board = before.board
    second.listed()
    place = same(caller, second).call.place
    assert place is not None
    assert place.queue == "crisis"


def test_the_clock_that_was_put_back_an_hour_changes_neither_order_nor_waiting() -> None:
    before = crisis_hotline()
    before.pauses("ana")
    first = before.caller_arrives().chooses("1")
    before.passes(1)
    second = before.caller_arrives().chooses("1")
    before.passes(30)
    hour = timedelta(hours=1)
    now = Driver(epoch=8, at=before.at - hour)
    now.works(ANA, log_in=False)
    now.board = before.board
    listed = [
        listed_leg(caller.leg, None, carried=before.board.carried[caller.leg], created_at=at - hour)
        for caller, at in ((first, first.call.arrived_at), (second, second.call.arrived_at))
    ]
    now.happens(e.LegsListed(at=now.at, node=NODE, legs=tuple(listed), bridges=()))
    here = [same(c, now).call.place for c in (first, second)]
    there = [c.call.place for c in (first, second)]
    for mine, old in zip(here, there, strict=True):
        assert mine is not None
        assert old is not None
        assert mine.since == old.since - hour


def test_callers_of_whom_two_clocks_wrote_keep_their_order() -> None:
    """An engine on a machine whose clock is an hour behind wrote of all but the first, who was in
    the fallback meanwhile."""
    hour = timedelta(hours=1)
    before = crisis_hotline()
    before.pauses("ana")
    first = before.caller_arrives().chooses("1")
    behind = Driver(epoch=8, at=before.at + seconds(5) - hour)
    behind.works(ANA)
    behind.pauses("ana")
    behind.caller_arrives().hangs_up()
    others = [behind.caller_arrives().chooses("1") for _ in range(2)]
    now = Driver(epoch=9, at=behind.at + seconds(5))
    now.works(ANA, log_in=False)
    listed = [
        listed_leg(c.leg, None, carried=of.board.carried[c.leg], created_at=c.call.arrived_at - by)
        for of, c, by in ((before, first, hour), *((behind, c, seconds(0)) for c in others))
    ]
    now.happens(e.LegsListed(at=now.at, node=NODE, legs=tuple(listed), bridges=()))
    place, was = same(first, now).call.place, first.call.place
    assert place is not None
    assert was is not None
    assert place.since == was.since - hour


def test_who_was_seen_late_by_an_engine_that_slept_keeps_their_place_among_the_others() -> None:
    """The first is told too late by 6 s, as no clock is: it goes by what the others tell."""
    before = crisis_hotline()
    before.pauses("ana")
    first = before.caller_arrives().chooses("1")
    before.passes(1)
    second = before.caller_arrives().chooses("1")
    now = Driver(epoch=8, at=before.at + seconds(30))
    now.works(ANA, log_in=False)
    for caller, late in ((second, 6), (first, 0)):
        now.happens(
            e.CallArrived(
                at=now.at,
                node=NODE,
                leg=caller.leg,
                number_dialled=LINE,
                arrived_at=caller.call.arrived_at - seconds(late),
                caller=None,
                carried=before.board.carried[caller.leg],
            )
        )
    there = [same(caller, now).call.place for caller in (first, second)]
    assert [place.since for place in there if place is not None] == [
        caller.call.place.since for caller in (first, second) if caller.call.place is not None
    ]


# -- offers in flight ---------------------------------------------------------------------------


def test_a_telephone_that_rings_goes_on_ringing_and_is_rung_once() -> None:
    before = crisis_hotline()
    caller = before.caller_arrives().chooses("1")
    before.rings("ana")
    leg = before.leg_of("ana")
    now = dies_and_comes_back(before)
    assert now.leg_of("ana") == leg
    assert not now.records(OfferMade)
    assert not now.ordered(Hangup)
    assert now.state("ana") is AgentState.OFFERED
    now.answers("ana")
    assert same(caller, now).talks_to() == "ana"
    assert now.outcomes() == [("ana", OfferOutcome.ACCEPTED)]


def test_a_telephone_that_rang_out_of_sight_is_given_up_in_time() -> None:
    before = crisis_hotline(ANA)
    before.caller_arrives().chooses("1")
    before.rings("ana")
    now = dies_and_comes_back(before, ANA)
    now.passes(8)
    assert now.outcomes() == [("ana", OfferOutcome.NO_ANSWER)]


def test_a_desk_phone_picked_up_while_nobody_was_there_is_connected() -> None:
    before = crisis_hotline()
    caller = before.caller_arrives().chooses("1")
    before.rings("ana")
    before.board.comes_up(before.leg_of("ana"), before.at)
    now = dies_and_comes_back(before)
    assert same(caller, now).talks_to() == "ana"


def test_the_whisper_begins_again_and_1_connects() -> None:
    before = crisis_hotline(ANA_AT_HOME)
    caller = before.caller_arrives().chooses("1")
    before.rings("ana")
    before.picks_up("ana")
    leg = before.leg_of("ana")
    whisper = before.board.playing[leg]
    now = dies_and_comes_back(before, ANA_AT_HOME)
    assert whisper in [c.playback for c in now.ordered(StopPlay)]
    assert now.board.hears[leg] == "susurro_crisis"
    now.agent_presses("ana", "1")
    assert same(caller, now).talks_to() == "ana"


def test_a_machine_that_picked_up_is_still_a_machine() -> None:
    before = crisis_hotline(ANA_AT_HOME)
    before.caller_arrives().chooses("1")
    before.rings("ana")
    before.picks_up("ana")
    now = dies_and_comes_back(before, ANA_AT_HOME)
    now.passes(10)
    assert now.outcomes() == [("ana", OfferOutcome.MACHINE)]


def test_a_telephone_whose_caller_hung_up_meanwhile_is_let_go_once() -> None:
    before = crisis_hotline()
    caller = before.caller_arrives().chooses("1")
    before.rings("ana")
    before.board.ends(caller.leg, before.at)
    now = dies_and_comes_back(before)
    assert len(now.ordered(Hangup)) == 1
    assert now.outcomes() == [("ana", OfferOutcome.WITHDRAWN)]
    assert now.state("ana") is AgentState.READY
    assert not now.engine.floor.agent_legs


def test_an_agent_who_has_logged_out_meanwhile_is_not_rung_on() -> None:
    before = crisis_hotline()
    before.caller_arrives().chooses("1")
    before.rings("ana")
    second = Driver(epoch=8, at=before.at)
    second.works(ANA, log_in=False)
    second.board = before.board
    second.listed()
    assert second.outcomes() == [("ana", OfferOutcome.WITHDRAWN)]


# -- conversations ------------------------------------------------------------------------------


def talking(hotline: Driver) -> Caller:
    caller = hotline.caller_arrives().chooses("1")
    hotline.answers("ana")
    hotline.passes(30)
    return caller


def test_a_conversation_is_not_touched_and_its_agent_talks() -> None:
    before = crisis_hotline()
    caller = talking(before)
    now = dies_and_comes_back(before)
    assert same(caller, now).talks_to() == "ana"
    assert now.state("ana") is AgentState.TALKING
    assert [each.leg for each in now.ordered(Listen)] == [before.leg_of("ana")]
    for kind in (Bridge, Hangup, HandToDialplan, Remember):
        assert not now.ordered(kind)
    # An engine that woke may have ordered music, or a prompt, beside the agent.
    assert [each.leg for each in now.ordered(StopMusic)] == [caller.leg]
    assert {each.leg for each in now.ordered(StopPlay)} == {caller.leg}
    assert not now.records(Answered)
    (adopted,) = now.records(Adopted)
    assert (adopted.agent, adopted.queue) == ("ana", "crisis")


def test_its_end_is_written_and_the_agent_has_their_wrap_up() -> None:
    before = crisis_hotline()
    caller = talking(before)
    now = dies_and_comes_back(before, after=2)
    same(caller, now).hangs_up()
    (ended,) = now.records(Ended)
    assert (ended.agent, ended.by) == ("ana", EndedBy.CALLER)
    assert ended.talked == seconds(32)
    assert now.state("ana") is AgentState.WRAP_UP


def test_the_agents_own_hang_up_lets_the_flow_go_on() -> None:
    before = crisis_hotline()
    caller = talking(before)
    now = dies_and_comes_back(before)
    now.hangs_up("ana")
    assert now.board.hears[caller.leg] == "gracias"
    assert now.records(StepEntered)[-1].step == "gracias"


def test_a_broken_line_brings_the_caller_to_the_head_of_the_queue() -> None:
    before = crisis_hotline()
    caller = talking(before)
    now = dies_and_comes_back(before)
    now.loses_line("ana")
    assert now.records(AgentLost)
    place = same(caller, now).call.place
    assert place is not None
    assert place.at_head


def test_caller_whose_agent_went_away_meanwhile_is_connected_again() -> None:
    before = crisis_hotline()
    caller = talking(before)
    before.board.ends(before.leg_of("ana"), before.at)
    now = dies_and_comes_back(before)
    place = same(caller, now).call.place
    assert place is not None
    assert place.at_head
    assert now.board.hears[caller.leg] == "caida"
    assert not [b for b, legs in now.board.bridges.items() if caller.leg in legs]


def test_agent_whose_caller_went_away_meanwhile_has_their_wrap_up() -> None:
    before = crisis_hotline()
    caller = talking(before)
    before.board.ends(caller.leg, before.at)
    now = dies_and_comes_back(before)
    assert now.state("ana") is AgentState.WRAP_UP
    assert not now.engine.floor.agent_legs
    assert not now.board.bridges, "nothing is left of the conversation"


def test_two_who_had_said_yes_and_were_not_put_through_are_put_through() -> None:
    before = crisis_hotline()
    caller = talking(before)
    for bridge in list(before.board.bridges):
        del before.board.bridges[bridge]
    now = dies_and_comes_back(before)
    assert same(caller, now).talks_to() == "ana"
    assert not now.records(OfferEnded)
    to_meet = [c for c in now.commands if isinstance(c, StopMusic | Bridge)]
    assert [type(c) for c in to_meet] == [StopMusic, Bridge], "or music plays instead of Ana"


def test_a_conversation_that_carries_nothing_readable_is_kept_all_the_same() -> None:
    before = crisis_hotline()
    caller = talking(before)
    before.board.carried.clear()
    now = dies_and_comes_back(before)
    assert same(caller, now).talks_to() == "ana"
    now.loses_line("ana")
    place = same(caller, now).call.place
    assert place is not None
    assert place.queue == "crisis"


def test_a_conversation_with_an_agent_of_a_lost_roster_is_kept_and_ends() -> None:
    before = crisis_hotline()
    caller = talking(before)
    now = dies_and_comes_back(before, LEO)
    same(caller, now).hangs_up()
    assert [r.agent for r in now.records(Ended)] == ["ana"]
    assert not now.engine.floor.agent_legs


# -- what carries nothing, and what is not ours -------------------------------------------------


def test_caller_who_carries_nothing_begins_from_the_start() -> None:
    before = crisis_hotline()
    caller = before.caller_arrives().chooses("1")
    before.board.carried[caller.leg] = "{"
    now = dies_and_comes_back(before)
    assert now.board.hears[caller.leg] == "saludo"
    assert len(now.records(CallStarted)) == 1


def test_a_channel_that_is_not_ours_is_given_to_the_dialplan() -> None:
    hotline = Driver()
    strange = e.ListedLeg(
        leg=LegId("strange"),
        role="",
        call="",
        offer="",
        agent="",
        epoch=0,
        up=True,
        in_application=True,
        created_at=hotline.at,
    )
    hotline.happens(e.LegsListed(at=hotline.at, node=NODE, legs=(strange,), bridges=()))
    assert [c.leg for c in hotline.ordered(HandToDialplan)] == ["strange"]
    assert hotline.records(NodeConnected)[-1].handed == 1


def test_an_agent_who_is_dialling_a_short_code_is_let_go() -> None:
    before = crisis_hotline()
    leg = before.dials_code("ana", "*13")
    now = dies_and_comes_back(before)
    assert [c.leg for c in now.ordered(Hangup)] == [leg]


def test_a_bug_while_taking_over_gives_every_caller_to_the_dialplan(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    before = crisis_hotline()
    callers = [before.caller_arrives(), before.caller_arrives().chooses("1")]
    now = Driver(epoch=8, at=before.at)
    legs = tuple(before._listed_legs())

    def broken(*_: object) -> None:
        raise ZeroDivisionError

    listed = e.LegsListed(at=now.at, node=NODE, legs=legs, bridges=())
    monkeypatch.setattr("router.core.timetable.adoption.callers_are_adopted", broken)
    with pytest.raises(ZeroDivisionError):
        now.happens(listed)
    outcome = now.engine.quarantine(listed)
    handed = {c.leg for c in outcome.commands if isinstance(c, HandToDialplan)}
    assert handed == {c.leg for c in callers}


# -- again and again ----------------------------------------------------------------------------


def test_a_second_death_before_anything_changed_loses_nothing_either() -> None:
    before = crisis_hotline()
    before.pauses("ana")
    waits = before.caller_arrives().chooses("1")
    listens = before.caller_arrives().hears_out()
    place = waits.call.place
    second = dies_and_comes_back(before, LEO)
    third = Driver(epoch=9, at=second.at + seconds(1))
    third.works(LEO)
    third.board = second.board
    third.listed()
    assert third.board.hears[listens.leg] == "menu"
    mine = same(waits, third).call.place
    assert mine is not None
    assert place is not None
    assert mine.since == place.since


def test_the_end_of_an_adopted_caller_is_that_of_any_other() -> None:
    before = crisis_hotline()
    before.pauses("ana")
    caller = before.caller_arrives().chooses("1")
    now = dies_and_comes_back(before, LEO)
    now.board.ends(caller.leg, now.at)
    now.happens(e.LegEnded(at=now.at, leg=caller.leg, ending=LegEnding.HUNG_UP, cause=16))
    assert not now.engine.floor.calls


def test_500_callers_are_taken_over_in_well_under_a_second_of_work() -> None:
    before = crisis_hotline()
    before.pauses("ana")
    for _ in range(250):
        before.caller_arrives().chooses("1")
        before.caller_arrives().hears_out()
    now = Driver(epoch=8, at=before.at + seconds(2))
    now.works(LEO)
    now.board = before.board
    listed = e.LegsListed(at=now.at, node=NODE, legs=tuple(before._listed_legs()), bridges=())
    began = time.process_time()
    outcome = now.engine.handle(listed)
    assert time.process_time() - began < 0.5
    assert len(now.engine.floor.calls) == 500
    assert not [c for c in outcome.commands if isinstance(c, HandToDialplan)]
