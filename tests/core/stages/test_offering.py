"""An agent's telephone is rung: every way in which that can end, and what it says of the agent."""

from __future__ import annotations

from dataclasses import replace

import pytest

from router.core import events as e
from router.core.commands import Dial, EnrolInFallback, Hangup, Play, StopPlay
from router.core.house_records import AgentStateChanged
from router.core.records import Abandoned, OfferEnded, OfferMade, OfferPickedUp, OfferRang
from router.core.staff import MISSES_BEFORE_PAUSE
from router.core.vocabulary import AgentState, LegEnding, LegId, OfferOutcome, Refusal
from tests.core.driver import Driver
from tests.core.house import JURIDICO, agent, policy, seconds

DECLINED, NO_ANSWER = OfferOutcome.DECLINED, OfferOutcome.NO_ANSWER
MACHINE, UNREACHABLE = OfferOutcome.MACHINE, OfferOutcome.UNREACHABLE


def two_lawyers(on: str = "desk") -> Driver:
    """ben is rung before zoe."""
    hotline = Driver()
    hotline.works(agent("ben", on=on, juridico=3))
    hotline.passes(1)
    hotline.works(agent("zoe", on=on, juridico=3))
    return hotline


# -- F1 ---------------------------------------------------------------------------------------


def test_f1_the_intent_rides_on_the_leg_before_it_rings() -> None:
    hotline = two_lawyers()
    caller = hotline.caller_arrives().chooses("4")
    dial = hotline.ordered(Dial)[0]
    assert (dial.call, dial.agent, dial.epoch) == (caller.id, "ben", 7)
    assert dial.leg == f"{caller.id}-e7-a1"
    assert dial.offer == f"{caller.id}-e7-o1"
    assert hotline.engine.floor.agent_legs[dial.leg].offer == dial.offer


def test_f1_an_agent_has_one_live_offer_however_many_wait() -> None:
    hotline = Driver()
    hotline.works(agent("ben", juridico=3))
    hotline.caller_arrives().chooses("4")
    hotline.caller_arrives().chooses("4")
    hotline.passes(2)
    assert len(hotline.ordered(Dial)) == 1
    assert hotline.state("ben") is AgentState.OFFERED


def test_legs_of_one_call_never_share_an_id() -> None:
    hotline = two_lawyers()
    hotline.caller_arrives().chooses("4")
    hotline.leg_fails("ben", LegEnding.DECLINED)
    hotline.leg_fails("zoe", LegEnding.DECLINED)
    hotline.passes(10)
    legs = [d.leg for d in hotline.ordered(Dial)]
    assert len(legs) >= 3
    assert len(legs) == len(set(legs))


# -- F2: press 1 ------------------------------------------------------------------------------


def test_f2_a_desk_phone_is_answered_by_its_person() -> None:
    hotline = two_lawyers()
    caller = hotline.caller_arrives().chooses("4")
    hotline.rings("ben")
    hotline.picks_up("ben")
    assert caller.talks_to() == "ben"


def test_f2_a_public_telephone_hears_the_whisper_and_the_caller_only_music() -> None:
    hotline = two_lawyers("phone")
    caller = hotline.caller_arrives().chooses("4")
    hotline.rings("ben")
    hotline.picks_up("ben")
    assert hotline.board.hears[hotline.leg_of("ben")] == "susurro_juridico"
    assert (caller.hears, caller.talks_to()) == ("music", None)
    assert len(hotline.records(OfferPickedUp)) == 1


def test_f2_one_is_yes_and_the_whisper_stops_before_the_bridge() -> None:
    hotline = two_lawyers("phone")
    caller = hotline.caller_arrives().chooses("4")
    hotline.rings("ben")
    hotline.picks_up("ben")
    hotline.agent_presses("ben", "1")
    assert caller.talks_to() == "ben"
    names = [type(c).__name__ for c in hotline.commands]
    assert names.index("StopPlay", names.index("Dial")) < names.index("Bridge")


@pytest.mark.parametrize("key", ["2", "0", "*", "#"])
def test_f2_any_other_key_is_a_slip(key: str) -> None:
    hotline = two_lawyers("phone")
    caller = hotline.caller_arrives().chooses("4")
    hotline.rings("ben")
    hotline.picks_up("ben")
    hotline.agent_presses("ben", key)
    assert caller.talks_to() is None
    hotline.agent_presses("ben", "1")
    assert caller.talks_to() == "ben"


