"""The agent whose line broke is rung again, rung by rung, before anybody else gets the caller."""

from __future__ import annotations

import json
from dataclasses import replace

from router.core.records import Abandoned, AgentLost, Answered, LadderLeft, OfferEnded, OfferMade
from router.core.routing.queue import LostAgent
from router.core.staff import WrapUp
from router.core.vocabulary import AgentId, AgentState, CallId, LegEnding, OfferOutcome
from router.why import because
from tests.core.driver import Caller, Driver
from tests.core.house import CRISIS, agent, policy, seconds
from tests.core.stages.test_adoption import dies_and_comes_back, same

ANA = agent("ana", on="desk+phone", psicologia=3, crisis=3)
BEA = agent("bea", psicologia=3, crisis=3)


def talking(hotline: Driver | None = None) -> tuple[Driver, Caller]:
    """With Ana, and Bea is free."""
    hotline = hotline or Driver()
    hotline.works(ANA)
    caller = hotline.caller_arrives().chooses("1")
    hotline.answers("ana")
    hotline.works(BEA)
    return hotline, caller


def rung_on(hotline: Driver) -> list[tuple[str, str]]:
    return [(d.agent, d.device.kind) for d in hotline.board.ringing.values()]


def left(hotline: Driver) -> list[str]:
    return [r.why for r in hotline.records(LadderLeft)]


def test_p3_the_same_agent_is_rung_10_s_then_15_s_on_the_second_telephone_then_anybody() -> None:
    hotline, caller = talking()
    hotline.loses_line("ana")
    assert caller.hears == "caida"
    assert rung_on(hotline) == [("ana", "desk")]
    hotline.rings("ana")
    hotline.passes(9.9)
    assert rung_on(hotline) == [("ana", "desk")]
    hotline.passes(0.1)
    assert rung_on(hotline) == [("ana", "phone")]
    hotline.rings("ana")
    hotline.passes(14.9)
    assert rung_on(hotline) == [("ana", "phone")]
    hotline.passes(0.1)
    assert rung_on(hotline) == [("bea", "desk")]
    hotline.answers("bea")
    assert caller.talks_to() == "bea"
    tried = [(r.agent, r.why.decided_by) for r in hotline.records(OfferMade)[1:]]
    assert tried == [("ana", "same_telephone"), ("ana", "second_telephone"), ("bea", "only_one")]
    assert left(hotline) == ["not_reached"]


def test_p3_the_agent_who_is_back_has_their_caller_again() -> None:
    hotline, caller = talking()
    hotline.loses_line("ana")
    hotline.passes(4)
    hotline.rings("ana")
    hotline.picks_up("ana")
    assert caller.talks_to() == "ana"
    assert left(hotline) == []
    caller.hangs_up()
    hotline.ready("ana")
    assert hotline.state("ana") is AgentState.READY


def test_p3_who_writes_up_another_conversation_meanwhile_is_left_to_it() -> None:
    hotline, caller = talking()
    hotline.loses_line("ana")
    hotline.rings("ana")
    wrap_up = WrapUp(call=CallId("n1-in-the-fallback"), since=hotline.at, until=None)
    hotline.engine.floor.agents[AgentId("ana")].wrap_up = wrap_up
    hotline.passes(10)
    assert rung_on(hotline) == [("bea", "desk")]
    assert left(hotline) == ["away"]
    assert caller.is_there


def test_p3_the_mobile_is_answered_by_a_person_who_presses_1() -> None:
    hotline, caller = talking()
    hotline.loses_line("ana")
    hotline.passes(10)
    hotline.rings("ana")
    hotline.passes(14)
    hotline.picks_up("ana")
    hotline.passes(5)
    assert caller.talks_to() is None
    hotline.agent_presses("ana", "1")
    assert caller.talks_to() == "ana"


def test_p3_nobody_else_gets_the_agent_nor_the_caller_meanwhile() -> None:
    hotline, lost = talking()
    hotline.loses_line("ana")
    hotline.rings("ana")
    other = hotline.caller_arrives().chooses("1")
    hotline.passes(1)
    assert sorted(rung_on(hotline)) == [("ana", "desk"), ("bea", "desk")]
    assert hotline.state("ana") is AgentState.OFFERED
    hotline.answers("bea")
    assert other.talks_to() == "bea"
    assert [o.agent for o in lost.call.offers.values()] == ["ana"]


def test_p3_a_telephone_that_cannot_be_reached_is_tried_again_within_its_rung() -> None:
    hotline, _ = talking()
    hotline.loses_line("ana")
    hotline.leg_fails("ana", LegEnding.UNREACHABLE)
    assert rung_on(hotline) == []
    assert hotline.state("ana") is AgentState.OFFERED
    hotline.passes(1)
    assert rung_on(hotline) == [("ana", "desk")]
    hotline.passes(9)
    assert rung_on(hotline) == [("ana", "phone")]


