"""What a caller hears in a flow, and where they come to."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from router.core.ivr.run import STEPS_PER_TURN, advance, begin
from router.core.ivr.waits import (
    ConversationOver,
    Digit,
    ForAgent,
    ForDigit,
    ForPrompt,
    Given,
    Over,
    PromptOver,
    QueueGaveUp,
    TimeIsUp,
)
from router.core.vocabulary import QueueName, SkillName, StepName
from tests.core.ivr.caller import (
    CUT,
    Caller,
    goodbye,
    hours,
    language,
    menu,
    play,
    prefer,
    queue,
)
from tests.core.ivr.conftest import NOON, book_of

Calls = Callable[..., Caller]
CRISIS = ForAgent(queue=QueueName("crisis"))
ENDS = (queue("crisis"), queue("juridico"), goodbye())


def line(calls: Calls, *, greeting_cut: bool = True, menu_cut: bool = True) -> Caller:
    greeting = play("saludo", "menu", barge_in=greeting_cut)
    return calls(greeting, menu(barge_in=menu_cut, k1="crisis", k4="juridico"), *ENDS)


def test_caller_who_presses_nothing_hears_all_and_comes_to_crisis(calls: Calls) -> None:
    caller = line(calls)
    assert (caller.heard(), caller.wait) == (["saludo"], ForPrompt())
    caller.listens()
    assert (caller.heard(), caller.wait) == (["menu"], ForPrompt())
    caller.listens()
    assert (caller.heard(), caller.wait) == ([], ForDigit(within=timedelta(seconds=4)))
    caller.says_nothing()
    assert (caller.heard(), caller.wait) == ([], CRISIS)


def test_silence_and_wrong_keys_lead_where_each_is_written_to(calls: Calls) -> None:
    asked = replace(menu(k4="gracias"), on_wrong=StepName("juridico"))
    assert calls(asked, *ENDS).listens().says_nothing().wait == CRISIS
    assert calls(asked, *ENDS).presses("99").run.step == "juridico"


def test_whoever_asks_to_hear_the_menu_again_is_not_told_of_the_key_before(calls: Calls) -> None:
    caller = calls(play("saludo", "menu", barge_in=False), menu(k4="juridico"), *ENDS)
    caller.presses("9*")
    caller.listens()
    assert caller.heard() == ["saludo", "menu"]


def test_every_step_is_noted_with_how_the_one_before_was_left(calls: Calls) -> None:
    caller = line(calls).listens().presses("9").listens().presses("4").talks_to_the_end()
    assert [(n.step, n.step_kind, n.after, n.digits) for n in caller.notes] == [
        ("saludo", "play", "start", 0),
        ("menu", "menu", "end", 0),
        ("juridico", "queue", "key", 2),
        ("gracias", "goodbye", "end", 0),
    ]


def test_key_during_the_menu_cuts_it(calls: Calls) -> None:
    caller = line(calls).listens()
    caller.heard()
    caller.presses("4")
    assert (caller.heard(), caller.run.step) == ([CUT], "juridico")


def test_key_after_the_menu_has_nothing_to_cut(calls: Calls) -> None:
    caller = line(calls).listens().listens()
    caller.heard()
    caller.presses("4")
    assert (caller.heard(), caller.run.step) == ([], "juridico")


def test_key_during_the_greeting_counts_for_the_menu_which_is_not_said(calls: Calls) -> None:
    caller = line(calls).presses("4")
    assert (caller.heard(), caller.run.step) == (["saludo", CUT], "juridico")
    assert [(n.step, n.after, n.digits) for n in caller.notes[1:]] == [
        ("menu", "key", 1),
        ("juridico", "key", 0),
    ]


def test_key_during_a_greeting_that_cannot_be_cut_counts_after_it(calls: Calls) -> None:
    caller = line(calls, greeting_cut=False).presses("4")
    assert (caller.heard(), caller.wait) == (["saludo"], ForPrompt(barge_in=False))
    caller.listens()
    assert (caller.heard(), caller.run.step) == ([], "juridico")


def test_key_during_a_menu_that_cannot_be_cut_counts_after_it(calls: Calls) -> None:
    caller = line(calls, menu_cut=False).listens().presses("4")
    assert (caller.heard(), caller.wait) == (["saludo", "menu"], ForPrompt(barge_in=False))
    caller.listens()
    assert caller.run.step == "juridico"


def test_key_typed_ahead_passes_every_prompt_up_to_the_menu(calls: Calls) -> None:
    caller = calls(
        play("saludo", "aviso"),
        play("aviso", "menu"),
        menu(k1="crisis", k4="juridico"),
        *ENDS,
    ).presses("4")
    assert (caller.heard(), caller.run.step) == (["saludo", CUT], "juridico")


def test_keys_left_over_count_for_the_next_menu(calls: Calls) -> None:
    caller = calls(
        play("saludo", "menu", barge_in=False),
        menu(k7="otro"),
        menu("otro", k4="juridico"),
        *ENDS,
    ).presses("74")
    assert caller.listens().run.step == "juridico"


def test_keys_left_over_do_not_reach_the_menu_after_a_conversation(calls: Calls) -> None:
    caller = calls(
        play("saludo", "menu", barge_in=False),
        menu(k1="juridico"),
        queue("juridico", "otro"),
        menu("otro", k4="crisis"),
        *ENDS[:1],
        goodbye(),
    ).presses("14")
    caller.listens()
    caller.heard()
    caller.talks_to_the_end()
    assert (caller.heard(), caller.run.step) == (["otro"], "otro")


def test_caller_who_never_stops_pressing_fills_no_memory(calls: Calls) -> None:
    caller = line(calls, greeting_cut=False).presses("0123456789" * 100)
    assert len(caller.run.typed_ahead) == 20


def test_wrong_key_says_so_and_the_menu_again(calls: Calls) -> None:
    caller = line(calls).listens()
    caller.heard()
    caller.presses("9")
    assert (caller.heard(), caller.wait) == ([CUT, "no_entendi+menu"], ForPrompt())
    assert caller.presses("4").run.step == "juridico"


def test_second_wrong_key_brings_to_crisis(calls: Calls) -> None:
    caller = line(calls).listens().presses("9").listens().presses("#")
    assert caller.wait == CRISIS
    assert caller.notes[-1].after == "wrong_key"


def test_silence_after_a_wrong_key_brings_to_crisis(calls: Calls) -> None:
    caller = line(calls).listens().presses("9").listens().says_nothing()
    assert caller.wait == CRISIS


def test_two_wrong_keys_typed_ahead_bring_to_crisis(calls: Calls) -> None:
    caller = line(calls, greeting_cut=False).presses("98").listens()
    assert caller.wait == CRISIS


def test_wrong_keys_of_one_menu_do_not_count_in_the_next(calls: Calls) -> None:
    caller = calls(menu(k7="otro"), menu("otro", k4="juridico"), *ENDS).presses("97")
    caller.presses("9")
    assert caller.run.step == "otro"


def test_star_says_the_menu_again_and_is_no_wrong_key(calls: Calls) -> None:
    caller = line(calls).listens().presses("9")
    caller.heard()
    caller.presses("*")
    assert (caller.heard(), caller.run.wrong) == ([CUT, "menu"], 1)
    assert caller.presses("4").run.step == "juridico"


def test_star_without_end_is_taken_as_silence(calls: Calls) -> None:
    caller = line(calls).listens().presses("**")
    assert caller.run.step == "menu"
    caller.presses("*")
    assert (caller.wait, caller.notes[-1].after) == (CRISIS, "silence")


@pytest.mark.parametrize("listened", range(3))
def test_prompt_that_cannot_be_played_is_passed(calls: Calls, listened: int) -> None:
    caller = line(calls)
    for number in range(3):
        if number < 2:
            caller.listens(heard=number != listened)
    assert caller.says_nothing().wait == CRISIS


def test_at_night_there_is_no_menu(calls: Calls) -> None:
    steps = (
        play("saludo", "horario"),
        hours("horario", "noche", open_="crisis", closed="menu"),
        menu(k4="juridico"),
        *ENDS,
    )
    night = datetime(2026, 11, 24, 3, 10, tzinfo=UTC)
    caller = calls(*steps, at=night).listens()
    assert (caller.heard(), caller.wait) == (["saludo"], CRISIS)
    assert [n.after for n in caller.notes] == ["start", "end", "open"]
    assert calls(*steps).listens().path == ["saludo", "horario", "menu"]


def test_language_holds_from_its_step_on(calls: Calls) -> None:
    book = book_of(menu(k7="en"), language("en", "menu"), *ENDS)
    first = begin(book, book.lines["55"], NOON)
    turn = advance(book, first.run, Digit("7"), NOON)
    assert first.run.language == "es"
    assert turn.run.language == "en"
    assert [getattr(s, "language", None) for s in turn.said] == [None, "en"]


def test_preferred_skills_add_up_and_go_to_the_queue(calls: Calls) -> None:
    caller = calls(
        prefer("uno", {"english": 1, "nahuatl": 1}, "dos"),
        prefer("dos", {"nahuatl": 3}, "crisis"),
        *ENDS,
    )
    expected = ((SkillName("english"), 1), (SkillName("nahuatl"), 3))
    assert caller.wait == ForAgent(queue=QueueName("crisis"), prefer=expected)


def test_agent_who_hangs_up_leaves_the_caller_to_the_goodbye(calls: Calls) -> None:
    caller = calls(*ENDS).talks_to_the_end()
    assert (caller.heard(), caller.wait) == (["gracias"], ForPrompt(barge_in=False))
    assert caller.presses("1").run.step == "gracias"
    assert caller.listens().wait == Over()


def test_goodbye_that_cannot_be_played_ends_the_call_all_the_same(calls: Calls) -> None:
    assert calls(goodbye()).listens(heard=False).wait == Over()


def test_queue_that_gives_up_goes_where_its_step_says(calls: Calls) -> None:
    caller = calls(queue("juridico", on_timeout="crisis"), *ENDS[:1], goodbye())
    assert caller.waits_too_long().wait == CRISIS
    assert caller.notes[-1].after == "gave_up"


def test_queue_that_gives_up_into_nothing_takes_the_caller_again(calls: Calls) -> None:
    assert calls(*ENDS).waits_too_long().wait == CRISIS


ANYTHING: tuple[Given, ...] = (
    Digit("4"),
    PromptOver(heard=True),
    TimeIsUp(),
    ConversationOver(),
    QueueGaveUp(),
)


@pytest.mark.parametrize("given", ANYTHING, ids=lambda given: type(given).__name__)
def test_what_fits_no_wait_changes_nothing(calls: Calls, given: Given) -> None:
    fitting = {
        ForPrompt: (PromptOver, Digit),
        ForDigit: (TimeIsUp, Digit),
        ForAgent: (ConversationOver, QueueGaveUp),
        Over: (),
    }
    greeting, asking, waiting = line(calls), line(calls).listens().listens(), calls(*ENDS)
    ended = calls(goodbye()).listens()
    for caller in (greeting, asking, waiting, ended):
        if isinstance(given, fitting[type(caller.wait)]):
            continue
        turn = advance(caller.book, caller.run, given, caller.at)
        assert turn.run is caller.run
        assert (turn.said, turn.entered, turn.wait) == ((), (), caller.wait)


def test_flow_that_goes_round_without_waiting_brings_to_the_first_resort(calls: Calls) -> None:
    caller = calls(
        hours("uno", "siempre", open_="dos", closed="dos"),
        hours("dos", "siempre", open_="uno", closed="uno"),
    )
    assert caller.wait == CRISIS
    assert len(caller.notes) == STEPS_PER_TURN
    assert caller.presses("1").wait == CRISIS
    assert caller.waits_too_long().wait == CRISIS
    assert caller.talks_to_the_end().wait == Over()


def test_step_that_does_not_exist_brings_to_the_first_resort(calls: Calls) -> None:
    caller = calls(play("saludo", "nowhere")).listens()
    assert (caller.wait, caller.run.step) == (CRISIS, "saludo")


def test_run_of_a_flow_that_is_gone_keeps_its_place(calls: Calls) -> None:
    caller = calls(*ENDS)
    run = replace(caller.run, step=StepName("gone"))
    assert advance(caller.book, run, Digit("1"), NOON).wait == CRISIS
    assert advance(caller.book, run, ConversationOver(), NOON).wait == Over()


def test_unknown_number_gets_the_default_line() -> None:
    book = book_of(*ENDS)
    assert book.line_for("55") == (book.lines["55"], True)
    assert book.line_for("99") == (book.lines["55"], False)


def test_a_run_with_fields_changed_is_what_replacing_them_makes_of_it(calls: Calls) -> None:
    run = calls(menu(k1="crisis"), queue("crisis"), goodbye()).presses("9").run
    assert run.but() == run
    crisis = StepName("crisis")
    assert run.but(step=crisis, wrong=7) == replace(run, step=crisis, wrong=7)
    with pytest.raises(TypeError):
        run.but(mood="good")
