"""The menu: one level, human by default; nobody is lost in it, and nobody is hung up on."""

from __future__ import annotations

from datetime import timedelta

import pytest

from router.core import events as e
from router.core.commands import AskAgain, Hangup, Play, Remember, StopPlay
from router.core.records import CallFinished, PromptMissing, Queued, StepEntered
from router.core.vocabulary import EndedBy, PlaybackId, Refusal
from tests.core.driver import Caller, Driver
from tests.core.house import agent


def steps(hotline: Driver) -> list[tuple[str, str, int]]:
    """Step, how the one before was left, and with how many keys."""
    return [(s.step, s.after, s.digits) for s in hotline.records(StepEntered)]


def queue_of(caller: Caller) -> str | None:
    return caller.call.place.queue if caller.call.place is not None else None


def test_greeting_and_menu_follow_each_other() -> None:
    hotline = Driver()
    caller = hotline.caller_arrives().hears_out()
    assert caller.hears == "menu"


@pytest.mark.parametrize(
    ("key", "queue"), [("1", "crisis"), ("4", "juridico"), ("5", "orientacion")]
)
def test_a_key_leads_to_its_queue(key: str, queue: str) -> None:
    hotline = Driver()
    caller = hotline.caller_arrives().hears_out().hears_out().presses(key)
    assert queue_of(caller) == queue
    assert steps(hotline)[-1] == (queue, "key", 1)


def test_silence_of_four_seconds_leads_to_crisis() -> None:
    hotline = Driver()
    caller = hotline.caller_arrives().hears_out().hears_out()
    hotline.passes(3.9)
    assert queue_of(caller) is None
    hotline.passes(0.1)
    assert queue_of(caller) == "crisis"
    assert steps(hotline)[-1] == ("crisis", "silence", 0)


def test_the_four_seconds_begin_when_the_menu_has_been_said() -> None:
    hotline = Driver()
    caller = hotline.caller_arrives().hears_out()
    hotline.passes(15)
    caller.hears_out()
    hotline.passes(3.9)
    assert queue_of(caller) is None


def test_while_a_key_is_waited_for_asterisk_would_ask_again_by_itself() -> None:
    hotline = Driver()
    caller = hotline.caller_arrives().hears_out().hears_out()
    assert caller.hears == "silence"
    (asks,) = hotline.ordered(AskAgain)
    assert (asks.leg, asks.prompts, asks.after) == (caller.leg, ("menu",), timedelta(seconds=4))
    assert hotline.board.asks_again[caller.leg] is asks


@pytest.mark.parametrize("key", ["1", "9", ""])
def test_an_engine_that_lives_stops_it_before_anything_else_is_heard(key: str) -> None:
    hotline = Driver()
    caller = hotline.caller_arrives().hears_out().hears_out()
    (asks,) = hotline.ordered(AskAgain)
    before = len(hotline.commands)
    if key:
        caller.presses(key)
    else:
        hotline.passes(4)
    first, *_ = [c for c in hotline.commands[before:] if not isinstance(c, Remember)]
    assert first == StopPlay(node=asks.node, call=asks.call, leg=asks.leg, playback=asks.playback)
    assert caller.leg not in hotline.board.asks_again


def test_the_next_life_stops_it_and_asks_by_itself() -> None:
    before = Driver()
    caller = before.caller_arrives().hears_out().hears_out()
    (asks,) = before.ordered(AskAgain)
    now = before.dies_and_comes_back()
    assert [c.playback for c in now.ordered(StopPlay)] == [asks.playback]
    assert now.board.hears[caller.leg] == "menu"


def test_a_caller_who_was_asked_again_still_has_the_end_of_the_wait() -> None:
    """The engine froze, and woke too late: what Asterisk said has ended meanwhile."""
    hotline = Driver()
    caller = hotline.caller_arrives().hears_out().hears_out()
    (asks,) = hotline.ordered(AskAgain)
    hotline.board.prompt_ends(asks.playback, hotline.at)
    hotline.happens(e.PlaybackEnded(at=hotline.at, playback=asks.playback, heard=True))
    assert queue_of(caller) is None
    hotline.passes(4)
    assert queue_of(caller) == "crisis"