def test_f2_a_key_before_anybody_picked_up_is_not_a_yes() -> None:
    hotline = two_lawyers("phone")
    caller = hotline.caller_arrives().chooses("4")
    hotline.agent_presses("ben", "1")
    assert caller.talks_to() is None


def test_f2_the_whisper_is_repeated_until_somebody_presses_one() -> None:
    hotline = two_lawyers("phone")
    hotline.caller_arrives().chooses("4")
    hotline.picks_up("ben")
    leg = hotline.leg_of("ben")
    first = hotline.board.playing[leg]
    hotline.board.prompt_ends(first, hotline.at)
    hotline.happens(e.PlaybackEnded(at=hotline.at, playback=first, heard=True))
    assert hotline.board.hears[leg] == "susurro_juridico"
    assert hotline.board.playing[leg] != first


def test_f2_a_missing_whisper_still_lets_the_person_press_one() -> None:
    hotline = two_lawyers("phone")
    caller = hotline.caller_arrives().chooses("4")
    hotline.picks_up("ben")
    before = len(hotline.ordered(Play))
    hotline.refused(hotline.ordered(Play)[-1])
    assert len(hotline.ordered(Play)) == before
    hotline.agent_presses("ben", "1")
    assert caller.talks_to() == "ben"


def test_f2_nobody_presses_one_within_ten_seconds_of_the_whisper_so_it_was_a_machine() -> None:
    hotline = two_lawyers("phone")
    caller = hotline.caller_arrives().chooses("4")
    hotline.passes(2)
    hotline.rings("ben")
    hotline.passes(6)
    hotline.picks_up("ben")
    hotline.passes(9.9)
    assert hotline.outcomes() == []
    hotline.passes(0.1)
    assert hotline.outcomes() == [("ben", MACHINE)]
    assert hotline.rung() == ["zoe"]
    assert caller.hears == "music"


def test_a_person_who_picks_up_and_puts_down_again_has_declined() -> None:
    hotline = two_lawyers("phone")
    hotline.caller_arrives().chooses("4")
    hotline.picks_up("ben")
    hotline.hangs_up("ben")
    assert hotline.outcomes() == [("ben", DECLINED)]


# -- F3: ring times ---------------------------------------------------------------------------


def test_f3_no_ringing_within_three_seconds_is_unreachable_and_the_next_is_rung() -> None:
    hotline = two_lawyers()
    hotline.caller_arrives().chooses("4")
    hotline.passes(2.9)
    assert hotline.rung() == ["ben"]
    hotline.passes(0.1)
    assert hotline.outcomes() == [("ben", UNREACHABLE)]
    assert hotline.rung() == ["zoe"]


@pytest.mark.parametrize("says", [e.LegRinging, e.LegAnswered])
def test_a_telephone_that_rings_after_its_order_was_given_up_is_let_go(
    says: type[e.LegRinging | e.LegAnswered],
) -> None:
    hotline = two_lawyers()
    hotline.caller_arrives().chooses("4")
    late = hotline.leg_of("ben")
    hotline.passes(3)
    hotline.happens(e.LegEnded(at=hotline.at, leg=late, ending=LegEnding.UNREACHABLE, cause=0))
    before = len(hotline.ordered(Hangup))
    hotline.happens(says(at=hotline.at, leg=late))
    assert [order.leg for order in hotline.ordered(Hangup)[before:]] == [late]


@pytest.mark.parametrize(
    ("key", "on", "rings_for"),
    [("4", "desk", 15), ("4", "phone", 20), ("1", "desk", 8), ("1", "phone", 12)],
)
def test_f3_how_long_a_telephone_rings(key: str, on: str, rings_for: float) -> None:
    hotline = Driver()
    hotline.works(agent("ana", on=on, psicologia=3, crisis=3, juridico=3))
    hotline.caller_arrives().chooses(key)
    hotline.passes(2)
    hotline.rings("ana")
    assert len(hotline.records(OfferRang)) == 1
    hotline.passes(rings_for - 0.1)
    assert hotline.outcomes() == []
    hotline.passes(0.1)
    assert hotline.outcomes() == [("ana", NO_ANSWER)]


def test_a_second_180_does_not_prolong_the_ringing() -> None:
    hotline = two_lawyers()
    hotline.caller_arrives().chooses("4")
    hotline.rings("ben")
    hotline.passes(10)
    hotline.rings("ben")
    hotline.passes(5)
    assert hotline.outcomes() == [("ben", NO_ANSWER)]
    assert len(hotline.records(OfferRang)) == 1


