"""Who gets whom: classes, widening on the call's own clock, the reserve, and nobody idle beside."""

from __future__ import annotations

from dataclasses import replace

import pytest

from router.core.commands import Dial
from router.core.house_records import AlarmCleared, AlarmRaised
from router.core.records import OfferMade, Widened
from router.core.routing.explain import Exclusion
from router.core.routing.queue import Reserve, WidenStep
from router.core.vocabulary import AgentId, LegEnding, SkillName
from tests.core.driver import Driver
from tests.core.house import CRISIS, JURIDICO, ORIENTACION, agent, policy, seconds, skills

RESERVE = Reserve(skills=skills(psicologia=1, crisis=1), for_class=100, free=1)


def widened(hotline: Driver) -> list[tuple[int, str, bool]]:
    return [(r.step, r.also, r.skipped) for r in hotline.records(Widened)]


# -- W1, W2: widening -------------------------------------------------------------------------


def test_w1_the_circle_widens_on_the_calls_own_clock_that_started_at_the_pbx() -> None:
    hotline = Driver()
    hotline.works(agent("ana", psicologia=3, crisis=3), agent("mia", psicologia=2, juridico=2))
    hotline.pauses("ana")
    hotline.caller_arrives(seconds_ago=5).chooses("1")
    hotline.passes(14.9)
    assert hotline.rung() == []
    hotline.passes(0.1)
    assert hotline.rung() == ["mia"]
    assert widened(hotline) == [(1, "juridico and psicologia", False)]


def test_w1_the_clock_runs_on_through_failed_offers() -> None:
    hotline = Driver()
    hotline.works(agent("ana", psicologia=3, crisis=3), agent("mia", psicologia=2, juridico=2))
    hotline.caller_arrives().chooses("1")
    hotline.rings("ana")
    hotline.passes(8)
    hotline.passes(11.9)
    assert "mia" not in hotline.rung()
    hotline.passes(0.1)
    assert "mia" in hotline.rung()


def test_w1_the_clock_runs_on_after_a_lost_agent() -> None:
    hotline = Driver()
    hotline.works(agent("ana", psicologia=3, crisis=3), agent("mia", psicologia=2, juridico=2))
    caller = hotline.caller_arrives().chooses("1")
    hotline.answers("ana")
    hotline.passes(30)
    hotline.loses_line("ana")
    hotline.pauses("ana")
    assert hotline.rung() == ["mia"]
    assert caller.hears == "caida"


def test_w2_a_step_is_skipped_at_once_when_nobody_is_staffed_for_what_was_asked() -> None:
    hotline = Driver()
    hotline.works(agent("mia", psicologia=2, juridico=2))
    hotline.caller_arrives().chooses("1")
    assert hotline.rung() == ["mia"]
    assert widened(hotline) == [(1, "juridico and psicologia", True)]


def test_w2_busy_is_staffed_so_the_step_keeps_its_time() -> None:
    hotline = Driver()
    hotline.works(agent("ana", psicologia=3, crisis=3))
    hotline.caller_arrives().chooses("1")
    hotline.answers("ana")
    hotline.works(agent("mia", psicologia=2, juridico=2))
    hotline.caller_arrives().chooses("1")
    assert hotline.rung() == []
    hotline.passes(20)
    assert hotline.rung() == ["mia"]


def test_w2_when_the_last_of_a_circle_logs_out_the_next_is_asked_at_once() -> None:
    hotline = Driver()
    hotline.works(agent("ana", psicologia=3, crisis=3), agent("mia", psicologia=2, juridico=2))
    hotline.pauses("ana")
    hotline.caller_arrives().chooses("1")
    assert hotline.rung() == []
    hotline.logs_out("ana")
    assert hotline.rung() == ["mia"]


