"""A caller types digits: all of them, too few, wrong ones, none, or other ones than they meant."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest

from router.core.ivr.steps.collect import CollectStep
from router.core.ivr.waits import ForDigit, ForPrompt
from router.core.vocabulary import PromptId, StepName
from tests.core.ivr.caller import CUT, Caller, goodbye, play, queue

Calls = Callable[..., Caller]
ENDS = (queue("crisis"), queue("juridico"), goodbye())


def asks(
    *, confirm: bool = False, barge_in: bool = True, ends_with: str | None = "#"
) -> CollectStep:
    return CollectStep(
        name=StepName("folio"),
        prompts=(PromptId("pide"),),
        into="folio",
        least=3,
        most=5,
        ends_with=ends_with,
        tries=2,
        confirm=(PromptId("confirma"),) if confirm else (),
        wrong=(PromptId("mal"),),
        next=StepName("juridico"),
        on_timeout=StepName("crisis"),
        on_wrong=StepName("gracias"),
        barge_in=barge_in,
    )


def folio(caller: Caller) -> object:
    return caller.run.variables.get("folio")


def test_the_last_digit_takes_them(calls: Calls) -> None:
    caller = calls(asks(), *ENDS).listens().presses("12345")
    assert (caller.run.step, folio(caller)) == ("juridico", "12345")


def test_the_ending_key_takes_them(calls: Calls) -> None:
    caller = calls(asks(), *ENDS).listens().presses("123#")
    assert (caller.run.step, folio(caller)) == ("juridico", "123")


def test_a_pause_takes_them(calls: Calls) -> None:
    caller = calls(asks(), *ENDS).listens().presses("1234")
    assert caller.wait == ForDigit(within=timedelta(seconds=4))
    caller.says_nothing()
    assert (caller.run.step, folio(caller)) == ("juridico", "1234")


def test_the_first_digit_cuts_the_prompt_and_counts(calls: Calls) -> None:
    caller = calls(asks(), *ENDS).presses("12345")
    assert caller.heard() == ["pide", CUT]
    assert folio(caller) == "12345"


def test_a_prompt_that_is_not_to_be_cut_keeps_the_digits(calls: Calls) -> None:
    caller = calls(asks(barge_in=False), *ENDS).presses("123")
    assert caller.wait == ForPrompt(barge_in=False)
    caller.listens().presses("#")
    assert folio(caller) == "123"


def test_a_prompt_that_cannot_be_played_waits_all_the_same(calls: Calls) -> None:
    caller = calls(asks(), *ENDS).listens(heard=False)
    assert caller.wait == ForDigit(within=timedelta(seconds=6))


def test_silence_goes_to_a_person(calls: Calls) -> None:
    caller = calls(asks(), *ENDS).listens().says_nothing()
    assert (caller.run.step, folio(caller)) == ("crisis", None)


def test_too_few_digits_are_asked_again_and_then_lead_on(calls: Calls) -> None:
    caller = calls(asks(), *ENDS).listens()
    caller.heard()
    caller.presses("12#")
    assert caller.heard() == ["mal+pide"]
    caller.listens().presses("1").says_nothing()
    assert (caller.run.step, folio(caller)) == ("gracias", None)


def test_a_star_starts_again(calls: Calls) -> None:
    caller = calls(asks(), *ENDS).listens().presses("99*123#")
    assert folio(caller) == "123"


def test_a_key_that_is_no_digit_changes_nothing(calls: Calls) -> None:
    caller = calls(asks(ends_with=None), *ENDS).listens().presses("1#2#345")
    assert folio(caller) == "12345"


def test_digits_are_read_back_and_taken_by_one(calls: Calls) -> None:
    caller = calls(asks(confirm=True), *ENDS).listens()
    caller.heard()
    caller.presses("12345")
    assert (caller.heard(), caller.wait) == (["confirma"], ForPrompt())
    caller.presses("1")
    assert (caller.heard(), caller.run.step, folio(caller)) == ([CUT], "juridico", "12345")


def test_two_asks_for_them_again(calls: Calls) -> None:
    caller = calls(asks(confirm=True), *ENDS).listens().presses("12345").listens()
    caller.heard()
    caller.presses("2")
    assert (caller.heard(), folio(caller)) == (["pide"], None)
    caller.presses("67890").presses("1")
    assert folio(caller) == "67890"


def test_another_key_than_one_and_two_is_told_to_be_wrong(calls: Calls) -> None:
    caller = calls(asks(confirm=True), *ENDS).listens().presses("12345").listens()
    caller.heard()
    caller.presses("7")
    assert caller.heard() == ["mal+pide"]


def test_silence_after_the_reading_back_goes_to_a_person(calls: Calls) -> None:
    caller = calls(asks(confirm=True), *ENDS).listens().presses("12345").listens().says_nothing()
    assert (caller.run.step, folio(caller)) == ("crisis", None)


@pytest.mark.parametrize("confirm", [True, False])
def test_digits_typed_ahead_count_and_what_is_left_counts_after(
    calls: Calls, confirm: bool
) -> None:
    step = asks(confirm=confirm)
    caller = calls(play("saludo", "folio", barge_in=False), step, *ENDS).presses("123451")
    caller.listens()
    assert (caller.run.step, folio(caller)) == ("juridico", "12345")
    assert "pide" not in caller.heard()


def test_only_how_many_keys_were_pressed_is_noted(calls: Calls) -> None:
    caller = calls(asks(), *ENDS).listens().presses("12345")
    assert [(n.step, n.digits) for n in caller.notes] == [("folio", 0), ("juridico", 5)]
    assert "12345" not in repr(caller.notes)