def test_where_nothing_can_be_played_the_wait_goes_on_without_it() -> None:
    hotline = Driver()
    caller = hotline.caller_arrives().hears_out().hears_out()
    (asks,) = hotline.ordered(AskAgain)
    hotline.refused(asks)
    assert not hotline.records(PromptMissing)
    assert queue_of(caller.presses("4")) == "juridico"


def test_one_wrong_key_is_told_and_the_menu_is_said_again() -> None:
    hotline = Driver()
    caller = hotline.caller_arrives().hears_out().hears_out().presses("9")
    assert caller.hears == "no_entendi+menu"
    assert queue_of(caller.presses("4")) == "juridico"


@pytest.mark.parametrize("keys", ["98", "#9", "88"])
def test_two_wrong_keys_lead_to_crisis(keys: str) -> None:
    hotline = Driver()
    caller = hotline.caller_arrives().hears_out().hears_out().presses(keys)
    assert queue_of(caller) == "crisis"
    assert steps(hotline)[-1] == ("crisis", "wrong_key", 2)


def test_a_wrong_key_and_then_silence_lead_to_crisis() -> None:
    hotline = Driver()
    caller = hotline.caller_arrives().hears_out().hears_out().presses("9").hears_out()
    hotline.passes(4)
    assert queue_of(caller) == "crisis"


def test_a_late_time_out_of_the_first_wait_does_not_cut_the_second() -> None:
    hotline = Driver()
    caller = hotline.caller_arrives().hears_out().hears_out()
    hotline.passes(3)
    caller.presses("9").hears_out()
    hotline.passes(2)
    assert queue_of(caller) is None
    hotline.passes(2)
    assert queue_of(caller) == "crisis"


def test_star_repeats_the_menu_and_is_no_wrong_key() -> None:
    hotline = Driver()
    caller = hotline.caller_arrives().hears_out().hears_out().presses("*")
    assert caller.hears == "menu"
    assert queue_of(caller.presses("*").presses("4")) == "juridico"


def test_a_menu_repeated_too_often_is_taken_as_silence() -> None:
    hotline = Driver()
    caller = hotline.caller_arrives().hears_out().presses("****")
    assert queue_of(caller) == "crisis"


def test_a_key_cuts_the_menu_and_stops_the_prompt_before_anything_else() -> None:
    hotline = Driver()
    caller = hotline.caller_arrives().hears_out()
    before = len(hotline.commands)
    caller.presses("1")
    assert isinstance(hotline.commands[before], StopPlay)
    assert queue_of(caller) == "crisis"


def test_a_key_during_the_greeting_is_meant_for_the_menu() -> None:
    hotline = Driver()
    caller = hotline.caller_arrives().presses("4")
    assert queue_of(caller) == "juridico"
    assert not [p for p in hotline.ordered(Play) if p.prompts == ("menu",)]


def test_a_stopped_prompt_that_reports_its_end_changes_nothing() -> None:
    hotline = Driver()
    caller = hotline.caller_arrives()
    stopped = hotline.board.playing[caller.leg]
    caller.presses("1")
    assert not hotline.happens(e.PlaybackEnded(at=hotline.at, playback=stopped, heard=True))
    assert hotline.engine.floor.ignored["PlaybackEnded"] == 1


def test_a_missing_prompt_is_recorded_and_the_next_step_comes_at_once() -> None:
    hotline = Driver()
    caller = hotline.caller_arrives().hears_out(heard=False)
    assert caller.hears == "menu"
    assert [r.prompts for r in hotline.records(PromptMissing)] == [("saludo",)]


def test_a_missing_menu_still_waits_for_a_key() -> None:
    hotline = Driver()
    caller = hotline.caller_arrives().hears_out().hears_out(heard=False)
    assert queue_of(caller.presses("4")) == "juridico"


