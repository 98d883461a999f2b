"""A caller leaves a message: it is long enough, wanted and kept, or a person comes instead."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest

from router.core.ivr.steps.message import MessageStep
from router.core.ivr.waits import ForAgent, ForKeeping, ForMessage, MessageKept, MessageOver
from router.core.vocabulary import PromptId, StepName
from tests.core.ivr.caller import CUT, Caller, goodbye, queue

Calls = Callable[..., Caller]
MESSAGE = MessageStep(
    name=StepName("buzon"),
    prompts=(PromptId("deje"),),
    wrong=(PromptId("mal"),),
    next=StepName("gracias"),
    on_timeout=StepName("juridico"),
    on_failure=StepName("crisis"),
)
CONFIRMED = replace(MESSAGE, confirm=(PromptId("confirma"),))


def seconds(count: float) -> timedelta:
    return timedelta(seconds=count)


def begun(calls: Calls, step: MessageStep = MESSAGE) -> Caller:
    """The prompt is over."""
    return calls(step, queue("juridico"), queue("crisis"), goodbye()).listens()


def test_the_recording_begins_after_the_prompt(calls: Calls) -> None:
    caller = begun(calls)
    assert caller.wait == ForMessage(
        longest=seconds(120), shortest=seconds(2), silence=seconds(5), ends_with="#"
    )
    assert caller.heard() == ["deje"]


def test_a_key_cuts_the_prompt(calls: Calls) -> None:
    caller = calls(MESSAGE, queue("juridico"), queue("crisis"), goodbye()).presses("5")
    assert isinstance(caller.wait, ForMessage)
    assert caller.heard() == ["deje", CUT]


def test_what_was_said_is_kept_before_the_flow_goes_on(calls: Calls) -> None:
    caller = begun(calls).gets(MessageOver(lasted=seconds(2)))
    assert isinstance(caller.wait, ForKeeping)
    caller.gets(MessageKept(kept=True))
    assert caller.path == ["buzon", "gracias"]


def test_too_little_is_asked_for_again_and_then_leads_on(calls: Calls) -> None:
    caller = begun(calls).gets(MessageOver(lasted=seconds(1)))
    assert caller.heard() == ["deje", "mal+deje"]
    caller.listens().gets(MessageOver(lasted=seconds(0)))
    assert caller.path == ["buzon", "juridico"]


@pytest.mark.parametrize("given", [MessageOver(lasted=None), MessageKept(kept=False)])
def test_what_cannot_be_recorded_or_kept_leads_to_a_person(
    calls: Calls, given: MessageOver | MessageKept
) -> None:
    caller = begun(calls)
    if isinstance(given, MessageKept):
        caller.gets(MessageOver(lasted=seconds(9)))
    caller.gets(given)
    assert caller.path == ["buzon", "crisis"]


def test_without_a_way_for_failures_the_first_resort_takes_the_caller(calls: Calls) -> None:
    caller = begun(calls, replace(MESSAGE, on_failure=None)).gets(MessageOver(lasted=None))
    assert caller.path == ["buzon"]
    assert isinstance(caller.wait, ForAgent)
    assert caller.wait.queue == "crisis"


def test_a_prompt_that_cannot_be_played_leads_to_a_person(calls: Calls) -> None:
    caller = calls(MESSAGE, queue("juridico"), queue("crisis"), goodbye()).listens(heard=False)
    assert caller.path == ["buzon", "crisis"]


@pytest.mark.parametrize("key", "1379*")
def test_a_caller_asked_whether_it_shall_be_kept_says_so_by_a_key(calls: Calls, key: str) -> None:
    caller = begun(calls, CONFIRMED).gets(MessageOver(lasted=seconds(9)))
    assert caller.heard()[-1] == "confirma"
    caller.presses(key)
    assert isinstance(caller.wait, ForKeeping)


def test_a_caller_who_wants_to_say_it_anew_presses_two(calls: Calls) -> None:
    caller = begun(calls, CONFIRMED).gets(MessageOver(lasted=seconds(9))).presses("2")
    assert caller.heard() == ["deje", "confirma", CUT, "deje"]
    assert isinstance(caller.listens().wait, ForMessage)


def test_silence_keeps_the_message(calls: Calls) -> None:
    caller = begun(calls, CONFIRMED).gets(MessageOver(lasted=seconds(9)))
    assert isinstance(caller.listens().says_nothing().wait, ForKeeping)


def test_the_key_that_ended_it_answers_nothing(calls: Calls) -> None:
    caller = begun(calls, CONFIRMED).gets(MessageOver(lasted=seconds(9))).presses("#")
    assert caller.heard()[-1] == "confirma"
    assert not isinstance(caller.wait, ForKeeping)


def test_keys_while_it_is_recorded_and_kept_change_nothing(calls: Calls) -> None:
    caller = begun(calls).presses("12#")
    assert isinstance(caller.wait, ForMessage)
    caller.gets(MessageOver(lasted=seconds(9))).presses("12#")
    assert isinstance(caller.wait, ForKeeping)