def test_w2_anyone_is_never_implied_and_nobody_is_an_alarm() -> None:
    hotline = Driver()
    hotline.works(agent("ben", juridico=3))
    caller = hotline.caller_arrives().chooses("1")
    hotline.passes(600)
    assert hotline.rung() == []
    assert caller.call.place is not None
    assert "nobody_staffed:crisis" in hotline.alarms()
    hotline.works(agent("ana", psicologia=3, crisis=3))
    assert hotline.rung() == ["ana"]
    assert "nobody_staffed:crisis" not in hotline.alarms()


def test_the_alarm_of_a_step_is_raised_in_time_and_cleared_when_nobody_waits() -> None:
    hotline = Driver()
    hotline.works(agent("ana", psicologia=3, crisis=3))
    hotline.pauses("ana")
    caller = hotline.caller_arrives().chooses("1")
    hotline.passes(89)
    assert hotline.alarms() == []
    hotline.passes(1)
    assert hotline.alarms() == ["waiting:crisis"]
    caller.hangs_up()
    assert hotline.alarms() == []


def test_the_alarm_of_a_step_is_raised_in_time_although_the_step_was_skipped_early() -> None:
    hotline = Driver()
    hotline.works(agent("gil", guardia=1))
    hotline.pauses("gil")
    hotline.caller_arrives().chooses("1")
    assert [step for step, _, skipped in widened(hotline) if skipped] == [1, 2, 3]
    hotline.passes(89)
    assert hotline.alarms() == []
    hotline.passes(1)
    assert hotline.alarms() == ["waiting:crisis"]


def test_the_alarm_of_a_step_is_raised_in_time_although_a_telephone_rings() -> None:
    hotline = Driver()
    hotline.works(agent("ana", psicologia=3, crisis=3))
    hotline.pauses("ana")
    hotline.caller_arrives().chooses("1")
    hotline.passes(85)
    hotline.resumes("ana")
    hotline.rings("ana")
    hotline.passes(5)
    assert hotline.rung() == ["ana"]
    assert hotline.alarms() == ["waiting:crisis"]


# -- O1, O2, O3: the order of callers ---------------------------------------------------------


def test_o1_crisis_is_served_before_a_legal_call_that_came_first() -> None:
    hotline = Driver()
    hotline.works(agent("mia", psicologia=2, crisis=2, juridico=2))
    hotline.pauses("mia")
    legal = hotline.caller_arrives().chooses("4")
    hotline.passes(60)
    crisis = hotline.caller_arrives().chooses("1")
    hotline.resumes("mia")
    hotline.answers("mia")
    assert (crisis.talks_to(), legal.talks_to()) == ("mia", None)


def test_o1_within_a_class_the_first_key_is_served_first_whoever_arrived_before() -> None:
    hotline = Driver()
    hotline.works(agent("ben", juridico=3))
    hotline.pauses("ben")
    slow, quick = hotline.caller_arrives(), hotline.caller_arrives()
    quick.chooses("4")
    hotline.passes(1)
    slow.chooses("4")
    hotline.resumes("ben")
    hotline.answers("ben")
    assert quick.talks_to() == "ben"


def test_o2_a_failed_offer_costs_the_caller_no_place() -> None:
    hotline = Driver()
    hotline.works(agent("ben", juridico=3), agent("ciro", juridico=3))
    hotline.pauses("ciro")
    first = hotline.caller_arrives().chooses("4")
    hotline.passes(1)
    second = hotline.caller_arrives().chooses("4")
    hotline.leg_fails("ben", LegEnding.DECLINED)
    assert hotline.rung() == ["ben"]  # for the second: the first was just declined by him
    hotline.resumes("ciro")
    hotline.answers("ciro")
    assert first.talks_to() == "ciro"
    assert second.call.offers


def test_o3_a_head_nobody_can_serve_blocks_nobody_behind_it() -> None:
    hotline = Driver()
    hotline.works(agent("ben", juridico=3))
    hotline.caller_arrives().chooses("1")
    legal = hotline.caller_arrives().chooses("4")
    hotline.answers("ben")
    assert legal.talks_to() == "ben"


# -- O4: the reserve --------------------------------------------------------------------------