def test_an_answer_without_ringing_is_an_answer() -> None:
    hotline = two_lawyers()
    caller = hotline.caller_arrives().chooses("4")
    hotline.picks_up("ben")
    hotline.passes(60)
    assert caller.talks_to() == "ben"


# -- F4: withdrawn ----------------------------------------------------------------------------


def test_f4_the_first_who_confirms_wins_and_the_other_is_withdrawn_as_answered_elsewhere() -> None:
    hotline = Driver()
    hotline.works(*(agent(n, on="phone", psicologia=3, crisis=3) for n in ("ana", "bea", "cat")))
    caller = hotline.caller_arrives().chooses("1")
    hotline.leg_fails("ana", LegEnding.DECLINED)
    hotline.pauses("ana")
    assert hotline.rung() == ["bea", "cat"]
    hotline.picks_up("bea")
    hotline.picks_up("cat")
    hotline.agent_presses("cat", "1")
    assert caller.talks_to() == "cat"
    assert hotline.outcomes()[1:] == [
        ("cat", OfferOutcome.ACCEPTED),
        ("bea", OfferOutcome.WITHDRAWN),
    ]
    assert [h.answered_elsewhere for h in hotline.ordered(Hangup)] == [True]
    assert hotline.state("bea") is AgentState.READY


def test_a_caller_who_hangs_up_while_offered_is_abandoned_and_the_offer_withdrawn() -> None:
    hotline = two_lawyers()
    caller = hotline.caller_arrives().chooses("4")
    hotline.rings("ben")
    hotline.passes(4)
    caller.hangs_up()
    assert hotline.outcomes() == [("ben", OfferOutcome.WITHDRAWN)]
    assert [(r.waited, r.offered) for r in hotline.records(Abandoned)] == [(seconds(4), True)]
    assert hotline.ordered(Hangup)[0].answered_elsewhere
    assert (hotline.rung(), hotline.state("ben")) == ([], AgentState.READY)


def test_a_withdrawn_agent_is_not_blamed_and_may_be_rung_at_once() -> None:
    hotline = Driver()
    hotline.works(agent("ben", juridico=3))
    hotline.caller_arrives().chooses("4").hangs_up()
    hotline.caller_arrives().chooses("4")
    assert hotline.rung() == ["ben"]
    assert hotline.engine.floor.agents[hotline.ordered(Dial)[0].agent].misses == 0


def test_who_answers_an_offer_that_was_just_withdrawn_is_hung_up_and_talks_to_nobody() -> None:
    hotline = two_lawyers()
    caller = hotline.caller_arrives().chooses("4")
    leg = hotline.leg_of("ben")
    hotline.board.reports_ends = False
    caller.hangs_up()
    hotline.happens(e.LegAnswered(at=hotline.at, leg=leg))
    hotline.happens(e.DigitPressed(at=hotline.at, leg=leg, digit="1"))
    assert hotline.outcomes() == [("ben", OfferOutcome.WITHDRAWN)]
    assert not hotline.engine.floor.calls


# -- house.md 9: free only when the leg is gone -----------------------------------------------


def test_an_agent_is_free_only_after_their_leg_has_ended() -> None:
    hotline = Driver()
    hotline.works(agent("ben", juridico=3))
    hotline.board.reports_ends = False
    hotline.caller_arrives().chooses("4").hangs_up()
    hotline.caller_arrives().chooses("4")
    assert len(hotline.ordered(Dial)) == 1
    hotline.happens(e.LegEnded(at=hotline.at, leg=hotline.leg_of("ben"), ending=LegEnding.HUNG_UP))
    assert len(hotline.ordered(Dial)) == 2


def test_a_leg_whose_end_is_never_told_counts_as_gone_after_a_while() -> None:
    hotline = Driver()
    hotline.works(agent("ben", juridico=3))
    hotline.board.reports_ends = False
    hotline.caller_arrives().chooses("4").hangs_up()
    hotline.caller_arrives().chooses("4")
    hotline.passes(7)
    assert len(hotline.ordered(Dial)) == 2
    assert hotline.engine.floor.ignored["leg_end_never_reported"] == 1