def test_when_no_prompt_can_be_played_the_caller_still_reaches_a_queue() -> None:
    hotline = Driver()
    caller = hotline.caller_arrives()
    hotline.refused(hotline.ordered(Play)[-1])
    hotline.refused(hotline.ordered(Play)[-1])
    hotline.passes(4)
    assert (queue_of(caller), caller.hears) == ("crisis", "music")


def test_a_prompt_whose_fate_is_unknown_is_stopped_before_the_next() -> None:
    hotline = Driver()
    caller = hotline.caller_arrives()
    first = hotline.ordered(Play)[0]
    hotline.refused(first, Refusal.UNKNOWN)
    assert hotline.ordered(StopPlay)[-1].playback == first.playback
    assert caller.hears == "menu"


def test_a_prompt_whose_end_is_never_told_does_not_hold_the_caller_for_ever() -> None:
    hotline = Driver()
    caller = hotline.caller_arrives()
    hotline.passes(60)
    assert caller.hears == "menu"


def test_the_goodbye_ends_the_call_and_says_who_ended_it() -> None:
    hotline = Driver()
    hotline.works(agent("ana", psicologia=3, crisis=3))
    caller = hotline.caller_arrives().chooses("1")
    hotline.answers("ana")
    hotline.hangs_up("ana")
    assert caller.hears == "gracias"
    caller.hears_out()
    assert caller.leg in [h.leg for h in hotline.ordered(Hangup)]
    assert [(r.by, r.at_step) for r in hotline.records(CallFinished)] == [
        (EndedBy.SYSTEM, "gracias")
    ]


def test_a_key_during_the_goodbye_hangs_up_on_nobody() -> None:
    hotline = Driver()
    hotline.works(agent("ana", psicologia=3, crisis=3))
    caller = hotline.caller_arrives().chooses("1")
    hotline.answers("ana")
    hotline.hangs_up("ana")
    caller.presses("1")
    assert caller.hears == "gracias"


def test_a_hang_up_that_is_never_reported_does_not_keep_the_call_on_the_floor() -> None:
    hotline = Driver()
    hotline.works(agent("ana", psicologia=3, crisis=3))
    caller = hotline.caller_arrives().chooses("1")
    hotline.answers("ana")
    hotline.hangs_up("ana")
    hotline.board.reports_ends = False
    caller.hears_out()
    hotline.passes(5)
    hotline.passes(5)
    assert not hotline.engine.floor.calls
    assert len(hotline.records(CallFinished)) == 1


def test_a_caller_who_hangs_up_in_the_menu_is_finished_and_not_abandoned() -> None:
    hotline = Driver()
    caller = hotline.caller_arrives().hears_out()
    caller.hangs_up()
    assert [(r.by, r.at_step) for r in hotline.records(CallFinished)] == [(EndedBy.CALLER, "menu")]
    assert not hotline.records(Queued)
    assert not hotline.engine.floor.calls


def test_digits_are_counted_and_never_kept() -> None:
    hotline = Driver()
    hotline.caller_arrives().hears_out().hears_out().presses("94")
    assert steps(hotline)[-1] == ("juridico", "key", 2)
    assert "digit=" not in repr(hotline.entries)


def test_keys_in_a_queue_are_the_callers_own_affair() -> None:
    hotline = Driver()
    caller = hotline.caller_arrives().chooses("1")
    caller.presses("4#9")
    assert (queue_of(caller), caller.hears) == ("crisis", "music")


def test_a_flood_of_keys_fills_no_memory() -> None:
    hotline = Driver()
    caller = hotline.caller_arrives()
    caller.presses("9" * 500)
    assert len(caller.call.run.typed_ahead) <= 20
    assert queue_of(caller) == "crisis"


def test_the_end_of_an_unknown_playback_is_ignored() -> None:
    hotline = Driver()
    unknown = e.PlaybackEnded(at=hotline.at, playback=PlaybackId("p"), heard=True)
    assert hotline.happens(unknown) == []