def test_o4_the_last_free_crisis_agent_is_kept_and_a_crisis_call_gets_them() -> None:
    hotline = Driver(policy(reserves=(RESERVE,)))
    hotline.works(agent("ana", psicologia=3, crisis=3), agent("ben", juridico=3))
    hotline.pauses("ben")
    waits = hotline.caller_arrives().chooses("5")
    assert hotline.rung() == []
    crisis = hotline.caller_arrives().chooses("1")
    hotline.answers("ana")
    assert (crisis.talks_to(), waits.talks_to()) == ("ana", None)


def test_o4_beyond_the_reserve_crisis_agents_serve_everybody() -> None:
    hotline = Driver(policy(reserves=(RESERVE,)))
    hotline.works(agent("ana", psicologia=3, crisis=3), agent("eva", psicologia=3, crisis=3))
    hotline.caller_arrives().chooses("5")
    hotline.caller_arrives().chooses("5")
    assert len(hotline.rung()) == 1


def test_o4_the_reserve_counts_only_agents_who_are_qualified_for_crisis() -> None:
    hotline = Driver(policy(reserves=(RESERVE,)))
    hotline.works(
        agent("ana", psicologia=3, crisis=3),
        agent("bea", psicologia=3, crisis=3),
        agent("psi", psicologia=3),
    )
    hotline.pauses("bea")
    hotline.caller_arrives().chooses("5")
    # psi is a psychologist without the crisis skill: nobody's reserve.
    assert hotline.rung() == ["psi"]
    hotline.caller_arrives().chooses("5")
    assert hotline.rung() == ["psi"]


def test_o4_the_reserve_never_makes_a_queue_unserviceable() -> None:
    hotline = Driver(policy(reserves=(replace(RESERVE, free=2),)))
    hotline.works(agent("ana", psicologia=3, crisis=3))
    legal = hotline.caller_arrives().chooses("5")
    hotline.answers("ana")
    assert legal.talks_to() == "ana"


def test_o4_the_reserve_follows_the_hours() -> None:
    night = replace(RESERVE, free=2, free_by_hours={"noche": 1})
    rules = policy(reserves=(night,), night=True)
    hotline = Driver(rules)
    hotline.works(
        agent("ana", psicologia=3, crisis=3), agent("eva", psicologia=3, crisis=3), agent("ben")
    )
    hotline.pauses("ben")
    hotline.caller_arrives().chooses("5")
    assert len(hotline.rung()) == 1
    by_day = Driver(policy(reserves=(night,), night=False))
    by_day.works(
        agent("ana", psicologia=3, crisis=3), agent("eva", psicologia=3, crisis=3), agent("ben")
    )
    by_day.pauses("ben")
    by_day.caller_arrives().chooses("5")
    assert by_day.rung() == []


def test_o4_who_was_kept_back_is_said_with_the_offer_that_follows() -> None:
    hotline = Driver(policy(reserves=(RESERVE,)))
    hotline.works(agent("ana", psicologia=3, crisis=3), agent("ben", juridico=3))
    hotline.caller_arrives().chooses("5")
    why = hotline.records(OfferMade)[-1].why
    assert (AgentId("ana"), Exclusion.RESERVED) in why.excluded


# -- A1: the order of agents ------------------------------------------------------------------


def test_a1_the_longest_idle_is_rung_first() -> None:
    hotline = Driver()
    hotline.works(agent("zoe", juridico=3))
    hotline.passes(1)
    hotline.works(agent("ben", juridico=3))
    hotline.caller_arrives().chooses("4")
    assert hotline.rung() == ["zoe"]
    assert hotline.records(OfferMade)[0].why.decided_by == "longest_idle"


def test_a1_idle_counts_from_the_end_of_the_last_handled_call() -> None:
    hotline = Driver()
    hotline.works(agent("ben", juridico=3))
    hotline.passes(1)
    hotline.works(agent("zoe", juridico=3))
    hotline.caller_arrives().chooses("4")
    hotline.answers("ben")
    hotline.passes(60)
    hotline.hangs_up("ben")
    hotline.ready("ben")
    hotline.caller_arrives().chooses("4")
    assert hotline.rung() == ["zoe"]


