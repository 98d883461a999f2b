"""Another policy takes force, while callers are in the menu, waiting, rung for and talking (W3)."""

from __future__ import annotations

from dataclasses import replace

from router.core.house_records import PolicyChanged
from router.core.records import CallStarted
from tests.core.driver import Driver
from tests.core.house import CRISIS, JURIDICO, agent, policy, seconds, skills


def test_w3_who_waits_is_served_by_the_new_policy_at_once() -> None:
    hotline = Driver()
    hotline.works(agent("gil", guardia=1))
    hotline.caller_arrives().chooses("4")
    assert hotline.rung() == []
    hotline.publishes(policy(replace(JURIDICO, require=skills(guardia=1)), version="next"))
    assert hotline.rung() == ["gil"]
    assert hotline.records(PolicyChanged) == [PolicyChanged(version="next")]


def test_w3_a_queue_that_is_gone_hands_its_callers_to_the_first_resort_in_their_place() -> None:
    hotline = Driver()
    caller = hotline.caller_arrives().chooses("4")
    hotline.passes(9)
    hotline.publishes(policy(version="next", without="juridico"))
    assert caller.call.place is not None
    assert caller.call.place.queue == "crisis"
    assert hotline.at - caller.call.place.since == seconds(9)
    hotline.works(agent("ana", psicologia=1, crisis=1))
    hotline.answers("ana")
    assert caller.talks_to() == "ana"


def test_w3_a_queue_that_is_gone_takes_whoever_chooses_it_to_the_first_resort() -> None:
    hotline = Driver()
    caller = hotline.caller_arrives()
    hotline.publishes(policy(version="next", without="juridico"))
    caller.chooses("4")
    assert caller.call.place is not None
    assert caller.call.place.queue == "crisis"


def test_w3_fewer_widening_steps_than_are_in_force_harm_nobody() -> None:
    hotline = Driver()
    caller = hotline.caller_arrives().chooses("1")
    hotline.passes(100)
    hotline.publishes(policy(replace(CRISIS, widen=()), version="next"))
    assert caller.call.place is not None
    assert caller.call.place.widening == 0


def test_a_conversation_on_a_queue_that_is_gone_goes_on_and_is_caught_when_it_breaks() -> None:
    hotline = Driver()
    hotline.works(agent("ben", juridico=1))
    caller = hotline.caller_arrives().chooses("4")
    hotline.answers("ben")
    hotline.publishes(policy(version="next", without="juridico"))
    assert caller.talks_to() == "ben"
    hotline.loses_line("ben")
    assert caller.call.place is not None
    assert caller.call.place.queue == "crisis"
    assert caller.hears == "caida"


def test_wrap_up_after_a_queue_that_is_gone_has_no_length() -> None:
    hotline = Driver()
    hotline.works(agent("ben", juridico=1))
    caller = hotline.caller_arrives().chooses("4")
    hotline.answers("ben")
    hotline.publishes(policy(version="next", without="juridico"))
    caller.hangs_up()
    assert hotline.state("ben") == "ready"


def test_who_comes_next_begins_under_the_new_policy() -> None:
    hotline = Driver()
    hotline.publishes(policy(version="next"))
    hotline.caller_arrives()
    assert [r.policy for r in hotline.records(CallStarted)] == ["next"]


def test_alarms_of_a_queue_that_is_gone_do_not_stand_for_ever() -> None:
    hotline = Driver()
    hotline.caller_arrives().chooses("4")
    hotline.passes(1)
    assert "nobody_staffed:juridico" in hotline.alarms()
    hotline.publishes(policy(version="next", without="juridico"))
    assert "nobody_staffed:juridico" not in hotline.alarms()
    assert "nobody_staffed:crisis" in hotline.alarms()