def test_a_telephone_that_rings_on_is_let_go_again_before_it_is_rung_for_another_call() -> None:
    """Both at once could overtake each other, and it would ring for two calls."""
    hotline = Driver()
    hotline.works(agent("ben", juridico=3))
    hotline.board.reports_ends = False
    hotline.caller_arrives().chooses("4").hangs_up()
    hotline.caller_arrives().chooses("4")
    assert len(hotline.ordered(Hangup)) == 1
    hotline.passes(5)
    assert len(hotline.ordered(Hangup)) == 2
    assert len(hotline.ordered(Dial)) == 1
    hotline.happens(e.LegEnded(at=hotline.at, leg=hotline.leg_of("ben"), ending=LegEnding.HUNG_UP))
    assert len(hotline.ordered(Dial)) == 2


# -- F5, F6: outcomes and blame ---------------------------------------------------------------


@pytest.mark.parametrize(
    ("ending", "outcome"),
    [
        (LegEnding.DECLINED, DECLINED),
        (LegEnding.NO_ANSWER, NO_ANSWER),
        (LegEnding.UNREACHABLE, UNREACHABLE),
        (LegEnding.LOST, UNREACHABLE),
    ],
)
def test_f5_every_way_to_end_has_its_outcome_and_the_caller_goes_on_to_the_next(
    ending: LegEnding, outcome: OfferOutcome
) -> None:
    hotline = two_lawyers()
    caller = hotline.caller_arrives().chooses("4")
    hotline.rings("ben")
    hotline.leg_fails("ben", ending, 17)
    assert [(r.outcome, r.cause) for r in hotline.records(OfferEnded)] == [(outcome, 17)]
    assert hotline.rung() == ["zoe"]
    assert caller.hears == "music"


def test_f5_declined_is_no_blame_but_this_pair_is_skipped() -> None:
    hotline = Driver()
    hotline.works(agent("ben", juridico=3))
    hotline.caller_arrives().chooses("4")
    second = hotline.caller_arrives().chooses("4")
    hotline.leg_fails("ben", LegEnding.DECLINED)
    assert len(second.call.offers) == 1
    assert hotline.engine.floor.agents[second.call.offers.popitem()[1].agent].misses == 0


@pytest.mark.parametrize("how", ["no_answer", "machine"])
def test_f5_a_miss_cools_down_before_the_next_caller(how: str) -> None:
    hotline = Driver()
    hotline.works(agent("ben", on="phone", juridico=3))
    hotline.caller_arrives().chooses("4")
    hotline.caller_arrives().chooses("4")
    hotline.rings("ben")
    if how == "machine":
        hotline.picks_up("ben")
        hotline.passes(10)
    else:
        hotline.passes(20)
    assert hotline.rung() == []
    hotline.passes(4.9)
    assert hotline.rung() == []
    hotline.passes(0.1)
    assert hotline.rung() == ["ben"]


def miss(hotline: Driver, name: str, times: int) -> None:
    """One call after another is missed."""
    for _ in range(times):
        caller = hotline.caller_arrives().chooses("4")
        hotline.rings(name)
        hotline.leg_fails(name, LegEnding.NO_ANSWER)
        caller.hangs_up()
        hotline.passes(6)


def test_f5_misses_in_a_row_pause_the_agent_with_notice() -> None:
    hotline = Driver()
    hotline.works(agent("ben", juridico=3), agent("eva", psicologia=3, crisis=3))
    miss(hotline, "ben", MISSES_BEFORE_PAUSE)
    assert hotline.state("ben") is AgentState.PAUSED
    assert hotline.records(AgentStateChanged)[-1] == AgentStateChanged(
        agent=hotline.ordered(Dial)[0].agent, state=AgentState.PAUSED, reason="missed_offers"
    )
    assert "missed_offers:ben" in hotline.alarms()
    hotline.resumes("ben")
    assert "missed_offers:ben" not in hotline.alarms()
    assert hotline.state("ben") is AgentState.READY


def test_f5_the_fallback_queue_is_told_of_the_pause() -> None:
    hotline = Driver()
    hotline.works(agent("ben", juridico=3), agent("eva", psicologia=3, crisis=3))
    miss(hotline, "ben", MISSES_BEFORE_PAUSE)
    enrolled = [c.paused for c in hotline.ordered(EnrolInFallback) if c.agent == "ben"]
    assert enrolled == [False, True]


def test_f6_the_last_one_on_shift_is_never_paused_silently() -> None:
    hotline = Driver()
    hotline.works(agent("ben", juridico=3), agent("eva", psicologia=3, crisis=3))
    hotline.pauses("eva")
    miss(hotline, "ben", MISSES_BEFORE_PAUSE + 1)
    assert hotline.state("ben") is AgentState.READY
    assert "missed_offers:ben" in hotline.alarms()