def test_p3_a_desk_that_is_known_to_be_away_is_rung_as_soon_as_it_is_back() -> None:
    hotline, caller = talking()
    hotline.desk_is("ana", reachable=False)
    hotline.loses_line("ana")
    assert rung_on(hotline) == []
    hotline.passes(6)
    hotline.desk_is("ana", reachable=True)
    assert rung_on(hotline) == [("ana", "desk")]
    hotline.answers("ana")
    assert caller.talks_to() == "ana"


def test_p3_who_declines_is_not_rung_on_their_next_telephone() -> None:
    hotline, _ = talking()
    hotline.loses_line("ana")
    hotline.leg_fails("ana", LegEnding.DECLINED)
    assert rung_on(hotline) == [("bea", "desk")]
    assert left(hotline) == ["declined"]
    assert hotline.state("ana") is AgentState.READY


def test_p3_who_was_rung_again_in_vain_is_not_blamed_for_it() -> None:
    hotline, _ = talking()
    hotline.loses_line("ana")
    for rung in (10, 15):
        hotline.rings("ana")
        hotline.passes(rung)
    outcomes = [r.outcome for r in hotline.records(OfferEnded) if r.agent == "ana"][1:]
    assert outcomes == [OfferOutcome.NO_ANSWER] * 2
    assert hotline.engine.floor.agents[ANA.id].misses == 0


def test_p3_a_caller_who_hangs_up_ends_it_and_the_agent_is_free_for_others() -> None:
    hotline, caller = talking()
    hotline.pauses("bea")
    hotline.loses_line("ana")
    hotline.rings("ana")
    caller.hangs_up()
    assert rung_on(hotline) == []
    assert hotline.outcomes()[-1] == ("ana", OfferOutcome.WITHDRAWN)
    assert len(hotline.records(Abandoned)) == 1
    assert hotline.state("ana") is AgentState.READY
    hotline.passes(31)
    other = hotline.caller_arrives().chooses("1")
    hotline.answers("ana")
    assert other.talks_to() == "ana"


def test_p3_an_agent_who_stops_working_is_not_rung_again() -> None:
    for stop in ("pauses", "logs_out"):
        hotline, _ = talking()
        hotline.loses_line("ana")
        getattr(hotline, stop)("ana")
        assert rung_on(hotline) == [("bea", "desk")]


def test_p3_who_logged_out_while_talking_is_not_rung_again_at_all() -> None:
    hotline, _ = talking()
    hotline.logs_out("ana")
    hotline.loses_line("ana")
    assert rung_on(hotline) == [("bea", "desk")]


def test_p3_the_times_are_the_queues_and_nothing_leaves_a_rung_out() -> None:
    rules = policy(replace(CRISIS, lost_agent=LostAgent(again=seconds(0), second=seconds(4))))
    hotline, _ = talking(Driver(rules))
    hotline.loses_line("ana")
    assert rung_on(hotline) == [("ana", "phone")]
    hotline.rings("ana")
    hotline.passes(4)
    assert rung_on(hotline) == [("bea", "desk")]


def test_p3_a_new_life_of_the_engine_goes_on_with_the_rung() -> None:
    before, caller = talking()
    before.loses_line("ana")
    before.rings("ana")
    before.passes(4)
    now = dies_and_comes_back(before, ANA, BEA, after=1)
    assert rung_on(now) == [("ana", "desk")]
    now.passes(4.9)
    assert rung_on(now) == [("ana", "desk")]
    now.passes(0.2)
    assert rung_on(now) == [("ana", "phone")]
    now.answers("ana")
    assert same(caller, now).talks_to() == "ana"


def test_p3_an_agent_whose_leg_broke_while_the_engine_was_away_is_rung_again_as_well() -> None:
    before, caller = talking()
    before.board.ends(before.leg_of("ana"), before.at)
    now = dies_and_comes_back(before, ANA, BEA)
    assert rung_on(now) == [("ana", "desk")]
    now.answers("ana")
    assert same(caller, now).talks_to() == "ana"


def test_p3_the_ladder_keeps_the_books_and_says_why() -> None:
    hotline, caller = talking()
    hotline.loses_line("ana")
    why = hotline.records(OfferMade)[-1].why
    assert because(why, CRISIS.name) == "talked to the caller when their line broke (P3)"
    hotline.answers("ana")
    hotline.loses_line("ana")
    hotline.answers("ana")
    caller.hangs_up()
    assert len(hotline.records(Answered)) == 3
    assert len(hotline.records(AgentLost)) == 2


def test_an_agent_whom_two_callers_lost_before_the_engine_died_is_rung_for_one_of_them() -> None:
    before, first = talking()
    before.pauses("bea")
    second = before.caller_arrives().chooses("1")
    before.loses_line("ana")
    ladder = json.loads(before.board.carried[first.leg][1:])["ladder"]
    told = json.loads(before.board.carried[second.leg][1:])
    before.board.carried[second.leg] = "!" + json.dumps({**told, "ladder": ladder})
    now = dies_and_comes_back(before, ANA)
    assert rung_on(now) == [("ana", "desk")]
    assert len(same(first, now).call.offers) == 1
    assert left(now) == ["away"]
