"""A caller waits: a place that counts from the key, and never silence."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from router.core import events as e
from router.core.commands import Play, StartMusic, StopPlay
from router.core.records import Abandoned, CallFinished, Queued, TimedOut
from router.core.routing.queue import Waiting
from router.core.vocabulary import PromptId, Refusal
from tests.core.driver import Driver
from tests.core.house import CRISIS, JURIDICO, agent, policy, seconds


def prompts_since(hotline: Driver, start: int) -> list[str]:
    return ["+".join(p.prompts) for p in hotline.commands[start:] if isinstance(p, Play)]


def test_the_place_counts_from_the_key_and_not_from_the_end_of_the_notice() -> None:
    hotline = Driver()
    caller = hotline.caller_arrives()
    hotline.passes(3)
    pressed = hotline.at
    caller.presses("4")
    assert caller.hears == "aviso"
    hotline.passes(12)
    caller.hears_out()
    assert caller.call.place is not None
    assert caller.call.place.since == pressed
    assert [(r.queue, r.place_from, r.again) for r in hotline.records(Queued)] == [
        ("juridico", pressed, False)
    ]


def test_after_the_notice_there_is_music() -> None:
    hotline = Driver()
    caller = hotline.caller_arrives().presses("4").hears_out()
    assert caller.hears == "music"


def test_a_missing_notice_is_followed_by_music_at_once() -> None:
    hotline = Driver()
    assert hotline.caller_arrives().presses("4").hears_out(heard=False).hears == "music"


def test_a_queue_without_notice_begins_with_music() -> None:
    hotline = Driver()
    assert hotline.caller_arrives().presses("1").hears == "music"


def test_an_agent_may_be_rung_while_the_notice_is_still_heard() -> None:
    hotline = Driver()
    hotline.works(agent("ben", juridico=3))
    caller = hotline.caller_arrives().presses("4")
    assert (caller.hears, hotline.rung()) == ("aviso", ["ben"])
    hotline.answers("ben")
    assert (caller.talks_to(), caller.hears) == ("ben", "the other")


def test_crisis_hears_a_voice_after_25_55_and_85_seconds_and_music_between() -> None:
    hotline = Driver()
    caller = hotline.caller_arrives().presses("1")
    heard_at = []
    for second in range(1, 100):
        hotline.passes(1)
        if caller.hears == "espera_crisis":
            heard_at.append(second)
            caller.hears_out()
            assert caller.hears == "music"
    assert heard_at == [25, 55, 85]


def test_a_message_does_not_cut_a_prompt_that_is_still_being_said() -> None:
    slow = replace(CRISIS, waiting=Waiting(message=PromptId("m"), first=seconds(1)))
    hotline = Driver(policy(slow))
    caller = hotline.caller_arrives().presses("1")
    hotline.passes(1)
    start = len(hotline.commands)
    hotline.passes(30)
    assert not prompts_since(hotline, start)
    assert caller.hears == "m"
    caller.hears_out()
    hotline.passes(30)
    assert caller.hears == "m"


def test_a_waiting_message_whose_end_is_never_told_is_followed_by_music() -> None:
    once = replace(CRISIS, waiting=Waiting(message=PromptId("m"), every=seconds(600)))
    hotline = Driver(policy(once))
    caller = hotline.caller_arrives().presses("1")
    hotline.passes(25)
    assert caller.hears == "m"
    hotline.passes(60)
    assert hotline.ordered(StopPlay)
    assert caller.hears == "music"


def test_messages_stop_when_the_caller_talks() -> None:
    hotline = Driver()
    hotline.works(agent("ana", psicologia=3, crisis=3))
    caller = hotline.caller_arrives().presses("1")
    hotline.answers("ana")
    start = len(hotline.commands)
    hotline.passes(120)
    assert (prompts_since(hotline, start), caller.hears) == ([], "the other")


def test_the_clocks_of_an_earlier_place_do_not_disturb_a_later_one() -> None:
    hotline = Driver()
    caller = hotline.caller_arrives().presses("1")
    hotline.passes(24)
    hotline.works(agent("ana", psicologia=3, crisis=3))
    hotline.answers("ana")
    hotline.loses_line("ana")
    assert caller.hears == "caida"
    caller.hears_out()
    hotline.passes(20)
    assert caller.hears == "music"
    hotline.passes(5)
    assert caller.hears == "espera_crisis"


def test_music_that_asterisk_refused_is_tried_again() -> None:
    hotline = Driver()
    caller = hotline.caller_arrives().presses("1")
    hotline.refused(hotline.ordered(StartMusic)[-1])
    assert caller.hears == "silence"
    hotline.passes(1)
    assert caller.hears == "music"


def test_music_for_a_leg_that_is_gone_is_not_tried_again() -> None:
    hotline = Driver()
    hotline.caller_arrives().presses("1")
    before = len(hotline.ordered(StartMusic))
    hotline.refused(hotline.ordered(StartMusic)[-1], Refusal.GONE)
    hotline.passes(20)
    assert len(hotline.ordered(StartMusic)) == before


def test_a_caller_who_hangs_up_in_the_queue_has_abandoned() -> None:
    hotline = Driver()
    caller = hotline.caller_arrives().presses("1")
    hotline.passes(7)
    caller.hangs_up()
    assert hotline.records(Abandoned) == [
        Abandoned(queue=CRISIS.name, waited=timedelta(seconds=7), offered=False)
    ]
    assert len(hotline.records(CallFinished)) == 1
    assert not hotline.engine.floor.calls


def test_a_queue_that_gives_up_lets_the_flow_go_on_and_withdraws_the_offer() -> None:
    impatient = replace(JURIDICO, gives_up_after=seconds(10))
    hotline = Driver(policy(impatient))
    hotline.works(agent("ben", juridico=3))
    caller = hotline.caller_arrives().presses("4").hears_out()
    hotline.rings("ben")
    hotline.passes(10)
    assert [r.waited for r in hotline.records(TimedOut)] == [seconds(10)]
    assert ("ben", "withdrawn") in hotline.outcomes()
    # The step names no other way: the caller takes a place again, and is not lost.
    assert caller.call.place is not None
    assert caller.hears == "aviso"
    assert len(hotline.records(Queued)) == 2


def test_a_queue_that_gives_up_does_not_begin_to_count_anew_with_another_engine() -> None:
    rules = policy(replace(JURIDICO, gives_up_after=seconds(20)))
    hotline = Driver(rules)
    hotline.caller_arrives().presses("4").hears_out()
    hotline.passes(15)
    second = hotline.dies_and_comes_back()
    second.passes(3)
    assert second.records(TimedOut) == []
    second.passes(2)
    assert [r.queue for r in second.records(TimedOut)] == ["juridico"]


def test_a_caller_waits_as_long_as_it_takes() -> None:
    hotline = Driver()
    caller = hotline.caller_arrives().presses("1")
    for _ in range(120):
        hotline.passes(30)
        if caller.hears == "espera_crisis":
            caller.hears_out()
    assert caller.call.place is not None
    assert caller.hears == "music"


def test_a_late_digit_time_out_does_not_move_a_caller_who_is_queued() -> None:
    hotline = Driver()
    caller = hotline.caller_arrives().hears_out().hears_out()
    hotline.passes(2)
    caller.presses("4").hears_out()
    hotline.happens(e.ClockReached(at=hotline.at))
    hotline.passes(10)
    assert caller.call.place is not None
    assert caller.call.place.queue == "juridico"