def test_f5_a_conversation_forgives_the_misses() -> None:
    hotline = Driver()
    hotline.works(agent("ben", juridico=3), agent("eva", psicologia=3, crisis=3))
    miss(hotline, "ben", MISSES_BEFORE_PAUSE - 1)
    hotline.caller_arrives().chooses("4")
    hotline.answers("ben")
    hotline.hangs_up("ben")
    hotline.ready("ben")
    miss(hotline, "ben", MISSES_BEFORE_PAUSE - 1)
    assert hotline.state("ben") is AgentState.READY


@pytest.mark.parametrize("ending", [LegEnding.DECLINED, LegEnding.UNREACHABLE])
def test_f5_what_is_no_miss_never_pauses(ending: LegEnding) -> None:
    hotline = Driver()
    hotline.works(agent("ben", juridico=3), agent("eva", psicologia=3, crisis=3))
    for _ in range(5):
        caller = hotline.caller_arrives().chooses("4")
        hotline.leg_fails("ben", ending)
        caller.hangs_up()
        hotline.passes(31)
    assert hotline.state("ben") is AgentState.READY


def test_f5_an_unreachable_desk_is_left_alone_until_its_contact_is_back() -> None:
    hotline = Driver()
    hotline.works(agent("ben", juridico=3))
    hotline.caller_arrives().chooses("4")
    hotline.passes(3)
    hotline.passes(20)
    assert hotline.rung() == []
    hotline.desk_is("ben", reachable=False)
    hotline.desk_is("ben", reachable=True)
    assert hotline.rung() == ["ben"]


def test_f5_an_unreachable_telephone_is_tried_again_after_a_while() -> None:
    hotline = Driver()
    hotline.works(agent("ben", on="phone", juridico=3))
    hotline.caller_arrives().chooses("4")
    hotline.leg_fails("ben", LegEnding.UNREACHABLE)
    hotline.passes(29.9)
    assert hotline.rung() == []
    hotline.passes(0.1)
    assert hotline.rung() == ["ben"]


def test_an_agents_second_telephone_is_tried_when_the_first_is_unreachable() -> None:
    hotline = Driver()
    hotline.works(agent("ben", on="desk+phone", juridico=3))
    hotline.caller_arrives().chooses("4")
    hotline.passes(3)
    assert [r.device for r in hotline.records(OfferMade)] == ["desk", "phone"]


def test_a_desk_that_is_known_to_be_away_is_not_rung_first() -> None:
    hotline = Driver()
    hotline.works(agent("ben", on="desk+phone", juridico=3))
    hotline.desk_is("ben", reachable=False)
    hotline.caller_arrives().chooses("4")
    assert [r.device for r in hotline.records(OfferMade)] == ["phone"]


def test_f6_nobody_is_asked_again_while_another_is_free() -> None:
    hotline = Driver()
    hotline.works(*(agent(n, juridico=3) for n in ("ana", "bea", "cat")))
    hotline.caller_arrives().chooses("4")
    for name in ("ana", "bea"):
        hotline.rings(name)
        hotline.passes(15)
        assert hotline.outcomes()[-1] == (name, NO_ANSWER)
    assert hotline.rung() == ["cat"]
    hotline.leg_fails("cat", LegEnding.DECLINED)
    assert hotline.rung() == ["ana"]


# -- agents who leave while they are offered --------------------------------------------------


@pytest.mark.parametrize("how", ["logs_out", "pauses"])
def test_who_stops_working_is_not_rung_any_more_and_not_blamed(how: str) -> None:
    hotline = two_lawyers()
    caller = hotline.caller_arrives().chooses("4")
    hotline.rings("ben")
    getattr(hotline, how)("ben")
    assert hotline.outcomes() == [("ben", DECLINED)]
    assert hotline.rung() == ["zoe"]
    assert caller.hears == "music"


def test_an_agent_removed_from_the_roster_while_offered_stops_ringing_and_is_gone() -> None:
    hotline = two_lawyers()
    hotline.caller_arrives().chooses("4")
    hotline.happens(e.RosterReplaced(at=hotline.at, agents=(agent("zoe", juridico=3),)))
    assert hotline.outcomes() == [("ben", DECLINED)]
    assert hotline.rung() == ["zoe"]
    assert list(hotline.engine.floor.agents) == ["zoe"]