def test_a1_an_offer_that_came_to_nothing_does_not_make_an_agent_busy_in_the_books() -> None:
    hotline = Driver()
    hotline.works(agent("ben", juridico=3))
    hotline.passes(1)
    hotline.works(agent("zoe", juridico=3))
    caller = hotline.caller_arrives().chooses("4")
    caller.hangs_up()
    hotline.passes(1)
    hotline.caller_arrives().chooses("4")
    assert hotline.rung() == ["ben"]


def test_a1_a_preferred_skill_comes_before_idle_time() -> None:
    english = replace(JURIDICO, prefer={SkillName("english"): 1})
    hotline = Driver(policy(english))
    hotline.works(agent("ben", juridico=3))
    hotline.passes(100)
    hotline.works(agent("zoe", juridico=3, english=2))
    hotline.caller_arrives().chooses("4")
    assert hotline.rung() == ["zoe"]
    assert hotline.records(OfferMade)[0].why.decided_by == "preferred"


def test_a1_a_preference_never_keeps_a_caller_waiting() -> None:
    english = replace(JURIDICO, prefer={SkillName("english"): 5})
    hotline = Driver(policy(english))
    hotline.works(agent("ben", juridico=3))
    hotline.caller_arrives().chooses("4")
    assert hotline.rung() == ["ben"]


def test_a1_the_least_scarce_is_rung_so_that_crisis_people_stay_free() -> None:
    hotline = Driver()
    hotline.works(agent("mia", juridico=3, psicologia=3, crisis=3))
    hotline.passes(100)
    hotline.works(agent("zoe", juridico=3))
    hotline.caller_arrives().chooses("4")
    assert hotline.rung() == ["zoe"]
    assert hotline.records(OfferMade)[0].why.decided_by == "least_scarce"


def test_a1_the_id_decides_between_equals() -> None:
    hotline = Driver()
    hotline.works(agent("zoe", juridico=3), agent("ben", juridico=3))
    hotline.caller_arrives().chooses("4")
    assert hotline.rung() == ["ben"]
    assert hotline.records(OfferMade)[0].why.decided_by == "id"


def test_the_only_one_is_said_to_be_the_only_one_and_why_the_others_were_not() -> None:
    hotline = Driver()
    hotline.works(
        agent("ana", psicologia=3, crisis=3),
        agent("ben", juridico=3),
        agent("ciro", juridico=3),
        agent("dan", juridico=3),
    )
    hotline.pauses("ciro")
    hotline.desk_is("dan", reachable=False)
    hotline.caller_arrives().chooses("4")
    why = hotline.records(OfferMade)[0].why
    assert (why.decided_by, why.candidates, why.runner_up) == ("only_one", 1, None)
    assert why.excluded == (
        ("ana", Exclusion.NOT_QUALIFIED),
        ("ciro", Exclusion.PAUSED),
        ("dan", Exclusion.UNREACHABLE),
    )


# -- F3, F4: two at once ----------------------------------------------------------------------


def crisis_team(hotline: Driver) -> None:
    hotline.works(*(agent(name, psicologia=3, crisis=3) for name in ("ana", "bea", "cat", "dea")))


def test_f3_the_first_crisis_offer_goes_to_one_agent() -> None:
    hotline = Driver()
    crisis_team(hotline)
    hotline.caller_arrives().chooses("1")
    hotline.rings("ana")
    hotline.passes(7)
    assert hotline.rung() == ["ana"]


def test_f3_whatever_else_happens_the_first_crisis_offer_stays_alone() -> None:
    hotline = Driver()
    crisis_team(hotline)
    hotline.caller_arrives().chooses("1")
    hotline.rings("ana")
    hotline.passes(2)
    hotline.works(agent("ben", juridico=3))
    hotline.pauses("ben")
    assert hotline.rung() == ["ana"]


