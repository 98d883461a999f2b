"""A caller asks to be called back: at which number, and whether it is safe."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest

from router.core.ivr.model import FlowBook
from router.core.ivr.run import begin
from router.core.ivr.sayings import CallbackAsked
from router.core.ivr.steps.callback import CallbackStep
from router.core.ivr.waits import ForDigit, ForPrompt
from router.core.vocabulary import PromptId, QueueName, StepName
from tests.core.ivr.caller import CUT, Caller, goodbye, queue
from tests.core.ivr.conftest import NOON, book_of

Calls = Callable[..., Caller]
ENDS = (queue("crisis"), queue("juridico"), goodbye())
JURIDICO = QueueName("juridico")


def callback() -> CallbackStep:
    def prompt(name: str) -> tuple[PromptId, ...]:
        return (PromptId(name),)

    return CallbackStep(
        name=StepName("llamada"),
        prompts=prompt("ofrece"),
        queue=JURIDICO,
        ask_number=prompt("pide"),
        confirm=prompt("confirma"),
        safe=prompt("seguro"),
        least=8,
        most=10,
        tries=2,
        wrong=prompt("mal"),
        next=StepName("gracias"),
        on_unsafe=StepName("juridico"),
        on_timeout=StepName("crisis"),
    )


def test_one_and_yes_are_enough_for_the_telephone_that_is_calling(calls: Calls) -> None:
    caller = calls(callback(), *ENDS).presses("1")
    assert caller.heard() == ["ofrece", CUT, "seguro"]
    caller.presses("1")
    assert caller.noted == [CallbackAsked(queue=JURIDICO)]
    assert caller.run.step == "gracias"


def test_another_number_is_read_back(calls: Calls) -> None:
    caller = calls(callback(), *ENDS).presses("2")
    assert caller.heard() == ["ofrece", CUT, "pide"]
    caller.listens().presses("5512345678")
    assert caller.heard() == ["confirma"]
    caller.listens().presses("1").listens().presses("1")
    assert caller.noted == [CallbackAsked(queue=JURIDICO, number="5512345678")]


def test_a_number_that_was_mistyped_is_asked_again(calls: Calls) -> None:
    caller = calls(callback(), *ENDS).presses("2").presses("5512345678").presses("2")
    assert caller.heard()[-1] == "pide"
    caller.presses("5598765432").presses("11")
    assert caller.noted == [CallbackAsked(queue=JURIDICO, number="5598765432")]


def test_a_shorter_number_ends_with_the_hash_or_a_pause(calls: Calls) -> None:
    caller = calls(callback(), *ENDS).presses("2").presses("12345678#").presses("11")
    assert caller.noted == [CallbackAsked(queue=JURIDICO, number="12345678")]
    other = calls(callback(), *ENDS).presses("2").presses("12345678").says_nothing().presses("11")
    assert other.noted == [CallbackAsked(queue=JURIDICO, number="12345678")]


def test_a_star_types_the_number_anew(calls: Calls) -> None:
    caller = calls(callback(), *ENDS).presses("2").presses("99*5512345678").presses("11")
    assert caller.noted == [CallbackAsked(queue=JURIDICO, number="5512345678")]


def test_nobody_is_called_without_a_yes(calls: Calls) -> None:
    unsafe = calls(callback(), *ENDS).presses("12")
    assert (unsafe.noted, unsafe.run.step) == ([], "juridico")
    silent = calls(callback(), *ENDS).presses("1").listens().says_nothing()
    assert (silent.noted, silent.run.step) == ([], "crisis")


@pytest.mark.parametrize("typed", ["", "2", "25512345678", "1"])
def test_silence_leads_to_a_person_at_every_question(calls: Calls, typed: str) -> None:
    caller = calls(callback(), *ENDS).presses(typed).listens().says_nothing()
    assert (caller.noted, caller.run.step) == ([], "crisis")


@pytest.mark.parametrize("typed", ["", "25512345678", "1"])
def test_the_second_wrong_key_leads_to_a_person(calls: Calls, typed: str) -> None:
    caller = calls(callback(), *ENDS).presses(typed).presses("9")
    assert caller.heard()[-1].startswith("mal+")
    caller.presses("9")
    assert (caller.noted, caller.run.step) == ([], "crisis")


def test_a_number_too_short_is_asked_again_and_then_leads_to_a_person(calls: Calls) -> None:
    caller = calls(callback(), *ENDS).presses("2").presses("123#")
    assert caller.heard()[-1] == "mal+pide"
    caller.presses("123#")
    assert caller.run.step == "crisis"


def test_who_hides_their_number_is_asked_for_one_at_once() -> None:
    book: FlowBook = book_of(callback(), *ENDS)
    turn = begin(book, book.lines["55"], NOON, anonymous=True)
    assert [getattr(said, "prompts", ()) for said in turn.said] == [("pide",)]
    assert turn.wait == ForPrompt()


def test_a_question_that_cannot_be_played_still_waits_for_a_key(calls: Calls) -> None:
    caller = calls(callback(), *ENDS).listens(heard=False)
    assert caller.wait == ForDigit(within=timedelta(seconds=6))


def test_no_digit_is_left_behind(calls: Calls) -> None:
    caller = calls(callback(), *ENDS).presses("2").presses("5512345678").presses("11")
    assert "5512345678" not in repr((caller.run, caller.notes, caller.noted))


def test_a_key_that_hangs_leads_on_all_the_same(calls: Calls) -> None:
    caller = calls(callback(), *ENDS).presses("2")
    assert caller.presses("1*" * 30).run.step == "crisis"