# -- refused commands -------------------------------------------------------------------------


def test_a_refused_dial_is_unreachable_and_the_next_is_rung() -> None:
    hotline = two_lawyers()
    hotline.caller_arrives().chooses("4")
    hotline.refused(hotline.ordered(Dial)[0])
    assert hotline.outcomes() == [("ben", UNREACHABLE)]
    assert hotline.rung() == ["zoe"]
    assert not hotline.ordered(Hangup)


def test_a_dial_whose_fate_is_unknown_is_hung_up_before_the_agent_is_free() -> None:
    hotline = two_lawyers()
    hotline.caller_arrives().chooses("4")
    dial = hotline.ordered(Dial)[0]
    hotline.board.reports_ends = False
    hotline.refused(dial, Refusal.UNKNOWN)
    assert hotline.ordered(Hangup)[0].leg == dial.leg
    assert hotline.rung() == ["zoe"]
    assert hotline.state("ben") is AgentState.TALKING
    hotline.passes(7)
    assert hotline.state("ben") is AgentState.READY


def test_a_dial_that_was_dropped_with_another_command_blames_no_telephone() -> None:
    hotline = Driver()
    hotline.works(agent("ben", juridico=3))
    caller = hotline.caller_arrives().presses("4")
    play = next(p for p in hotline.ordered(Play) if p.prompts == ("aviso",))
    hotline.refused(play, dropped=(hotline.ordered(Dial)[0],))
    assert hotline.outcomes() == [("ben", OfferOutcome.WITHDRAWN)]
    assert hotline.rung() == ["ben"]
    assert caller.hears == "music"


def test_a_refusal_that_comes_too_late_changes_nothing() -> None:
    hotline = two_lawyers()
    caller = hotline.caller_arrives().chooses("4")
    dial = hotline.ordered(Dial)[0]
    hotline.leg_fails("ben", LegEnding.DECLINED)
    hotline.refused(dial)
    assert hotline.outcomes() == [("ben", DECLINED)]
    assert len(caller.call.offers) == 1


# -- late, doubled, unknown -------------------------------------------------------------------


def test_events_about_unknown_legs_are_counted_and_change_nothing() -> None:
    hotline = two_lawyers()
    stranger = LegId("nobody")
    for event in (
        e.LegRinging(at=hotline.at, leg=stranger),
        e.LegAnswered(at=hotline.at, leg=stranger),
        e.LegEnded(at=hotline.at, leg=stranger, ending=LegEnding.LOST),
        e.LegLeft(at=hotline.at, leg=stranger),
        e.DigitPressed(at=hotline.at, leg=stranger, digit="1"),
    ):
        assert hotline.happens(event) == []
    assert sum(hotline.engine.floor.ignored.values()) == 5


def test_a_doubled_answer_connects_once() -> None:
    hotline = two_lawyers()
    caller = hotline.caller_arrives().chooses("4")
    leg = hotline.leg_of("ben")
    hotline.answers("ben")
    assert hotline.happens(e.LegAnswered(at=hotline.at, leg=leg)) == []
    assert caller.talks_to() == "ben"


def test_a_doubled_end_counts_once() -> None:
    hotline = two_lawyers()
    hotline.caller_arrives().chooses("4")
    leg = hotline.leg_of("ben")
    hotline.leg_fails("ben", LegEnding.DECLINED)
    hotline.happens(e.LegEnded(at=hotline.at, leg=leg, ending=LegEnding.DECLINED))
    assert hotline.outcomes() == [("ben", DECLINED)]
    assert hotline.rung() == ["zoe"]


def test_the_queue_of_an_offer_may_vanish_from_the_policy_while_it_rings() -> None:
    hotline = two_lawyers("phone")
    caller = hotline.caller_arrives().chooses("4")
    hotline.publishes(policy(version="next", without="juridico"))
    hotline.answers("ben")
    assert caller.talks_to() == "ben"


def test_ring_times_of_a_new_policy_hold_from_the_next_ringing_on() -> None:
    hotline = two_lawyers()
    hotline.caller_arrives().chooses("4")
    hotline.publishes(policy(replace(JURIDICO, ring_for={}), version="next"))
    hotline.rings("ben")
    hotline.passes(15)
    assert hotline.outcomes() == [("ben", NO_ANSWER)]
    assert not hotline.ordered(StopPlay)[1:]