def test_f3_from_the_second_crisis_offer_on_two_agents_ring_at_once() -> None:
    hotline = Driver()
    crisis_team(hotline)
    hotline.caller_arrives().chooses("1")
    hotline.leg_fails("ana", LegEnding.DECLINED)
    assert hotline.rung() == ["bea", "cat"]
    hotline.leg_fails("bea", LegEnding.DECLINED)
    assert hotline.rung() == ["cat", "dea"]


def test_f4_other_queues_ring_one_agent_after_the_other() -> None:
    hotline = Driver()
    hotline.works(*(agent(name, juridico=3) for name in ("ana", "bea", "cat")))
    hotline.caller_arrives().chooses("4")
    hotline.leg_fails("ana", LegEnding.DECLINED)
    assert hotline.rung() == ["bea"]


def test_the_second_telephone_for_one_caller_is_not_taken_from_another_in_the_class() -> None:
    hotline = Driver()
    hotline.works(agent("ana", psicologia=3, crisis=3), agent("bea", psicologia=3, crisis=3))
    first = hotline.caller_arrives().chooses("1")
    second = hotline.caller_arrives().chooses("1")
    hotline.passes(3)  # neither desk rings: both are left alone for 30 s
    assert hotline.rung() == []
    hotline.passes(30)
    assert hotline.rung() == ["ana", "bea"]
    assert (len(first.call.offers), len(second.call.offers)) == (1, 1)


# -- the clock --------------------------------------------------------------------------------


def test_wake_ups_do_not_multiply_while_many_wait_beside_agents_who_cannot_be_rung() -> None:
    hotline = Driver()
    hotline.works(*(agent(f"a{n}", juridico=3) for n in range(12)))
    for _ in range(12):
        hotline.caller_arrives().chooses("4")
    for n in range(12):
        hotline.passes(0.2)
        hotline.leg_fails(f"a{n}", LegEnding.UNREACHABLE)
    assert len(hotline.engine.floor.deadlines) < 60
    hotline.passes(40)
    assert len(hotline.engine.floor.deadlines) < 60


@pytest.mark.parametrize("queue", [CRISIS, JURIDICO, ORIENTACION])
def test_whoever_was_asked_in_vain_is_asked_again_when_there_is_nobody_else(queue: object) -> None:
    hotline = Driver()
    hotline.works(agent("ana", psicologia=3, crisis=3, juridico=3))
    key = {id(CRISIS): "1", id(JURIDICO): "4", id(ORIENTACION): "5"}[id(queue)]
    hotline.caller_arrives().chooses(key)
    hotline.leg_fails("ana", LegEnding.DECLINED)
    hotline.passes(9.9)
    assert hotline.rung() == []
    hotline.passes(0.1)
    assert hotline.rung() == ["ana"]
    assert len(hotline.ordered(Dial)) == 2


def test_a_new_step_of_a_published_policy_widens_for_those_who_wait() -> None:
    hotline = Driver()
    hotline.works(agent("ben", juridico=3), agent("gil", guardia=1))
    hotline.pauses("ben")
    hotline.caller_arrives().chooses("4")
    hotline.passes(5)
    sooner = replace(JURIDICO, widen=(WidenStep(after=seconds(10), also=skills(guardia=1)),))
    hotline.publishes(policy(sooner, version="next"))
    hotline.passes(4.9)
    assert hotline.rung() == []
    hotline.passes(0.1)
    assert hotline.rung() == ["gil"]


def test_alarms_are_raised_once_and_cleared_once() -> None:
    hotline = Driver()
    first = hotline.caller_arrives().chooses("1")
    second = hotline.caller_arrives().chooses("1")
    first.hangs_up()
    second.hangs_up()
    names = [r.alarm for r in hotline.records(AlarmRaised)]
    assert names.count("nobody_staffed:crisis") == 1
    assert [r.alarm for r in hotline.records(AlarmCleared)] == ["nobody_staffed:crisis"]
